import { runningSums } from './change-point.ts';
import { median } from './robust.ts';

export type Watch = {
  /** Samples that are only learned from. */
  readonly learn: number;
  /** Samples of one day. */
  readonly season: number;
};

/** Mean surprise, in nats, of the three signs at which an alarm is raised; 3.4 to 3.8 hardly differ. */
const alarmAt = 3.6;
/** Surprise is measured against this many samples before. */
const memory = 4000;
const daysRemembered = 7;

/**
 * Anomalies of a stream, each told from samples up to it alone: how rare, against the signs' own past, are the distance
 * from the same time of earlier days, the spread of the last samples, and the step between the last two stretches. The
 * three ranks are joined as Fisher (1932) joins p-values; ranks make unit and scale of the series irrelevant
 * (conformal anomaly detection, Laxhammar and Falkman 2014). After an alarm it is silent for a seventh of `learn`.
 */
export function findAnomalies(values: readonly number[], { learn, season }: Watch): readonly number[] {
  const signs = [
    distanceFromEarlierDays(values, season),
    spreadOf(values, Math.max(12, Math.round(learn / 30))),
    stepOf(values, Math.max(12, Math.round(learn / 12))),
  ].map(surpriseOf);
  const alarms: number[] = [];
  for (let at = learn; at < values.length; at += 1) {
    const mean = signs.reduce((sum, sign) => sum + (sign[at] ?? 0), 0) / signs.length;
    const isFresh = at - (alarms.at(-1) ?? Number.NEGATIVE_INFINITY) > learn / 7;
    if (mean > alarmAt && isFresh) alarms.push(at);
  }
  return alarms;
}

/** Mean of the last `width` samples at each sample. */
function trailingMean(values: readonly number[], width: number): readonly number[] {
  const sums = runningSums(values);
  return values.map((_, at) => {
    const from = Math.max(0, at + 1 - width);
    return ((sums[at + 1] ?? 0) - (sums[from] ?? 0)) / (at + 1 - from);
  });
}

function distanceFromEarlierDays(values: readonly number[], season: number): readonly number[] {
  const width = Math.max(3, Math.round(season / 24));
  const hourly = trailingMean(values, width);
  return hourly.map((value, at) => {
    const days = Math.min(daysRemembered, Math.floor((at - width) / season));
    if (days < 2) return 0;
    const earlier = Array.from({ length: days }, (_, day) => hourly[at - (day + 1) * season] ?? value);
    return Math.abs(value - median(earlier));
  });
}

function spreadOf(values: readonly number[], width: number): readonly number[] {
  const means = trailingMean(values, width);
  const squares = trailingMean(
    values.map((value) => value * value),
    width,
  );
  return values.map((_, at) => (at < width ? 0 : Math.sqrt(Math.max(0, (squares[at] ?? 0) - (means[at] ?? 0) ** 2))));
}

function stepOf(values: readonly number[], width: number): readonly number[] {
  const means = trailingMean(values, width);
  return values.map((_, at) => (at < 2 * width ? 0 : Math.abs((means[at] ?? 0) - (means[at - width] ?? 0))));
}

/** Minus the log of the share of remembered values that are as large. */
function surpriseOf(sign: readonly number[]): readonly number[] {
  const remembered: number[] = [];
  return sign.map((value, at) => {
    const place = placeIn(remembered, value);
    const surprise = -Math.log((remembered.length - place + 1) / (remembered.length + 1));
    remembered.splice(place, 0, value);
    if (at >= memory) remembered.splice(placeIn(remembered, sign[at - memory] ?? 0), 1);
    return surprise;
  });
}

/** How many of the sorted values are smaller. */
function placeIn(sorted: readonly number[], value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
