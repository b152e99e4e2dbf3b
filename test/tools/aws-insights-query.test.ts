/** No text that ends up in an Insights query can be more than one text: read back by a reader of its own. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type InsightsTest, insightsFields, writeInsights } from '../../tools/aws/insights-query.ts';

const query = (where: readonly InsightsTest[]) =>
  writeInsights({ fields: ['@timestamp', '@message'], where, sort: { field: '@timestamp', direction: 'asc' } });

/** Insights' words, one after the other, by the rules of its literals: a text ends at the first quote without a backslash. */
function words(text: string): readonly string[] {
  const found: string[] = [];
  let at = 0;
  while (at < text.length) {
    const { word, end } = text[at] === '"' ? readText(text, at + 1) : readWord(text, at);
    if (word.trim() !== '') found.push(word);
    at = end;
  }
  return found;
}

function readText(text: string, from: number) {
  let end = from;
  let value = '';
  while (end < text.length && text[end] !== '"') {
    if (text[end] === '\\') end += 1;
    value += text[end] ?? '';
    end += 1;
  }
  return { word: `text:${value}`, end: end + 1 };
}

function readWord(text: string, from: number) {
  const word = /^(?:[\w@.]+|\s+|.)/u.exec(text.slice(from))?.[0] ?? ' ';
  return { word, end: from + word.length };
}

describe('an Insights query', () => {
  it('is one command a line, in the order it is run', () => {
    const text = query([
      {
        kind: 'any',
        tests: [
          { kind: 'contains', field: '@message', text: 'ERROR' },
          { kind: 'contains', field: '@message', text: 'panic' },
        ],
      },
      { kind: 'lacks', field: '@message', text: 'health check' },
      { kind: 'equals', field: '@logStream', text: 'checkout-1' },
    ]);
    expect(text).toBe(
      [
        'fields @timestamp, @message',
        '| filter (@message like "ERROR" or @message like "panic")',
        '| filter @message not like "health check"',
        '| filter @logStream = "checkout-1"',
        '| sort @timestamp asc',
      ].join('\n'),
    );
  });

  it('keeps every hostile text inside its literal', () => {
    const hostile = fc.oneof(
      fc.string({ minLength: 1, maxLength: 100, unit: 'grapheme' }),
      fc.string({
        minLength: 1,
        maxLength: 100,
        unit: fc.constantFrom('"', '\\', '|', '#', '/', "'", '`', '$', 'a', ' '),
      }),
      fc.constantFrom('" | fields @message #', '\\" | unmask(@message) as x #', '\\\\" or 1 = 1', '/.*/', '$' + '{x}'),
    );
    fc.assert(
      fc.property(hostile, fc.constantFrom(...insightsFields), (text, field) => {
        fc.pre(!/\p{Cc}/u.test(text));
        const written = words(query([{ kind: 'contains', field, text }]));
        const without = words(query([{ kind: 'contains', field, text: 'x' }]));
        expect(written).toEqual(without.map((word) => (word === 'text:x' ? `text:${text}` : word)));
      }),
      { numRuns: 2_000 },
    );
  });

  it.each(['', 'two\nlines', 'nul\u0000', 'x'.repeat(201)])('refuses %j, which no literal can hold', (text) => {
    expect(() => query([{ kind: 'contains', field: '@message', text }])).toThrow(RangeError);
  });
});
