/**
 * `digest [--runs N] [--lines N] [--kind logs|metrics|diffs] [--jobs N]`: does the decisive line, onset or hunk survive
 * the way from a vendor's answer to what a model is shown?
 */
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { type Played, type SceneKind, sceneKinds } from './play-scene.ts';

const numberOf = (text: string, name: string): number => {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new Error(`--${name} ${text}: give a whole number from 1.`);
  return number;
};

export async function benchDigest(words: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...words],
    options: {
      runs: { type: 'string', default: '1000' },
      lines: { type: 'string', default: '100000' },
      jobs: { type: 'string', default: '2' },
      kind: { type: 'string' },
    },
  });
  const kinds = sceneKinds.filter((kind) => values.kind === undefined || values.kind === kind);
  if (kinds.length === 0) throw new Error(`--kind ${values.kind}: use ${sceneKinds.join(', ')}.`);
  const asked = {
    runs: numberOf(values.runs, 'runs'),
    lineCount: numberOf(values.lines, 'lines'),
    jobs: numberOf(values.jobs, 'jobs'),
  };
  for (const kind of kinds) report(kind, await playAll(kind, asked));
  process.stdout.write(
    `peak memory of the process, workers included: ${Math.round(process.resourceUsage().maxRSS / 1024)} MB\n`,
  );
}

type Asked = { readonly runs: number; readonly lineCount: number; readonly jobs: number };

async function playAll(kind: SceneKind, { runs, lineCount, jobs }: Asked): Promise<readonly Played[]> {
  const seeds = Array.from({ length: runs }, (_, index) => index + 1);
  const parts = Array.from({ length: jobs }, (_, job) => seeds.filter((seed) => seed % jobs === job));
  const played = await Promise.all(parts.map((part) => playPart(kind, part, lineCount)));
  return played.flat();
}

function playPart(kind: SceneKind, seeds: readonly number[], lineCount: number): Promise<readonly Played[]> {
  const played: Played[] = [];
  const worker = new Worker(new URL('digest-worker.ts', import.meta.url), { workerData: { kind, seeds, lineCount } });
  worker.on('message', (one: Played) => played.push(one));
  return new Promise((resolve, reject) => {
    worker.on('error', reject);
    worker.on('exit', () => resolve(played));
  });
}

function report(kind: SceneKind, played: readonly Played[]): void {
  const kept = played.filter((one) => one.kept).length;
  const sum = (of: (one: Played) => number): number => played.reduce((total, one) => total + of(one), 0);
  const durations = played.map(({ durationMs }) => durationMs).toSorted((one, other) => one - other);
  const at = (share: number): string => (durations[Math.floor(share * (durations.length - 1))] ?? 0).toFixed(0);
  const ratio =
    sum(({ rawCharacters }) => rawCharacters) /
    Math.max(
      1,
      sum(({ viewCharacters }) => viewCharacters),
    );
  process.stdout.write(
    `${kind}: kept ${kept} of ${played.length} (${((100 * kept) / played.length).toFixed(1)} %), ` +
      `largest view ${Math.max(...played.map(({ tokens }) => tokens))} tokens, ` +
      `raw to view ${ratio.toFixed(0)} : 1, median ${at(0.5)} ms, p95 ${at(0.95)} ms\n`,
  );
  for (const { seed, about, tokens } of played.filter((one) => !one.kept).slice(0, 12))
    process.stdout.write(`  missed, seed ${seed}, view ${tokens} tokens: ${about}\n`);
}
