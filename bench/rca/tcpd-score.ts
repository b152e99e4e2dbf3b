/**
 * The Turing change point set's F1 (van den Burg and Williams 2020): margin 5, index 0 always counts as a change, each
 * detection serves once, precision against all annotators' points together, recall averaged over annotators.
 */
const margin = 5;

export function scoreChanges(detections: readonly number[], annotators: readonly (readonly number[])[]): number {
  const found = withStart(detections);
  const marked = annotators.map(withStart);
  const everyone = withStart(marked.flat());
  const precision = matches(everyone, found) / found.length;
  const recall = marked.reduce((sum, one) => sum + matches(one, found) / one.length, 0) / Math.max(1, marked.length);
  return precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall);
}

const withStart = (points: readonly number[]): readonly number[] =>
  [...new Set([0, ...points])].toSorted((a, b) => a - b);

function matches(truths: readonly number[], found: readonly number[]): number {
  const free = new Set(found);
  for (const truth of truths) {
    const near = [...free].filter((at) => Math.abs(at - truth) <= margin);
    const nearest = near.toSorted((a, b) => Math.abs(a - truth) - Math.abs(b - truth))[0];
    if (nearest !== undefined) free.delete(nearest);
  }
  return found.length - free.size;
}
