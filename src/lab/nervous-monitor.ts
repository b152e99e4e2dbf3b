import type { Fault } from './fault.ts';
import { monitorValue } from './monitors.ts';
import type { ShopMonitor, World } from './world.ts';

const minuteMs = 60_000;
const lookBackMinutes = 120;
const lookAheadMinutes = 35;
/** This part of the last two hours is below the threshold, so it is crossed several times an hour. */
const usualPart = 0.9;

const threeDigitsBelow = (value: number): number => {
  const step = 10 ** (Math.floor(Math.log10(value)) - 2);
  return Number((Math.floor(value / step) * step).toPrecision(3));
};

const quantile = (values: readonly number[], part: number): number =>
  values.toSorted((left, right) => left - right)[Math.floor(values.length * part)] ?? 0;

type Nervous = {
  readonly monitor: ShopMonitor;
  /** False in the minutes after a real, if short, hiccup of the signal: that would be a reason to page. */
  calmAt(atMs: number): boolean;
};

/** A monitor whose threshold lies inside the usual range of its signal; null when the fault has none. */
export const nervousMonitor = (world: Pick<World, 'metric'>, { nervous }: Fault, onsetMs: number): Nervous | null => {
  if (nervous === undefined) return null;
  const { service, metric, name } = nervous;
  const read = (atMs: number): number | null => world.metric(service, metric, atMs);
  const valueAt = (minutes: number): number => monitorValue(read, onsetMs + minutes * minuteMs) ?? 0;
  const backwards = Array.from({ length: lookBackMinutes }, (_, index) => -index);
  const most = quantile(
    backwards.map((minutes) => read(onsetMs + (minutes - 1) * minuteMs) ?? 0),
    0.97,
  );
  const calmAt = (atMs: number): boolean =>
    [1, 2, 3, 4, 5].every((back) => (read(atMs - back * minuteMs) ?? 0) <= most);
  const after = Array.from({ length: lookAheadMinutes }, (_, index) => index + 2)
    .filter((minutes) => calmAt(onsetMs + minutes * minuteMs))
    .map(valueAt);
  const threshold = threeDigitsBelow(Math.min(quantile(backwards.map(valueAt), usualPart), Math.max(...after)));
  return { monitor: { id: 184_900, name, service, metric, comparator: '>', threshold }, calmAt };
};
