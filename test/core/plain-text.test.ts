import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clamp, defang, plainText, stripHidden } from '../../src/core/plain-text.ts';
import { taint } from '../../src/core/tainted.ts';

describe('outside text', () => {
  it('loses what people cannot see', () => {
    const hidden = 'a\u202eb\u200bc\u001b[31md\u{E0041}\u0007\ufeff';
    expect(stripHidden(hidden)).toBe('abcd');
  });

  it('strips the same whether once or twice', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(stripHidden(stripHidden(text))).toBe(stripHidden(text));
      }),
      { numRuns: 2_000 },
    );
  });

  it('says how much was cut', () => {
    expect(clamp('abcdef', 4)).toBe('abcd … 2 more characters');
    expect(clamp('abcd', 4)).toBe('abcd');
    expect(plainText(taint('x'.repeat(10)), 3)).toBe('xxx … 7 more characters');
  });

  it.each([
    ['https://evil.example/x?q=1', /https?:\/\//u],
    ['javascript:alert(1)', /javascript:/u],
    ['see evil.example now', /evil\.example/u],
    ['@channel look', /@channel/u],
    ['![a](b) [a](b) [a]: b', /\]\(|!\[/u],
  ])('defangs %s', (text, live) => {
    expect(text).toMatch(live);
    expect(defang(taint(text))).not.toMatch(live);
  });
});
