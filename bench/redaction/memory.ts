import { createRedactor } from '../../src/redact/redactor.ts';

const samples = 10;
/** Until here the heap still grows to its working size. */
const settled = 0.3;

/** Resident memory over many documents, and its slope once settled. */
export async function measureMemory(documents: number): Promise<readonly string[]> {
  const redactor = createRedactor({ tokenKey: 'bench', ownCredentials: ['bench-own-credential'] });
  const points: { readonly document: number; readonly megabytes: number }[] = [];
  for (let document = 1; document <= documents; document += 1) {
    await redactor.redact(documentOf(document));
    if (document % Math.ceil(documents / samples) === 0)
      points.push({ document, megabytes: process.memoryUsage.rss() / 1e6 });
  }
  await redactor.close();
  const steady = points.filter(({ document }) => document > settled * documents);
  const curve = points.map(({ megabytes }) => megabytes.toFixed(0)).join(' ');
  return [
    `resident memory over ${documents} documents: ${curve} MB; slope ${(1e6 * slopeOf(steady)).toFixed(1)} bytes per document`,
  ];
}

const documentOf = (number: number): string =>
  `{"at":${1.7e12 + number},"message":"order ${number} of user-${number}@example.test failed","token":"tok-${number}-abcdefgh"}\n`.repeat(
    1 + (number % 20),
  );

/** Least squares, in megabytes per document. */
function slopeOf(points: readonly { readonly document: number; readonly megabytes: number }[]): number {
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const middle = mean(points.map(({ document }) => document));
  const level = mean(points.map(({ megabytes }) => megabytes));
  const spread = points.reduce((sum, { document }) => sum + (document - middle) ** 2, 0);
  return points.reduce((sum, one) => sum + (one.document - middle) * (one.megabytes - level), 0) / spread;
}
