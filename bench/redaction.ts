/** How many labelled secrets redaction finds, and what it costs clean logs. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { secretRules } from '../src/redact/rules.ts';
import { createScanner, type Scanner } from '../src/redact/scan.ts';

type Row = {
  readonly rule: string;
  /** `tp`: holds a secret. Anything else looks like one and is none. */
  readonly label: string;
  readonly text_b64: string;
  readonly secret_b64?: string;
};

const chunkCharacters = 16_384;
const decode = (text: string): string => Buffer.from(text, 'base64').toString('utf8');

/** `redaction --data DIR [--logs FILE]`: labelled rows `secrets-*.jsonl.gz` in DIR; FILE is a log without secrets. */
export function benchRedaction(words: readonly string[]): void {
  const wordAfter = (flag: string): string | undefined => words[words.indexOf(flag) + 1 || words.length];
  const data = wordAfter('--data');
  if (data === undefined) throw new Error('redaction: give --data DIR, a folder with secrets-*.jsonl.gz');
  const scan = createScanner(secretRules, []);
  const files = readdirSync(data).filter((name) => /^secrets-(?!pii).*\.jsonl\.gz$/u.test(name));
  if (files.length === 0) throw new Error(`redaction: ${data} has no secrets-*.jsonl.gz`);
  for (const file of files) measureRecall(scan, join(data, file));
  const logs = wordAfter('--logs');
  if (logs !== undefined) measureLoss(scan, logs);
}

function measureRecall(scan: Scanner, file: string): void {
  const lines = gunzipSync(readFileSync(file)).toString('utf8').trim().split('\n');
  const rows = lines.map((line) => JSON.parse(line) as Row);
  const positive = rows.filter(({ label }) => label === 'tp');
  const negative = rows.filter(({ label }) => label !== 'tp');
  const missed = positive.filter((row) => !isFound(scan, row));
  const alarmed = negative.filter((row) => isFound(scan, row));
  const recall = ((positive.length - missed.length) / positive.length).toFixed(4);
  const kinds = [...new Set(missed.map(({ rule }) => rule))].join(', ');
  process.stdout.write(
    `${file}: recall ${recall} of ${positive.length}, masked ${alarmed.length} of ${negative.length} near misses${kinds ? `; missed: ${kinds}` : ''}\n`,
  );
}

/** Something overlaps the secret, or anything was found when the row does not say where it is. */
function isFound(scan: Scanner, row: Row): boolean {
  const text = decode(row.text_b64);
  const spans = scan(text);
  if (row.secret_b64 === undefined) return spans.length > 0;
  const secret = decode(row.secret_b64);
  const at = text.indexOf(secret);
  return spans.some(({ start, end }) => end > at && start < at + secret.length);
}

function measureLoss(scan: Scanner, file: string): void {
  const text = readFileSync(file, 'utf8');
  let lost = 0;
  let worstMs = 0;
  const startedAtMs = performance.now();
  for (let at = 0; at < text.length; at += chunkCharacters) {
    const chunkAtMs = performance.now();
    for (const { start, end } of scan(text.slice(at, at + chunkCharacters))) lost += end - start;
    worstMs = Math.max(worstMs, performance.now() - chunkAtMs);
  }
  const seconds = (performance.now() - startedAtMs) / 1000;
  process.stdout.write(
    `${file}: ${((100 * lost) / text.length).toFixed(4)} % masked, ${(text.length / 1e6 / seconds).toFixed(1)} MB/s, worst chunk ${worstMs.toFixed(0)} ms\n`,
  );
}
