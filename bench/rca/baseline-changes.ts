/** Detectors that any other must beat. */

export const never = (): readonly number[] => [];

/** `count` indices drawn evenly, the same ones for the same length. */
export function atRandom(length: number, count: number): readonly number[] {
  let state = length * 2654435761 + 1;
  const draw = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * length);
  };
  return Array.from({ length: count }, draw).toSorted((a, b) => a - b);
}

/** NAB's windowed Gaussian: distance from the mean of the last 6,400 samples, in standard deviations. Published
 * with the threshold tuned on the labels it is scored by. */
export function windowedGaussian(values: readonly number[], limit: number): readonly number[] {
  const width = 6400;
  let [sum, square] = [0, 0];
  const alarms: number[] = [];
  for (const [at, value] of values.entries()) {
    const count = Math.min(at, width);
    const mean = count === 0 ? value : sum / count;
    const deviation = Math.sqrt(Math.max(0, count === 0 ? 0 : square / count - mean * mean));
    if (count > 10 && deviation > 0 && Math.abs(value - mean) > limit * deviation) alarms.push(at);
    const old = at >= width ? (values[at - width] ?? 0) : 0;
    sum += value - old;
    square += value * value - old * old;
  }
  return alarms;
}
