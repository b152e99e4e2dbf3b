import { basename } from 'node:path';
import type { Scanner } from '../../src/redact/scan.ts';
import type { Span } from '../../src/redact/spans.ts';
import { rowsOf } from './recall.ts';

type Row = {
  readonly text: string;
  readonly spans: readonly { readonly type: string; readonly start: number; readonly end: number }[];
};

type Tally = { labelled: number; whole: number; touched: number };

/** Recall by labelled kind. Kinds without a form (person, place, organisation) are masked by field name only. */
export function measurePersonal(scan: Scanner, file: string): readonly string[] {
  const tallies = new Map<string, Tally>();
  let unlabelled = 0;
  for (const { text, spans } of rowsOf(file) as readonly Row[]) {
    const found = scan(text);
    for (const labelled of spans) count(tallies, labelled, found);
    unlabelled += found.filter(({ start, end }) => !spans.some((one) => one.start < end && one.end > start)).length;
  }
  const lines = [...tallies]
    .toSorted(([, one], [, other]) => other.whole / other.labelled - one.whole / one.labelled)
    .map(([kind, { labelled, whole, touched }]) => `  ${kind}: ${whole} of ${labelled} whole, ${touched} touched`);
  return [`${basename(file)}: recall by kind, ${unlabelled} spans outside any label`, ...lines];
}

function count(tallies: Map<string, Tally>, labelled: Row['spans'][number], found: readonly Span[]): void {
  const tally = tallies.get(labelled.type) ?? { labelled: 0, whole: 0, touched: 0 };
  tallies.set(labelled.type, tally);
  tally.labelled += 1;
  if (found.some(({ start, end }) => start <= labelled.start && end >= labelled.end)) tally.whole += 1;
  if (found.some(({ start, end }) => start < labelled.end && end > labelled.start)) tally.touched += 1;
}
