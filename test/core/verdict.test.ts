import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bars, type Case, judge, missedBar, type Support } from '../../src/core/verdict.ts';

const support = (evidence: number, source: string, provenance: Support['provenance']): Support => ({
  evidence: `E${evidence}`,
  source,
  provenance,
});
const merge = support(1, 'github', 'A');
const metric = support(2, 'datadog', 'B');
const log = support(3, 'cloudwatch', 'C');
const strong: Case = { supports: [merge, metric], refutes: [], score: 0.9, lead: 0.4, challenge: 'survived' };

describe('the verdict word', () => {
  it.each<[string, Partial<Case>, string]>([
    ['two independent solid sources and a surviving challenge', {}, 'Confirmed'],
    ['no adversarial check', { challenge: 'not-run' }, 'Likely'],
    ['a weakened check', { challenge: 'weakened' }, 'Possible'],
    ['a refuted check', { challenge: 'refuted' }, 'RuledOut'],
    ['two items of one vendor', { supports: [metric, support(4, 'datadog', 'B')] }, 'Likely'],
    ['class C text alone', { supports: [log, support(5, 'slack', 'C')] }, 'Possible'],
    ['class D people alone', { supports: [support(6, 'slack', 'D')] }, 'Possible'],
    ['more solid evidence against than for', { refutes: [metric, support(7, 'aws', 'B'), merge] }, 'RuledOut'],
    ['one solid item against', { refutes: [support(8, 'aws', 'B')] }, 'Likely'],
    ['a score just under likely', { score: bars.likelyScore - 0.01, challenge: 'not-run' }, 'Possible'],
    ['a score exactly likely', { score: bars.likelyScore, challenge: 'not-run' }, 'Likely'],
    ['a lead just under', { lead: bars.likelyLead - 0.001, challenge: 'not-run' }, 'Possible'],
    ['a score under possible', { score: bars.possibleScore - 0.01 }, 'Inconclusive'],
    ['a single item', { supports: [metric], challenge: 'not-run' }, 'Possible'],
    ['nothing for it', { supports: [] }, 'Inconclusive'],
  ])('with %s it is right', (_, change, expected) => {
    expect(judge({ ...strong, ...change })).toBe(expected);
  });

  const anySupport = fc.record({
    evidence: fc.integer({ min: 1, max: 9 }).map((n) => `E${n}` as const),
    source: fc.constantFrom('github', 'datadog', 'slack'),
    provenance: fc.constantFrom<Support['provenance']>('C', 'D'),
  });

  it('never exceeds Possible on text that others can write', () => {
    fc.assert(
      fc.property(
        fc.array(anySupport, { maxLength: 9 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.constantFrom<Case['challenge']>('survived', 'weakened', 'refuted', 'not-run'),
        (supports, score, challenge) => {
          const word = judge({ supports, refutes: [], score, lead: 1, challenge });
          expect(['Possible', 'Inconclusive', 'RuledOut']).toContain(word);
        },
      ),
    );
  });

  it('is never Confirmed without a surviving check', () => {
    fc.assert(
      fc.property(fc.constantFrom<Case['challenge']>('weakened', 'refuted', 'not-run'), (challenge) => {
        expect(judge({ ...strong, challenge })).not.toBe('Confirmed');
      }),
    );
  });
});

it.each<[Partial<Case>, string]>([
  [{ supports: [] }, 'no evidence supports it'],
  [{ supports: [log] }, 'only text that others can write supports it'],
  [{ score: 0.3 }, 'its score 0.30 is below 0.5'],
  [{ lead: 0.01 }, 'it leads the next cause by only 0.01'],
  [{ supports: [metric] }, 'one source alone supports it'],
  [{ challenge: 'not-run' }, 'no adversarial check has run'],
  [{}, 'its lead is small'],
])('names the bar that was missed', (change, expected) => {
  expect(missedBar({ ...strong, ...change })).toBe(expected);
});

it('a disputed basis is never Confirmed, and the card says why', () => {
  expect(judge({ ...strong, contested: true })).toBe('Likely');
  expect(missedBar({ ...strong, contested: true })).toBe('sources disagree about what it rests on');
});

it('text that reads like an instruction supports nothing alone, and beside a measurement it is text', () => {
  const planted = { ...log, suspect: true };
  expect(judge({ ...strong, supports: [planted] })).toBe('Inconclusive');
  expect(missedBar({ ...strong, supports: [planted] })).toContain('reads like an instruction');
  expect(judge({ ...strong, supports: [planted, metric], challenge: 'not-run' })).toBe('Likely');
});

it('a cause that no measurement or record speaks of stays Possible', () => {
  expect(judge({ ...strong, unanchored: true })).toBe('Possible');
});
