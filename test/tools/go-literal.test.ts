import fc from 'fast-check';
import { expect, it } from 'vitest';
import { goLiteral } from '../../tools/reading/go-literal.ts';
import { readGoLiteral } from './go-literal-reader.ts';

const hostile = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 200 }),
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.string({ unit: fc.constantFrom('"', '\\', '}', '{', '\n', '\r', "'", '`', 'u', '0', ' or up'), maxLength: 60 }),
);

it('is never left by any value, and means that value', () => {
  fc.assert(
    fc.property(hostile, (value) => {
      const quoted = goLiteral(value);
      const { value: read, end } = readGoLiteral(quoted);
      expect([end, read]).toEqual([quoted.length, value.toWellFormed()]);
    }),
    { numRuns: 3_000 },
  );
});

it('keeps to one line', () => {
  expect(goLiteral('a\nb\r"c"\\d\u2028\u0000')).toBe('"a\\u000ab\\u000d\\"c\\"\\\\d\\u2028\\u0000"');
});
