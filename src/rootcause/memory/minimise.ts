/** A function's value and slope at a point. */
export type Loss = { readonly value: number; readonly gradient: Float64Array };

const maxSteps = 150;
const history = 8;

type Step = { readonly moved: Float64Array; readonly turned: Float64Array; readonly curvature: number };

/**
 * The lowest point of a smooth convex function from zero: L-BFGS (Liu and Nocedal 1989) with backtracking, at most 150
 * steps. Deterministic.
 */
export function minimise(loss: (at: Float64Array) => Loss, size: number): Float64Array {
  let point = new Float64Array(size);
  let here = loss(point);
  const steps: Step[] = [];
  for (let round = 0; round < maxSteps; round += 1) {
    const next = descend(loss, { point, here, direction: directionOf(here.gradient, steps) });
    if (next === null) return point;
    const moved = next.point.map((value, at) => value - (point[at] ?? 0));
    const turned = next.here.gradient.map((value, at) => value - (here.gradient[at] ?? 0));
    const curvature = dot(moved, turned);
    if (curvature > 1e-12) steps.push({ moved, turned, curvature });
    if (steps.length > history) steps.shift();
    const gain = here.value - next.here.value;
    point = next.point;
    here = next.here;
    if (gain < 1e-7 * Math.max(1, here.value)) return point;
  }
  return point;
}

/** The two-loop recursion: minus the gradient, bent by the curvature of the last steps. */
function directionOf(gradient: Float64Array, steps: readonly Step[]): Float64Array {
  const direction = gradient.map((value) => -value);
  const amounts = steps.toReversed().map(({ moved, turned, curvature }) => {
    const amount = dot(moved, direction) / curvature;
    addScaled(direction, turned, -amount);
    return amount;
  });
  const last = steps.at(-1);
  const stretch =
    last === undefined
      ? 1 / Math.max(1, Math.sqrt(dot(gradient, gradient)))
      : last.curvature / dot(last.turned, last.turned);
  direction.forEach((value, at) => {
    direction[at] = value * stretch;
  });
  steps.forEach(({ moved, turned, curvature }, at) => {
    const amount = amounts[steps.length - 1 - at] ?? 0;
    addScaled(direction, moved, amount - dot(turned, direction) / curvature);
  });
  return direction;
}

type Place = { readonly point: Float64Array; readonly here: Loss; readonly direction: Float64Array };

/** Halves the step until the loss falls enough; null when it no longer does. */
function descend(loss: (at: Float64Array) => Loss, { point, here, direction }: Place) {
  const slope = dot(here.gradient, direction);
  for (let length = 1; length > 1e-9; length /= 2) {
    const tried = point.map((value, at) => value + length * (direction[at] ?? 0));
    const there = loss(tried);
    if (there.value <= here.value + 1e-4 * length * slope) return { point: tried, here: there };
  }
  return null;
}

function addScaled(target: Float64Array, source: Float64Array, factor: number): void {
  for (let at = 0; at < target.length; at += 1) target[at] = (target[at] ?? 0) + factor * (source[at] ?? 0);
}

export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < a.length; at += 1) sum += (a[at] ?? 0) * (b[at] ?? 0);
  return sum;
}
