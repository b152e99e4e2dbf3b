import type { Chart } from '../../core/evidence.ts';

export type Point = readonly [atMs: number, value: number];

/** Where data lands in the drawing. Times are milliseconds, positions are pixels. */
export type Scale = {
  readonly x: (atMs: number) => number;
  readonly y: (value: number) => number;
  readonly fromMs: number;
  readonly toMs: number;
  readonly timeTicks: readonly number[];
  readonly valueTicks: readonly number[];
};

export type Frame = { readonly left: number; readonly right: number; readonly top: number; readonly bottom: number };

/** Points that can be drawn; a vendor may send holes as NaN. */
export const drawable = (chart: Chart): Chart['series'] =>
  chart.series
    .map(({ name, points }) => ({
      name,
      points: points
        .filter(([atMs, value]) => Number.isFinite(atMs) && Number.isFinite(value))
        .toSorted(([a], [b]) => a - b),
    }))
    .filter(({ points }) => points.length > 0);

/** Null when there is nothing to draw. `also` are times and values that must be inside. */
export function scaleOf(
  series: Chart['series'],
  frame: Frame,
  also: { readonly times: readonly number[]; readonly values: readonly number[] },
): Scale | null {
  const points = series.flatMap((each) => each.points);
  const first = points[0];
  if (!first) return null;
  const fromMs = points.reduce((least, [atMs]) => Math.min(least, atMs), Math.min(first[0], ...also.times));
  const toMs = points.reduce((most, [atMs]) => Math.max(most, atMs), Math.max(first[0], ...also.times));
  const highest = points.reduce((most, [, value]) => Math.max(most, value), Math.max(0, ...also.values));
  const lowest = points.reduce((least, [, value]) => Math.min(least, value), 0);
  const valueTicks = niceTicks(lowest, highest === lowest ? lowest + 1 : highest);
  const top = valueTicks.at(-1) ?? highest;
  const base = valueTicks[0] ?? 0;
  const spanMs = Math.max(1, toMs - fromMs);
  return {
    x: (atMs) => round(frame.left + ((atMs - fromMs) / spanMs) * (frame.right - frame.left)),
    y: (value) => round(frame.bottom - ((value - base) / (top - base)) * (frame.bottom - frame.top)),
    fromMs,
    toMs,
    timeTicks: timeTicks(fromMs, toMs, Math.max(2, Math.floor((frame.right - frame.left) / 75))),
    valueTicks,
  };
}

/** Three or four round values that enclose the range. */
function niceTicks(low: number, high: number): readonly number[] {
  const rough = (high - low) / 3;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 2.5, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power;
  const start = Math.floor(low / step);
  const count = Math.ceil(high / step - 1e-9) - start;
  return Array.from({ length: count + 1 }, (_, index) => Number(((start + index) * step).toPrecision(12)));
}

const stepsMs = [1, 2, 5, 10, 15, 30, 60, 120, 240, 720, 1440, 2880, 10_080].map((minutes) => minutes * 60_000);

function timeTicks(fromMs: number, toMs: number, most: number): readonly number[] {
  const stepMs = stepsMs.find((step) => (toMs - fromMs) / step <= most) ?? Math.ceil((toMs - fromMs) / most);
  const first = Math.ceil(fromMs / stepMs) * stepMs;
  return Array.from(
    { length: Math.max(0, Math.floor((toMs - first) / stepMs) + 1) },
    (_, index) => first + index * stepMs,
  );
}

/** Three significant digits, as people read numbers. */
export const amount = (value: number): string =>
  Math.abs(value) >= 1_000 ? Math.round(value).toLocaleString('en-US') : String(Number(value.toPrecision(3)));

const round = (pixels: number): number => Math.round(pixels * 10) / 10;
