import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Rule } from '../../src/redact/rule.ts';
import { createScanner } from '../../src/redact/scan.ts';
import { windowsAround } from '../../src/redact/windows.ts';

const rule: Rule = {
  kind: 'tried',
  hints: ['tok_'],
  pattern: '(?:^|[^a-z0-9_])(tok_[a-z0-9]{8})',
  group: 1,
  within: 'line',
};
const everywhere: Rule = { ...rule, within: 'text' };

const words = fc.constantFrom(
  'tok_a1b2c3d4',
  'x',
  ' ',
  '\n',
  'word ',
  'tok_',
  '="',
  '.'.repeat(400),
  'long'.repeat(700),
);

it('looking only at lines with a hint finds what looking everywhere finds', () => {
  fc.assert(
    fc.property(fc.array(words, { maxLength: 40 }), (parts) => {
      const text = parts.join('');
      expect(createScanner({ worded: [rule], formed: [] }, [])(text)).toEqual(
        createScanner({ worded: [everywhere], formed: [] }, [])(text),
      );
    }),
    { numRuns: 500 },
  );
});

it('windows are in order, apart, and hold every place', () => {
  fc.assert(
    fc.property(fc.array(words, { maxLength: 40 }), (parts) => {
      const text = parts.join('');
      const places = [...text.matchAll(/tok_|=/gu)].map(({ index }) => index);
      const windows = windowsAround(text, places);
      for (const [index, { start, end }] of windows.entries()) {
        expect(start).toBeLessThan(end);
        expect(start).toBeGreaterThanOrEqual(windows[index - 1]?.end ?? 0);
      }
      for (const at of places) expect(windows.some(({ start, end }) => start <= at && at < end)).toBe(true);
    }),
    { numRuns: 500 },
  );
});

it('the cost of a long text grows with its length, not with its square', () => {
  const scan = createScanner({ worded: [rule], formed: [] }, []);
  const text = 'no secret here\n'.repeat(50_000);
  expect(scan(text)).toEqual([]);
});
