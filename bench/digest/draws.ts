/** Seeded randomness for the digest bench: mulberry32, one stream per seed. */
export type Draws = {
  /** Uniform in [0, 1). */
  readonly unit: () => number;
  /** Integer in [low, high]. */
  readonly between: (low: number, high: number) => number;
  readonly of: <Value>(choices: readonly Value[]) => Value;
  /** Mean 0, deviation 1. */
  readonly normal: () => number;
};

export function drawsOf(seed: number): Draws {
  let state = (seed * 0x9e3779b1) >>> 0;
  const unit = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const between = (low: number, high: number): number => low + Math.floor(unit() * (high - low + 1));
  return {
    unit,
    between,
    of: (choices) => {
      const chosen = choices[between(0, choices.length - 1)];
      if (chosen === undefined) throw new Error('nothing to choose from');
      return chosen;
    },
    normal: () => Math.sqrt(-2 * Math.log(1 - unit())) * Math.cos(2 * Math.PI * unit()),
  };
}
