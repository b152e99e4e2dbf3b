/** The two sets of single series, from their archives. Labels are read by `readLabels` alone. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isRow, rowsOf, textOf } from './json-rows.ts';
import { readArchive, readJson } from './read-files.ts';

export type RecordedSeries = {
  readonly id: string;
  readonly values: readonly number[];
  /** Milliseconds of each sample; empty where the set has only an order. */
  readonly timesMs: readonly number[];
};

const archiveOf = (dataDir: string, set: string, split: string): string | null =>
  [`${split}.tar.gz`, `${split}.tar`].map((name) => join(dataDir, set, name)).find((path) => existsSync(path)) ?? null;

/** Empty when the archive of the split is not there. */
export function readSeriesOf(dataDir: string, set: 'nab' | 'tcpd', split: string): readonly RecordedSeries[] {
  const path = archiveOf(dataDir, set, split);
  if (path === null) return [];
  return [...readArchive(path)]
    .map(([name, bytes]) => ({ name: name.replace(/^\.\//u, ''), text: bytes.toString('utf8') }))
    .filter(({ name }) => name.endsWith(set === 'nab' ? '.csv' : '.json'))
    .map(({ name, text }) => (set === 'nab' ? fromCsv(name, text) : fromDocument(name, text)))
    .toSorted((a, b) => a.id.localeCompare(b.id));
}

/** Times without a zone are UTC. */
export const timeOfText = (text: string): number => Date.parse(`${text.trim().replace(' ', 'T')}Z`);

function fromCsv(id: string, text: string): RecordedSeries {
  const rows = text.trim().split('\n').slice(1);
  const cells = rows.map((row, at) => {
    const [time = '', value = ''] = row.split(',');
    const [atMs, sample] = [timeOfText(time), Number(value)];
    if (Number.isNaN(atMs) || Number.isNaN(sample)) throw new Error(`${id}, line ${at + 2}: expected timestamp,value.`);
    return [atMs, sample] as const;
  });
  return { id, timesMs: cells.map(([atMs]) => atMs), values: cells.map(([, sample]) => sample) };
}

function fromDocument(path: string, text: string): RecordedSeries {
  const document: unknown = JSON.parse(text);
  const series = isRow(document) ? rowsOf(document['series'], path)[0] : undefined;
  const raw = series?.['raw'];
  if (!isRow(document) || !Array.isArray(raw)) throw new Error(`${path}: expected {"series": [{"raw": [numbers]}]}.`);
  let last = 0;
  const values = raw.map((value) => {
    last = typeof value === 'number' ? value : last;
    return last;
  });
  return { id: textOf(document, 'name'), values, timesMs: [] };
}

/** By series; null when the split has no labels here. */
export function readLabels(dataDir: string, set: string, split: string): ReadonlyMap<string, unknown> | null {
  const path = join(dataDir, set, `labels.${split}.json`);
  if (!existsSync(path)) return null;
  const labels = readJson(path);
  if (!isRow(labels)) throw new Error(`${path}: expected an object by series.`);
  return new Map(Object.entries(labels));
}
