import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Rule } from '../../src/redact/rule.ts';
import { createScanner } from '../../src/redact/scan.ts';
import { windowsOf } from '../../src/redact/windows.ts';

const rule: Rule = { kind: 'tried', hints: ['tok_'], pattern: '(?:^|[^a-z0-9_])(tok_[a-z0-9]{8})', group: 1 };
const everywhere: Rule = { ...rule, lines: 'many' };

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
      expect(createScanner([rule], [])(text)).toEqual(createScanner([everywhere], [])(text));
    }),
    { numRuns: 500 },
  );
});

it('windows are in order, apart, and hold every hint', () => {
  fc.assert(
    fc.property(fc.array(words, { maxLength: 40 }), (parts) => {
      const text = parts.join('');
      const windows = windowsOf(text, ['tok_', '=']);
      for (const [index, { start, end }] of windows.entries()) {
        expect(start).toBeLessThan(end);
        expect(start).toBeGreaterThanOrEqual(windows[index - 1]?.end ?? 0);
      }
      for (let at = text.indexOf('tok_'); at >= 0; at = text.indexOf('tok_', at + 1))
        expect(windows.some(({ start, end }) => start <= at && at + 4 <= end)).toBe(true);
    }),
    { numRuns: 500 },
  );
});

it('the cost of a long text grows with its length, not with its square', () => {
  const scan = createScanner([rule], []);
  const text = 'no secret here\n'.repeat(50_000);
  expect(windowsOf(text, rule.hints)).toEqual([]);
  expect(scan(text)).toEqual([]);
});
