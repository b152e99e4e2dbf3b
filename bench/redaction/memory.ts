import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createRedactor } from '../../src/redact/redactor.ts';

const samples = 50;
const shown = 10;
/** Until here memory still grows to its working size. */
const settled = 0.5;

/** Made before the first sample, so that the samples themselves do not count as growth. */
const columns = () => ({
  document: new Float64Array(samples),
  heap: new Float64Array(samples),
  external: new Float64Array(samples),
  rss: new Float64Array(samples),
});
type Columns = ReturnType<typeof columns>;

/** Memory over many documents that are all different, after collecting garbage, and its slope once settled. */
export async function measureMemory(documents: number): Promise<readonly string[]> {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  const redactor = createRedactor({ tokenKey: 'bench', ownCredentials: ['bench-own-credential'] });
  const taken = columns();
  let count = 0;
  const startedAtMs = performance.now();
  for (let document = 1; document <= documents; document += 1) {
    await redactor.redact(documentOf(document));
    if (document % Math.ceil(documents / samples) !== 0) continue;
    // What the first leaves for later goes with the second.
    collect();
    collect();
    const { heapUsed, external, rss } = process.memoryUsage();
    taken.document[count] = document;
    taken.heap[count] = heapUsed;
    taken.external[count] = external;
    taken.rss[count] = rss;
    count += 1;
  }
  const seconds = ((performance.now() - startedAtMs) / 1000).toFixed(0);
  await redactor.close();
  const every = Math.ceil(count / shown);
  return [
    `memory over ${documents} different documents in ${seconds} s, after collecting garbage (rss holds the worker too):`,
    ...(['heap', 'external', 'rss'] as const).map((kind) => {
      const curve = Array.from(taken[kind].subarray(0, count)).filter((_, at) => (at + 1) % every === 0);
      const shownCurve = curve.map((bytes) => (bytes / 1e6).toFixed(1)).join(' ');
      return `  ${kind}: ${shownCurve} MB; slope ${slopeOf(pointsOf(taken, kind, count))}`;
    }),
  ];
}

const pointsOf = (taken: Columns, kind: keyof Columns, count: number): readonly (readonly [number, number])[] =>
  Array.from({ length: count }, (_, at) => [taken.document[at] ?? 0, taken[kind][at] ?? 0] as const).slice(
    Math.floor(settled * count),
  );

/** Log lines with other people, secrets and numbers in each. */
const documentOf = (number: number): string =>
  `{"at":${1.7e12 + number},"message":"order ${number} of user-${number}@example.test failed","token":"tok-${number}-abcdefgh"}\n`.repeat(
    1 + (number % 7),
  );

/** Two-sided 95 % quantile of Student's t for 20 to 30 degrees of freedom. */
const quantile = 2.06;

/** Least squares, bytes per document, with its 95 % confidence interval. */
function slopeOf(points: readonly (readonly [x: number, y: number])[]): string {
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const middle = mean(points.map(([x]) => x));
  const level = mean(points.map(([, y]) => y));
  const spread = points.reduce((sum, [x]) => sum + (x - middle) ** 2, 0);
  const slope = points.reduce((sum, [x, y]) => sum + (x - middle) * (y - level), 0) / spread;
  const squares = points.reduce((sum, [x, y]) => sum + (y - level - slope * (x - middle)) ** 2, 0);
  const reach = quantile * Math.sqrt(squares / (points.length - 2) / spread);
  return `${slope.toFixed(2)} bytes per document (95 %: ${(slope - reach).toFixed(2)} to ${(slope + reach).toFixed(2)})`;
}
