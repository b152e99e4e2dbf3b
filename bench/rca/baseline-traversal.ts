import type { Columns, PetshopCase, Samples } from './petshop-case.ts';

/** From here on, in median deviations, a node is anomalous; the published setting. */
const threshold = 5;
/** The first sample looked at; the published protocol gives the issue two samples to begin. */
const firstLook = 2;

/**
 * Traversal as published with PetShop (Hardt et al. 2023): nodes whose target metric is anomalous at the moment the
 * target's is, without an anomalous callee, and joined to the target by anomalous callers; worst sum along the path first.
 * Ties fall in the order of the nodes.
 */
export function rankByTraversal(one: PetshopCase): readonly string[] {
  const target = one.target.node;
  const at = momentOf(scoresOf(one, target));
  const scores = new Map(one.nodes.map((node) => [node, scoresOf(one, node)[at] ?? 0]));
  const anomalous = new Set(one.nodes.filter((node) => (scores.get(node) ?? 0) > threshold));
  if (!anomalous.has(target)) return [];
  const calls = (node: string): readonly string[] =>
    one.edges.filter(({ from, to }) => from === node && anomalous.has(to)).map(({ to }) => to);
  const sums = new Map<string, number>();
  const walk = (node: string, path: readonly string[]): void => {
    const callees = calls(node).filter((callee) => !path.includes(callee));
    if (calls(node).length === 0) {
      const sum = [...path, node].reduce((total, step) => total + (scores.get(step) ?? 0), 0);
      sums.set(node, Math.max(sum, sums.get(node) ?? 0));
    }
    for (const callee of callees) walk(callee, [...path, node]);
  };
  walk(target, []);
  return [...sums].toSorted((a, b) => b[1] - a[1]).map(([node]) => node);
}

function momentOf(target: readonly number[]): number {
  const found = target.findIndex((score, at) => at >= firstLook && score > threshold);
  return found === -1 ? firstLook : found;
}

/** Distances from the past's median in median deviations; a deviation of zero counts as a very small one. */
function scoresOf({ past, present, target }: PetshopCase, node: string): readonly number[] {
  const column = `${node}|${target.metric}|${target.statistic}`;
  const known = valuesOf(past, column);
  if (known.length === 0) return [];
  const centre = medianOf(known);
  const spread = medianOf(known.map((value) => Math.abs(value - centre))) / 0.6745 + 1e-10;
  return (present[column] ?? []).map((value) => (value === null ? 0 : Math.abs(value - centre) / spread));
}

const valuesOf = (columns: Columns, column: string): readonly number[] =>
  (columns[column] ?? ([] satisfies Samples)).filter((value) => value !== null);

function medianOf(values: readonly number[]): number {
  const ordered = values.toSorted((a, b) => a - b);
  const middle = (ordered.length - 1) / 2;
  return ((ordered[Math.floor(middle)] ?? 0) + (ordered[Math.ceil(middle)] ?? 0)) / 2;
}
