import type { Features } from './incident-features.ts';
import { dot, type Loss, minimise } from './minimise.ts';

/** One past incident: its candidates, and which of them was the cause. */
export type Choice = { readonly candidates: readonly Features[]; readonly chosen: number };

/** Prior precision of every weight: as much as one incident says. */
const penalty = 1;

/**
 * Conditional logistic regression (McFadden 1974): the weights under which each past cause was the likeliest of its
 * incident's candidates, with a ridge penalty. The mean of two fits, one on every feature and one on those that tell
 * something each alone: many weak features drown few strong ones when the past is short.
 */
export function fitChoice(choices: readonly Choice[]): ReadonlyMap<string, number> {
  const names = new Map<string, number>();
  const incidents = choices.map((choice) => compile(choice, names));
  const all = minimise((at) => lossOf(incidents, at), names.size);
  const telling = tellingFeatures(incidents, names.size);
  const kept = incidents.map(({ rows, chosen }) => ({ rows: rows.map((row) => keep(row, telling)), chosen }));
  const few = minimise((at) => lossOf(kept, at), names.size);
  return new Map([...names].map(([name, index]) => [name, ((all[index] ?? 0) + (few[index] ?? 0)) / 2]));
}

/** Score test at zero weights (Rao 1948): which features, each alone, set causes apart by two standard deviations. */
function tellingFeatures(incidents: readonly Compiled[], size: number): ReadonlySet<number> {
  const pull = new Float64Array(size);
  const variance = new Float64Array(size).fill(1);
  for (const { rows, chosen } of incidents) {
    const share = 1 / rows.length;
    const mean = new Float64Array(size);
    rows.forEach((row, at) => {
      addRow(mean, row, share);
      addRow(pull, row, (at === chosen ? 1 : 0) - share);
      addRow(variance, { indices: row.indices, values: row.values.map((value) => value * value) }, share);
    });
    mean.forEach((value, at) => {
      variance[at] = (variance[at] ?? 0) - value * value;
    });
  }
  return new Set(pull.keys().filter((at) => Math.abs(pull[at] ?? 0) > 2 * Math.sqrt(variance[at] ?? 0)));
}

function keep({ indices, values }: Row, telling: ReadonlySet<number>): Row {
  const places = [...indices.keys()].filter((at) => telling.has(indices[at] ?? -1));
  return {
    indices: Int32Array.from(places.map((at) => indices[at] ?? 0)),
    values: Float64Array.from(places.map((at) => values[at] ?? 0)),
  };
}

type Compiled = {
  readonly rows: readonly { readonly indices: Int32Array; readonly values: Float64Array }[];
  readonly chosen: number;
};

function compile({ candidates, chosen }: Choice, names: Map<string, number>): Compiled {
  const indexOf = (name: string): number => {
    const known = names.get(name) ?? names.size;
    names.set(name, known);
    return known;
  };
  const rows = candidates.map((features) => ({
    indices: Int32Array.from([...features.keys()].map(indexOf)),
    values: Float64Array.from(features.values()),
  }));
  return { rows, chosen };
}

/** Minus the log-likelihood of the past causes, plus the penalty, and its gradient. */
function lossOf(incidents: readonly Compiled[], weights: Float64Array): Loss {
  const gradient = weights.map((weight) => penalty * weight);
  let value = 0.5 * penalty * dot(weights, weights);
  for (const { rows, chosen } of incidents) {
    const shares = softmax(rows.map((row) => scoreRow(row, weights)));
    value -= Math.log(Math.max(1e-300, shares[chosen] ?? 0));
    rows.forEach((row, at) => {
      addRow(gradient, row, (shares[at] ?? 0) - (at === chosen ? 1 : 0));
    });
  }
  return { value, gradient };
}

type Row = Compiled['rows'][number];

function scoreRow({ indices, values }: Row, weights: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < indices.length; at += 1) sum += (weights[indices[at] ?? 0] ?? 0) * (values[at] ?? 0);
  return sum;
}

function addRow(gradient: Float64Array, { indices, values }: Row, factor: number): void {
  for (let at = 0; at < indices.length; at += 1) {
    const index = indices[at] ?? 0;
    gradient[index] = (gradient[index] ?? 0) + factor * (values[at] ?? 0);
  }
}

/** Shares of one, by exponentials. */
export function softmax(scores: readonly number[]): readonly number[] {
  const top = Math.max(...scores);
  const powers = scores.map((score) => Math.exp(score - top));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}
