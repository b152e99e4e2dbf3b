import type { Chart } from '../../core/evidence.ts';
import { amount, drawable, type Point } from './chart-scale.ts';
import { clockTime } from './say-time.ts';

/** What the chart shows, in words, with numbers from the same points. */
export function chartSentence(chart: Chart): string {
  const [first, ...others] = drawable(chart);
  if (!first) return `${chart.title}: no points in this window.`;
  const onset = chart.marks.find(({ kind }) => kind === 'onset');
  const recovery = chart.marks.find(
    ({ kind, atMs }) => kind === 'recovery' && atMs >= (onset?.atMs ?? Number.NEGATIVE_INFINITY),
  );
  const also = others.length > 0 ? ` Also shown: ${others.map(({ name }) => name).join(', ')}.` : '';
  const what = others.length > 0 ? `${chart.title}, ${first.name},` : chart.title;
  const told = onset
    ? around(first.points, { unit: chart.unit, onsetMs: onset.atMs, recoveryMs: recovery?.atMs ?? null })
    : range(first.points, chart.unit);
  const marks = chart.marks
    .map(({ label, atMs }) => (label.includes(clockTime(atMs)) ? label : `${label} (${clockTime(atMs)})`))
    .join(', ');
  return `${what} ${told}${also}${marks === '' ? '' : ` Marked: ${marks}.`}`;
}

type Split = { readonly unit: string; readonly onsetMs: number; readonly recoveryMs: number | null };

function around(points: readonly Point[], { unit, onsetMs, recoveryMs }: Split): string {
  const before = median(points.filter(([atMs]) => atMs < onsetMs));
  const after = median(points.filter(([atMs]) => atMs >= onsetMs && atMs < (recoveryMs ?? Number.POSITIVE_INFINITY)));
  const recovered = recoveryMs === null ? null : median(points.filter(([atMs]) => atMs >= recoveryMs));
  if (before === null || after === null) return range(points, unit);
  const rest =
    recovered === null || recoveryMs === null ? '' : `, ${measured(recovered, unit)} from ${clockTime(recoveryMs)} UTC`;
  return `was ${measured(before, unit)} until ${clockTime(onsetMs)} UTC and ${measured(after, unit)} after${rest} (medians).`;
}

function range(points: readonly Point[], unit: string): string {
  const values = points.map(([, value]) => value);
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last) return 'has no points.';
  const [low, high] = [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))];
  const window = `${clockTime(first[0])} to ${clockTime(last[0])} UTC`;
  return `went from ${measured(first[1], unit)} to ${measured(last[1], unit)}, lowest ${amount(low)}, highest ${amount(high)}, ${window}.`;
}

const measured = (value: number, unit: string): string => (unit === '' ? amount(value) : `${amount(value)} ${unit}`);

function median(points: readonly Point[]): number | null {
  const values = points.map(([, value]) => value).toSorted((a, b) => a - b);
  return values[Math.floor(values.length / 2)] ?? null;
}
