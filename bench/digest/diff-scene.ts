/** A change of many files with one hunk that broke something: a line in a function of the failing path. */
import type { FileAnswer } from '../../tools/github/answers.ts';
import { type Draws, drawsOf } from './draws.ts';

export type DiffScene = { readonly files: readonly FileAnswer[]; readonly decisive: string; readonly path: string };

const folders = ['src/cart', 'src/pricing', 'src/payments', 'src/orders', 'test', 'docs', 'vendor/lib', 'web/pages'];
const words = ['total', 'price', 'limit', 'retry', 'client', 'session', 'basket', 'user', 'cache', 'queue', 'amount'];

export function diffScene(seed: number): DiffScene {
  const draws = drawsOf(seed);
  const count = draws.between(1, 80);
  const at = draws.between(0, count - 1);
  const decisive = `  const pool = createPool({ maximum: ${draws.between(1, 9)}, seed: ${seed} });`;
  const files = Array.from({ length: count }, (_, index) =>
    fileOf(
      draws,
      index === at
        ? { path: `src/orders/connect-${index}.ts`, decisive }
        : { path: pathOf(draws, index), decisive: null },
    ),
  );
  return { files, decisive, path: `src/orders/connect-${at}.ts` };
}

const pathOf = (draws: Draws, index: number): string =>
  `${draws.of(folders)}/${draws.of(words)}-${index}.${draws.of(['ts', 'ts', 'ts', 'md', 'json'])}`;

function fileOf(draws: Draws, { path, decisive }: { path: string; decisive: string | null }): FileAnswer {
  const hunks = draws.between(1, 8);
  const at = draws.between(0, hunks - 1);
  const patch = Array.from({ length: hunks }, (_, index) => hunkOf(draws, index, index === at ? decisive : null)).join(
    '\n',
  );
  const additions = patch.split('\n').filter((line) => line.startsWith('+')).length;
  return { filename: path, status: 'modified', additions, deletions: hunks, patch };
}

function hunkOf(draws: Draws, index: number, decisive: string | null): string {
  const code = (): string =>
    `  const ${draws.of(words)}${draws.between(1, 99)} = ${draws.of(words)}(${draws.between(1, 999)});`;
  const length = draws.between(3, 40);
  const at = draws.between(0, length - 1);
  const lines = Array.from({ length }, (_, line) => {
    if (decisive !== null && line === at) return `+${decisive}`;
    return `${draws.of([' ', ' ', '+', '-'])}${code()}`;
  });
  return [
    `@@ -${1 + index * 60},${length} +${1 + index * 60},${length} @@ function ${draws.of(words)}()`,
    ...lines,
  ].join('\n');
}
