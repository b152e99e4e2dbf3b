import { createRedactor } from '../../src/redact/redactor.ts';
import type { Scanner } from '../../src/redact/scan.ts';
import type { Span } from '../../src/redact/spans.ts';
import { processorMs } from './processor-time.ts';
import type { Log } from './read-logs.ts';

const chunkCharacters = 16_384;
const rounds = 5;

/** Share of clean text that is masked, and speed: of the scan alone, and of the whole way through the worker. */
export async function measureLogs(scan: Scanner, logs: readonly Log[]): Promise<readonly string[]> {
  const all = logs.map(({ text }) => text).join('');
  const found = logs.map(({ name, text }) => ({ name, text, spans: chunksOf(text).flatMap((chunk) => scan(chunk)) }));
  const secrets = share(found, (span) => !span.personal);
  const personal = share(found, (span) => span.personal);
  const worst = found
    .map((one) => ({ name: one.name, lost: share([one], () => true) }))
    .toSorted((a, b) => b.lost - a.lost)[0];
  const chunks = chunksOf(all);
  const plainMbs = megabytesPerCpuSecond(all.length, () => chunks.reduce((sum, chunk) => sum + plainPass(chunk), 0));
  const scanMbs = megabytesPerCpuSecond(all.length, () => chunks.reduce((sum, chunk) => sum + scan(chunk).length, 0));
  return [
    `clean logs, ${logs.length} files, ${(all.length / 1e6).toFixed(1)} MB: ${(secrets + personal).toFixed(4)} % masked (secrets ${secrets.toFixed(4)}, personal ${personal.toFixed(4)}); most in ${worst?.name}: ${worst?.lost.toFixed(4)} %`,
    `speed of the scan: ${scanMbs.toFixed(1)} MB per second of processor time; a plain pass over the text ${plainMbs.toFixed(1)}, ratio ${(plainMbs / scanMbs).toFixed(1)}`,
    `speed through the worker, by the clock: ${(await throughWorker(all)).toFixed(1)} MB/s`,
  ];
}

const chunksOf = (text: string): readonly string[] =>
  Array.from({ length: Math.ceil(text.length / chunkCharacters) }, (_, at) =>
    text.slice(at * chunkCharacters, (at + 1) * chunkCharacters),
  );

type Found = { readonly text: string; readonly spans: readonly Span[] };

function share(found: readonly Found[], which: (span: Span) => boolean): number {
  const lost = found.flatMap(({ spans }) => spans.filter(which)).reduce((sum, { start, end }) => sum + end - start, 0);
  return (100 * lost) / found.reduce((sum, { text }) => sum + text.length, 0);
}

function plainPass(text: string): number {
  let sum = 0;
  for (let at = 0; at < text.length; at += 1) sum = (sum * 31 + text.charCodeAt(at)) % 65_536;
  return sum;
}

/** The best of some rounds, so that compiling is not in it; processor time, so that neighbours matter less. */
function megabytesPerCpuSecond(characters: number, work: () => number): number {
  const seconds = Array.from({ length: rounds }, () => {
    return processorMs(work) / 1000;
  });
  return characters / 1e6 / Math.min(...seconds);
}

async function throughWorker(text: string): Promise<number> {
  const redactor = createRedactor({ tokenKey: 'bench', ownCredentials: [] });
  const seconds: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const startedAtMs = performance.now();
    await redactor.redact(text);
    seconds.push((performance.now() - startedAtMs) / 1000);
  }
  await redactor.close();
  return text.length / 1e6 / Math.min(...seconds);
}
