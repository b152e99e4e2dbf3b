import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Closer, lookCloser } from '../../src/core/look-closer.ts';
import { estimateTokens } from '../../src/core/token-estimate.ts';

const result = {
  service: 'cart',
  'odd/key~': 1,
  templates: Array.from({ length: 500 }, (_, index) => ({
    template: `failed to reach <*> in zone ${index}`,
    count: index,
  })),
};
const closer = (more: Partial<Closer>): Closer => ({ pointer: '', contains: '', offset: 0, ...more });
const pageOf = (more: Partial<Closer>, tokensMax = 2_000) => {
  const page = lookCloser(result, closer(more), tokensMax);
  if (page.kind !== 'page') throw new Error(`no page: ${page.there.join(' ')}`);
  return page;
};

it('pages through a list to its end, every line once and with its own pointer', () => {
  const lines: string[] = [];
  for (let offset: number | null = 0; offset !== null; ) {
    const page = pageOf({ pointer: '/templates', offset });
    expect(estimateTokens(page.lines.join('\n'))).toBeLessThanOrEqual(2_000);
    lines.push(...page.lines);
    offset = page.next;
  }
  expect(lines).toHaveLength(500);
  expect(lines[7]).toBe('/templates/7 = {"template":"failed to reach <*> in zone 7","count":7}');
});

it('finds the line that holds a word, whatever its case', () => {
  expect(pageOf({ pointer: '/templates', contains: 'ZONE 499' }).lines).toEqual([
    '/templates/499 = {"template":"failed to reach <*> in zone 499","count":499}',
  ]);
});

it('writes pointers that lead back to the value', () => {
  expect(pageOf({ contains: 'odd' }).lines).toEqual(['/odd~1key~0 = 1']);
  expect(pageOf({ pointer: '/odd~1key~0' }).lines).toEqual(['/odd~1key~0 = 1']);
});

it('says what there is when nothing is at the pointer', () => {
  expect(lookCloser(result, closer({ pointer: '/lines' }), 2_000)).toEqual({
    kind: 'no-such-place',
    pointer: '/lines',
    there: ['/service', '/odd~1key~0', '/templates'],
  });
});

it('always moves on: a line that is too long is cut, never skipped and never shown for ever', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 6_000 }), { minLength: 1, maxLength: 12 }), (texts) => {
      let seen = 0;
      for (let offset: number | null = 0; offset !== null; ) {
        const page = lookCloser(texts, closer({ offset }), 300);
        if (page.kind !== 'page') throw new Error('no page');
        expect(page.lines.length).toBeGreaterThan(0);
        seen += page.lines.length;
        offset = page.next;
      }
      expect(seen).toBe(texts.length);
    }),
    { numRuns: 100 },
  );
});
