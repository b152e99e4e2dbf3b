/**
 * Randomness without state: every draw is a hash of a key and an index, so any moment of any day can be asked for in
 * any order and always answers the same.
 */

/** A 32-bit key made from text (FNV-1a). Make it once, then draw from it by index. */
export const keyOf = (...parts: readonly (string | number)[]): number => {
  let hash = 0x811c9dc5;
  for (const character of parts.join('\u0000')) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  }
  return hash >>> 0;
};

const scramble = (input: number): number => {
  let hash = input | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
};

/** A key derived from a key: `derive(key, minute)` has its own independent draws. */
export const derive = (key: number, index: number): number =>
  scramble(scramble(key) + Math.imul(index | 0, 0x9e3779b1));

/** Uniform in [0, 1). */
export const draw = (key: number, index: number): number => derive(key, index) / 0x1_0000_0000;

/** About normal, mean 0 and deviation 1, never beyond 3.5: the sum of four uniforms. */
export const drawNormal = (key: number, index: number): number => {
  const base = derive(key, index);
  const sum = draw(base, 1) + draw(base, 2) + draw(base, 3) + draw(base, 4);
  return (sum - 2) * 1.732;
};

/** Integer in [low, high]. */
export const drawInteger = (key: number, index: number, range: readonly [low: number, high: number]): number =>
  range[0] + Math.floor(draw(key, index) * (range[1] - range[0] + 1));

/** One of the choices; throws on an empty list, which is a bug. */
export const pick = <Choice>(key: number, index: number, choices: readonly Choice[]): Choice => {
  const choice = choices[Math.floor(draw(key, index) * choices.length)];
  if (choice === undefined) throw new Error('pick: the list of choices is empty');
  return choice;
};

/** The choices in a hashed order. */
export const shuffled = <Choice>(key: number, choices: readonly Choice[]): readonly Choice[] =>
  choices
    .map((choice, index) => ({ choice, weight: draw(key, index) }))
    .sort((left, right) => left.weight - right.weight)
    .map(({ choice }) => choice);

/** Lower-case hexadecimal text of `length` characters. */
export const hexadecimal = (key: number, length: number): string =>
  Array.from({ length: Math.ceil(length / 8) }, (_, index) => derive(key, index).toString(16).padStart(8, '0'))
    .join('')
    .slice(0, length);
