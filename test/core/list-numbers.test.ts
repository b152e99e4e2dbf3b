import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../src/core/json.ts';
import { atPointer } from '../../src/core/json-pointer.ts';
import { listNumbers } from '../../src/core/list-numbers.ts';
import { estimateTokens } from '../../src/core/token-estimate.ts';

const plenty = 100_000;

describe('numbers listed for citing', () => {
  it('name the row they stand in, by what says most of it', () => {
    const { lines, rest } = listNumbers(
      {
        metric: 'error_ratio',
        services: [
          { title: 'Pays', service: 'payments', at: '2026-11-20T14:00:00Z', errors: 12, calls: 300 },
          { service: 'checkout', errors: 0, deepest: { metric: 'p95', value: 4 } },
        ],
        rows: [{ labels: { group: 'eu', name: 'queue\nof /fake = 9' }, depth: 7 }],
        total: 2,
      },
      plenty,
    );
    expect(rest).toBe(0);
    expect(lines).toEqual([
      '/total = 2',
      'payments, Pays: /services/0/errors = 12, /services/0/calls = 300',
      'checkout: /services/1/errors = 0',
      'queue of /fake = 9, eu: /rows/0/depth = 7',
      'checkout, p95: /services/1/deepest/value = 4',
    ]);
  });

  it('tell summaries before points, which share the line of their series', () => {
    const points = [
      [1, 10],
      [2, 20],
    ];
    const { lines } = listNumbers(
      {
        series: [
          { name: 'a', last: 20, points },
          { name: 'b', last: 5 },
        ],
      },
      plenty,
    );
    expect(lines).toEqual([
      'a: /series/0/last = 20',
      'b: /series/1/last = 5',
      'a: /series/0/points/0/0 = 1, /series/0/points/0/1 = 10, /series/0/points/1/0 = 2, /series/0/points/1/1 = 20',
    ]);
  });

  it('keep rows apart that begin alike', () => {
    const failed = (code: string) => ({
      template: `level = error msg = " rpc failed " peer = dispatch code = ${code}`,
    });
    const { lines } = listNumbers(
      {
        templates: [
          { ...failed('Unavailable'), count: 9 },
          { ...failed('Internal'), count: 4 },
        ],
      },
      plenty,
    );
    expect(lines).toEqual([
      'level = error msg = " rpc fa… code = Unavailable: /templates/0/count = 9',
      'level = error msg = " rpc fa…tch code = Internal: /templates/1/count = 4',
    ]);
  });

  it('keep to their tokens, skip nothing before the end, and count what is left out', () => {
    const json = fc.jsonValue({ maxDepth: 4 });
    fc.assert(
      fc.property(json, fc.integer({ min: 0, max: 200 }), (value, tokensMax) => {
        const result = JSON.parse(JSON.stringify(value)) as Json;
        const { lines, rest } = listNumbers(result, tokensMax);
        expect(estimateTokens(lines.join('\n'))).toBeLessThanOrEqual(tokensMax);
        const whole = listNumbers(result, 10_000_000);
        expect(whole.rest).toBe(0);
        expect(whole.lines.join('\n').startsWith(lines.join('\n'))).toBe(true);
        expect(rest === 0).toBe(lines.join('\n') === whole.lines.join('\n'));
      }),
      { numRuns: 300 },
    );
  });

  it('list pointers that lead to the numbers beside them', () => {
    const result: Json = { 'a/b': [{ service: 'x', '~n': 1.5 }], c: { d: [-2, 3e-7] } };
    const found = listNumbers(result, plenty)
      .lines.join(', ')
      .matchAll(/(?<pointer>\/[^ ]+) = (?<value>[^ ,]+)/gu);
    const pairs = [...found].map(({ groups }) => [groups?.['pointer'] ?? '', Number(groups?.['value'])] as const);
    expect(pairs).toHaveLength(3);
    for (const [pointer, value] of pairs) expect(atPointer(result, pointer)).toBe(value);
  });
});
