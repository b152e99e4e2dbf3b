import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createHintIndex } from '../../src/redact/hint-index.ts';

const placesIn = (words: readonly string[], text: string): readonly string[] => {
  const found: string[] = [];
  createHintIndex(words)(text, (word, end) => found.push(`${words[word]} ${end}`));
  return found.toSorted();
};

it('finds every word at every place, overlapping and inside others, in any case', () => {
  const letter = fc.constantFrom('a', 'b', 'A', '-', '\u0130', '\ud83d');
  const word = fc.array(fc.constantFrom('a', 'b', '-'), { minLength: 1, maxLength: 4 }).map((parts) => parts.join(''));
  fc.assert(
    fc.property(
      fc.uniqueArray(word, { minLength: 1, maxLength: 8 }),
      fc.array(letter, { maxLength: 60 }),
      (words, letters) => {
        const text = letters.join('');
        const expected = words.flatMap((one) =>
          Array.from({ length: text.length + 1 }, (_, end) => end)
            .filter((end) => text.slice(0, end).replaceAll('A', 'a').endsWith(one))
            .map((end) => `${one} ${end}`),
        );
        expect(placesIn(words, text)).toEqual(expected.toSorted());
      },
    ),
    { numRuns: 500 },
  );
});

it('takes a long s and the sign of Kelvin for the letters they fold to', () => {
  expect(placesIn(['pass', 'key'], 'pa\u017fs \u212aEY')).toEqual(['key 8', 'pass 4']);
});

it('starts each text afresh, and takes one longer than any before', () => {
  const index = createHintIndex(['pass']);
  const ends: number[] = [];
  index('pa', (_word, end) => ends.push(end));
  index('ss', (_word, end) => ends.push(end));
  index(`${'x'.repeat(100_000)}pass`, (_word, end) => ends.push(end));

  expect(ends).toEqual([100_004]);
});
