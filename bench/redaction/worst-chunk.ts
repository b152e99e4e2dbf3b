import { createRedactor } from '../../src/redact/redactor.ts';
import { rulesFor } from '../../src/redact/rules.ts';
import type { Scanner } from '../../src/redact/scan.ts';
import type { Log } from './read-logs.ts';

const chunkCharacters = 16_384;
const deadlineMs = 5_000;
const warmUp = 20;
const retried = 10;

/** What text made to be slow repeats, besides every telling word with each of these behind it. */
const behind = [' ', '="', ': a', '_'.repeat(60).concat('='), '": "x y 12", "'];
const more = [
  '4111 1111 ',
  '+1(',
  'a@',
  '@a.',
  'a@b.c',
  'AA11 AAAA ',
  '1.1.',
  '::1',
  '\\"',
  `${'a'.repeat(28)}.`,
  '"user":{"a":1,',
  'address: 1 ab ',
  'phone: 1 ',
  'born 1',
  'secret.a.a.a',
  '<password>\n',
  'kind: secret\ndata:\n a\n',
  'aws_secret_',
  '://a@',
  'full_name: Ab Cd ',
  '"x"=="x"==',
  'cookie:  ',
  '\ud83d',
];

/** The slowest 16 KB, over clean logs and over text made to be slow. */
export async function measureWorstChunk(scan: Scanner, logs: readonly Log[]): Promise<readonly string[]> {
  const clean = logs.flatMap(({ text }) => text.match(/[\s\S]{1,16384}/gu) ?? []);
  const hints = [...new Set(rulesFor({ personalData: true, ipAddresses: false }).worded.flatMap((rule) => rule.hints))];
  const made = [
    ...hints.flatMap((hint) => behind.map((tail) => hint + tail)),
    ...more,
    hints.join(' '),
    hints.join('="'),
  ];
  const attacks = made.map((part) => part.repeat(Math.ceil(chunkCharacters / part.length)).slice(0, chunkCharacters));
  return [await slowest('clean logs', clean, scan), await slowest('text made to be slow', attacks, scan)];
}

/** By processor time in this thread; then those slowest ones there and back through the worker, by the clock. */
async function slowest(name: string, chunks: readonly string[], scan: Scanner): Promise<string> {
  for (const text of chunks.slice(0, warmUp)) scan(text);
  const timed = chunks.map((text) => ({ text, ms: processorMs(() => scan(text)) })).toSorted((a, b) => b.ms - a.ms);
  const redactor = createRedactor({ tokenKey: 'bench', ownCredentials: [], deadlineMs });
  await redactor.redact('warm');
  const waits: number[] = [];
  for (const { text } of timed.slice(0, retried)) {
    const startedAtMs = performance.now();
    await redactor.redact(text);
    waits.push(performance.now() - startedAtMs);
  }
  await redactor.close();
  const [first] = timed;
  return (
    `worst 16 KB of ${chunks.length} chunks of ${name}: ${first?.ms.toFixed(0)} ms of processor time ` +
    `(${JSON.stringify(first?.text.slice(0, 30))}); the worst ${waits.length} there and back by the clock: at most ${Math.max(...waits).toFixed(0)} ms`
  );
}

function processorMs(work: () => unknown): number {
  const before = process.threadCpuUsage();
  work();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1000;
}
