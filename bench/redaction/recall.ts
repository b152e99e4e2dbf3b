import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Scanner } from '../../src/redact/scan.ts';

type Row = {
  readonly rule: string;
  /** `tp`: holds a secret. Anything else looks like one and is none. */
  readonly label: string;
  readonly text_b64: string;
  readonly secret_b64?: string;
};

const decode = (text: string): string => Buffer.from(text, 'base64').toString('utf8');

export const rowsOf = (file: string): readonly unknown[] =>
  gunzipSync(readFileSync(file))
    .toString('utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

/** Share of labelled secrets found, share of near misses masked too. */
export function measureRecall(scan: Scanner, file: string): readonly string[] {
  const rows = rowsOf(file) as readonly Row[];
  const positive = rows.filter(({ label }) => label === 'tp');
  const negative = rows.filter(({ label }) => label !== 'tp');
  const missed = positive.filter((row) => !isFound(scan, row));
  const alarmed = negative.filter((row) => isFound(scan, row));
  const recall = ((positive.length - missed.length) / positive.length).toFixed(4);
  const kinds = [...new Set(missed.map(({ rule }) => rule))].join(', ');
  const note = kinds === '' ? '' : `; missed: ${kinds}`;
  return [
    `${basename(file)}: recall ${recall} of ${positive.length}, masked ${alarmed.length} of ${negative.length} near misses${note}`,
  ];
}

/** A secret overlaps the secret, or any was found when the row does not say where it is. Personal data does not count. */
function isFound(scan: Scanner, row: Row): boolean {
  const text = decode(row.text_b64);
  const spans = scan(text).filter(({ personal }) => !personal);
  if (row.secret_b64 === undefined) return spans.length > 0;
  const secret = decode(row.secret_b64);
  const at = text.indexOf(secret);
  return spans.some(({ start, end }) => end > at && start < at + secret.length);
}
