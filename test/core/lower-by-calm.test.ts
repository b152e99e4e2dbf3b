import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Evidence } from '../../src/core/evidence.ts';
import type { Claim } from '../../src/core/findings.ts';
import { type Hypothesis, type VerdictWord, verdictWords } from '../../src/core/hypothesis.ts';
import { type CalmFacts, lowerByCalm } from '../../src/core/lower-by-calm.ts';
import type { Level } from '../../src/core/reading.ts';
import { taint } from '../../src/core/tainted.ts';
import { usualServices, usualSignal } from '../../src/core/usual-signal.ts';
import { sampleHypothesis } from '../support/sample-hypothesis.ts';

const nowMs = Date.UTC(2026, 10, 20, 14, 0);
const level = (change: Partial<Level> = {}): Level => ({
  kind: 'level',
  service: 'checkout',
  metric: 'error_ratio',
  fromMs: nowMs - 900_000,
  toMs: nowMs,
  samples: 15,
  low: 0.009,
  middle: 0.01,
  high: 0.012,
  past: 0.01,
  ...change,
});
const evidenceOf = (number: number, change: Partial<Evidence> = {}): Evidence => ({
  id: `E${number}`,
  incident: 'INC-1',
  tool: 'datadog_metrics',
  source: 'datadog',
  input: {},
  query: 'error_ratio',
  window: { fromMs: nowMs - 3_600_000, toMs: nowMs },
  provenance: 'B',
  result: { services: [{ service: 'checkout', last: 0.01 }] },
  sha256: '0',
  bytes: 1,
  redactions: 0,
  link: 'https://example.com',
  headline: [],
  chart: null,
  truncated: false,
  takenAtMs: nowMs,
  readings: [level()],
  ...change,
});
const symptom = { service: 'checkout', metric: 'error_ratio', comparator: '>', threshold: 0.05 } as const;
const names = ['checkout', 'payments'].map((id) => ({ id, names: [id] }));
const rising = [level({ middle: 0.3, high: 0.4 })];
const facts = (...evidence: readonly Evidence[]): CalmFacts => ({ evidence, names, symptom });
const calm = (change: Partial<Claim> = {}): Claim => ({
  text: taint('the error ratio of checkout is normal at 0.01'),
  citations: [{ evidence: 'E1', number: { pointer: '/services/0/last', value: 0.01 } }],
  ...change,
});
const causes = (...words: readonly VerdictWord[]): readonly Hypothesis[] =>
  words.map((word, index) => ({ ...sampleHypothesis, id: `H${index + 1}`, entity: 'payments', word, refutes: [] }));
const wordsOf = (hypotheses: readonly Hypothesis[]): readonly VerdictWord[] => hypotheses.map(({ word }) => word);

describe('a model that shows that nothing is wrong', () => {
  it('takes a likely cause back to possible, with its claim against it', () => {
    const calmed = lowerByCalm(causes('Likely', 'Possible'), [calm()], facts(evidenceOf(1, { readings: rising })));
    expect(wordsOf(calmed.hypotheses)).toEqual(['Possible', 'Possible']);
    expect(calmed.hypotheses[0]?.refutes).toEqual([{ evidence: 'E1', why: calm().text }]);
    expect(calmed).toMatchObject({ rests: ['E1'], nothingWrong: null });
  });

  it('is the verdict where every source reads the alerting signal as usual', () => {
    const prometheus = evidenceOf(2, { source: 'prometheus' });
    const calmed = lowerByCalm(causes('Likely'), [calm()], facts(evidenceOf(1), prometheus));
    expect(calmed).toMatchObject({ hypotheses: [], rests: ['E1'] });
    expect(calmed.nothingWrong).toBe(
      'error_ratio of checkout is 0.01, as before (0.01), and within its threshold 0.05 (E1).',
    );
    const disagreeing = facts(evidenceOf(1), { ...prometheus, readings: rising });
    expect(lowerByCalm(causes('Likely'), [calm()], disagreeing)).toMatchObject({ nothingWrong: null });
  });

  it.each<readonly [string, Claim, Evidence]>([
    ['nothing proves it', calm({ citations: [] }), evidenceOf(1)],
    ['its number is another', calm({ text: taint('the error ratio of checkout is normal at 0.02') }), evidenceOf(1)],
    ['it calls nothing well', calm({ text: taint('the error ratio of checkout is 0.01') }), evidenceOf(1)],
    ['anybody could have written it', calm(), evidenceOf(1, { provenance: 'C' })],
    ['a person said so', calm(), evidenceOf(1, { source: 'people' })],
    [
      'it is of another service',
      calm({ text: taint('titles is normal at 0.01') }),
      evidenceOf(1, { result: { services: [{ service: 'titles', last: 0.01 }] } }),
    ],
    [
      'it was measured before it began',
      calm(),
      evidenceOf(1, { window: { fromMs: nowMs - 9_000_000, toMs: nowMs - 3_600_000 } }),
    ],
  ])('changes nothing when %s', (_why, claim, evidence) => {
    const known = [...names, { id: 'titles', names: ['titles'] }];
    const newer = evidenceOf(9, { result: {}, readings: [] });
    const given = causes('Likely');
    const calmed = lowerByCalm(given, [claim], { ...facts(evidence, newer), names: known });
    expect(calmed).toMatchObject({ hypotheses: given, rests: [], nothingWrong: null });
  });

  it('takes back only the cause whose service it measured when it is silent about the symptom', () => {
    const given = causes('Likely', 'Likely').map((each, index) => ({
      ...each,
      entity: index === 0 ? 'payments' : 'titles',
    }));
    const claim = calm({ text: taint('payments is healthy at 0.01') });
    const payments = evidenceOf(1, { result: { services: [{ service: 'payments', last: 0.01 }] } });
    expect(wordsOf(lowerByCalm(given, [claim], facts(payments)).hypotheses)).toEqual(['Possible', 'Likely']);
  });

  const order: readonly VerdictWord[] = ['RuledOut', 'NothingWrong', 'Inconclusive', 'Possible', 'Likely', 'Confirmed'];
  const anyClaim = fc.record({
    text: fc
      .constantFrom('checkout is normal at 0.01', 'payments is healthy', 'checkout failed', 'all good')
      .map(taint),
    citations: fc.array(
      fc.constantFrom(
        { evidence: 'E1' as const, number: { pointer: '/services/0/last', value: 0.01 } },
        { evidence: 'E2' as const, number: { pointer: '/services/0/last', value: 0.01 } },
        { evidence: 'E1' as const, quote: 'checkout' },
        { evidence: 'E7' as const, quote: 'checkout' },
      ),
      { maxLength: 3 },
    ),
  });
  it('only lowers: no word rises, no cause appears, none changes but in its word and what speaks against it', () => {
    let lowered = 0;
    let quiet = 0;
    const evidence = fc
      .constantFrom([level()], rising, [])
      .map((readings) => [
        evidenceOf(1, { readings }),
        evidenceOf(2, { provenance: 'C', readings: [], result: { services: [{ service: 'payments', last: 0.01 }] } }),
      ]);
    const drawn = fc.record({
      words: fc.array(fc.constantFrom(...verdictWords), { maxLength: 4 }),
      claims: fc.array(anyClaim, { maxLength: 4 }),
      items: evidence,
      alerting: fc.constantFrom(symptom, null),
    });
    const expectLower = (then: Hypothesis, now: Hypothesis): void => {
      expect(order.indexOf(now.word)).toBeLessThanOrEqual(order.indexOf(then.word));
      expect({ ...now, word: then.word, refutes: then.refutes }).toEqual(then);
      if (now.word === then.word) return;
      lowered += 1;
      expect(now.refutes.length).toBeGreaterThan(0);
    };
    fc.assert(
      fc.property(drawn, ({ words, claims, items, alerting }) => {
        const given = causes(...words);
        const calmed = lowerByCalm(given, claims, { evidence: items, names, symptom: alerting });
        const isQuiet = calmed.nothingWrong !== null;
        const unmoved = !isQuiet && calmed.rests.length === 0;
        quiet += Number(isQuiet);
        expect([null, alerting && usualSignal(alerting, items)]).toContain(calmed.nothingWrong);
        expect(calmed.hypotheses).toHaveLength(isQuiet ? 0 : given.length);
        expect(unmoved ? calmed.hypotheses : given).toEqual(given);
        for (const [index, now] of calmed.hypotheses.entries()) expectLower(given[index] ?? now, now);
      }),
      { numRuns: 2_000, seed: 7 },
    );
    expect(Math.min(lowered, quiet)).toBeGreaterThan(10);
  });
});

describe('a signal is usual', () => {
  it.each<readonly [boolean, string, Partial<Level>]>([
    [true, 'at its level of before, within its threshold', {}],
    [false, 'beyond its threshold', { high: 0.06 }],
    [false, 'within its threshold, but above its level of before', { middle: 0.045, high: 0.049, past: 0.01 }],
    [false, 'when its past is not known', { past: null }],
    [false, 'when it was measured long ago', { toMs: nowMs - 3_600_000 }],
    [false, 'when another signal was measured', { metric: 'latency_p95_ms' }],
    [false, 'when another service was measured', { service: 'payments' }],
  ])('%s: %s', (usual, _how, change) => {
    expect(usualSignal(symptom, [evidenceOf(1, { readings: [level(change)] })]) !== null).toBe(usual);
  });

  it('by the other end where less is worse', () => {
    const rate = { ...symptom, metric: 'request_rate', comparator: '<', threshold: 50 } as const;
    const measured = (low: number, middle: number) =>
      evidenceOf(1, { readings: [level({ metric: 'request_rate', low, middle, high: 130, past: 100 })] });
    expect(usualSignal(rate, [measured(90, 100)])).not.toBeNull();
    expect(usualSignal(rate, [measured(40, 100)])).toBeNull();
    expect(usualSignal(rate, [measured(60, 70)])).toBeNull();
  });
});

describe('services are usual when no monitor alerts', () => {
  const monitor = (state: 'ok' | 'alert') =>
    ({ kind: 'monitor', service: 'titles', metric: 'error_ratio', state, comparator: '>', threshold: 0.1 }) as const;
  const measured = [level(), level({ metric: 'latency_p95_ms', middle: 100, past: 95 })];
  const usual = (...readings: NonNullable<Evidence['readings']>) =>
    usualServices(['checkout'], [evidenceOf(1, { readings })]);

  it('by their errors, and by their latency where it was measured', () => {
    expect(usual(monitor('ok'), ...measured)).toBe(
      'None of 1 monitors alerts; errors and latency of checkout are as before (E1).',
    );
    expect(usual(monitor('ok'), level(), level({ metric: 'latency_p95_ms', middle: 300, past: 95 }))).toBeNull();
    expect(usual(monitor('ok'), ...rising)).toBeNull();
  });

  it('and not where one alerts, none was asked, or errors were not measured', () => {
    expect(usual(monitor('alert'), ...measured)).toBeNull();
    expect(usual(...measured)).toBeNull();
    expect(usual(monitor('ok'), ...measured.slice(1))).toBeNull();
  });

  it('is the verdict when the model showed that of every service that is suspected', () => {
    const evidence = [
      evidenceOf(1, { readings: [monitor('ok'), level()] }),
      evidenceOf(2, {
        result: { services: [{ service: 'payments', last: 0.01 }] },
        readings: [level({ service: 'payments' })],
      }),
    ];
    const about = { evidence, names, symptom: null };
    const suspects = causes('Possible', 'Likely', 'Inconclusive').map((each, index) => ({
      ...each,
      entity: ['checkout', 'payments', 'titles'][index] ?? '',
    }));
    const also = calm({
      text: taint('payments is healthy at 0.01'),
      citations: [{ evidence: 'E2', number: { pointer: '/services/0/last', value: 0.01 } }],
    });
    expect(lowerByCalm(suspects, [calm(), also], about)).toMatchObject({ hypotheses: [], rests: ['E1', 'E2'] });
    expect(lowerByCalm(suspects, [also], about)).toMatchObject({ nothingWrong: null });
  });
});
