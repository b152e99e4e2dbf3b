import { describe, expect, it } from 'vitest';
import type { Evidence } from '../../src/core/evidence.ts';
import type { Findings, SubmittedHypothesis } from '../../src/core/findings.ts';
import { type SettleContext, settleFindings } from '../../src/core/settle-findings.ts';
import { taint } from '../../src/core/tainted.ts';
import type { RankedCause } from '../../src/rootcause/ranking.ts';
import type { ChangeEvent } from '../../src/rootcause/telemetry.ts';

const evidenceOf = (number: number, change: Partial<Evidence>): Evidence => ({
  id: `E${number}`,
  incident: 'INC-1',
  tool: 'datadog_metrics',
  source: 'datadog',
  input: {},
  query: 'service:payments service:checkout',
  window: { fromMs: 0, toMs: 1 },
  provenance: 'B',
  result: { after: 962, note: 'pool exhausted' },
  sha256: '0',
  bytes: 1,
  redactions: 0,
  link: 'https://example.com',
  headline: [],
  chart: null,
  truncated: false,
  takenAtMs: 0,
  ...change,
});
const pullRequest: ChangeEvent = {
  id: 'acme/payments#41',
  kind: 'pull-request',
  service: 'payments',
  atMs: 5,
  title: 'Lower the pool',
  repository: 'acme/payments',
  sha: 'abc',
  pullNumber: 41,
  paths: [],
  diff: '',
};
const ranked = (entity: string, score: number): RankedCause => ({
  entity,
  kind: 'bad-deploy',
  change: entity === 'payments' ? pullRequest.id : null,
  score,
  mechanism: 'm',
  wrongIf: 'w',
  reasons: [],
  against: [],
});
const claimOf = (evidence: 'E1' | 'E2' | 'E9') => ({
  text: taint(`${evidence} shows the pool ran out`),
  citations: [{ evidence, quote: 'pool exhausted' }],
});
const submitted = (more: Partial<SubmittedHypothesis> = {}): SubmittedHypothesis => ({
  kind: 'bad-deploy',
  entity: 'payments',
  change: pullRequest.id,
  claims: [claimOf('E1'), claimOf('E2')],
  wrongIf: taint('The pool was not full'),
  against: [],
  ...more,
});
const checkout = submitted({ entity: 'checkout', change: null });
const settle = (hypotheses: readonly SubmittedHypothesis[], more: Partial<SettleContext> = {}) => {
  const findings: Findings = { outcome: 'causes', hypotheses };
  return settleFindings(findings, {
    evidence: [evidenceOf(1, {}), evidenceOf(2, { source: 'github', provenance: 'A' })],
    changes: [pullRequest],
    entities: new Set(['payments', 'checkout']),
    ranking: {
      outcome: 'ranked',
      because: '',
      onsetMs: 1,
      before: 1,
      after: 2,
      causes: [ranked('payments', 0.9)],
      unusable: [],
    },
    engine: [],
    challenge: 'survived',
    ...more,
  });
};
const ranking = (...causes: readonly RankedCause[]): Pick<SettleContext, 'ranking'> => ({
  ranking: { outcome: 'ranked', because: '', onsetMs: 1, before: 1, after: 2, causes, unusable: [] },
});

describe("the model's findings", () => {
  it('become a confirmed hypothesis with the change found again', () => {
    const { hypotheses, dropped } = settle([submitted()]);
    expect(dropped).toEqual([]);
    expect(hypotheses).toMatchObject([
      {
        id: 'H1',
        word: 'Confirmed',
        by: 'model',
        score: 0.9,
        change: { repository: 'acme/payments', sha: 'abc', pullNumber: 41 },
      },
    ]);
    expect(hypotheses[0]?.supports.map(({ evidence }) => evidence)).toEqual(['E1', 'E2']);
  });

  it('keep only the claims that the gate lets through', () => {
    const { hypotheses, dropped } = settle([submitted({ claims: [claimOf('E1'), claimOf('E9')] })]);
    expect(hypotheses[0]?.mechanism.untrusted).toBe('E1 shows the pool ran out');
    expect(dropped.map(({ why }) => why)).toEqual(['E9 is not in the ledger']);
  });

  it.each<[string, SubmittedHypothesis, string]>([
    ['no claim survives', submitted({ claims: [claimOf('E9')] }), 'E9 is not in the ledger'],
    ['the service is invented', submitted({ entity: 'billing' }), 'billing is not in the catalogue'],
    [
      'the change is invented',
      submitted({ change: 'acme/payments#99' }),
      'the change acme/payments#99 is not in the ledger',
    ],
  ])("give way to the engine's when %s", (...[, hypothesis, why]) => {
    const { hypotheses, dropped } = settle([hypothesis]);
    expect(hypotheses).toEqual([]);
    expect(dropped.map((each) => each.why)).toContain(why);
  });

  it('cannot reach Likely with a cause the engine did not rank', () => {
    const { hypotheses } = settle([submitted()], ranking());
    expect(hypotheses).toMatchObject([{ score: 0.4, word: 'Possible' }]);
  });

  it('lift a cause the engine ranked low no further than one it did not rank, and no lower', () => {
    const { hypotheses } = settle([submitted()], ranking(ranked('payments', 0.1)));
    expect(hypotheses).toMatchObject([{ score: 0.4, word: 'Possible' }]);
  });

  it.each([
    ['survived', 'Confirmed'],
    ['weakened', 'Possible'],
    ['refuted', 'RuledOut'],
    ['not-run', 'Likely'],
  ] as const)('after a challenge that %s: %s', (challenge, word) => {
    expect(settle([submitted()], { challenge }).hypotheses[0]?.word).toBe(word);
  });

  it('let the challenge count for the cause it was put to, wherever that one ends', () => {
    const two = ranking(ranked('payments', 0.9), ranked('checkout', 0.6));
    const { hypotheses } = settle([checkout, submitted()], { ...two, challenge: 'refuted' });
    expect(hypotheses.map(({ entity, word }) => [entity, word])).toEqual([
      ['payments', 'Likely'],
      ['checkout', 'RuledOut'],
    ]);
  });

  it('a cause that was ruled out never leads, however high it scores', () => {
    const two = ranking(ranked('payments', 0.6), ranked('checkout', 0.9));
    const { hypotheses } = settle([checkout, submitted()], { ...two, challenge: 'refuted' });
    expect(hypotheses.map(({ id, entity, word }) => [id, entity, word])).toEqual([
      ['H1', 'payments', 'Possible'],
      ['H2', 'checkout', 'RuledOut'],
    ]);
  });

  it('gain no lead by leaving out a rival that the engine ranked', () => {
    const rival = ranking(ranked('checkout', 0.88), ranked('payments', 0.86));
    expect(settle([submitted()], rival).hypotheses).toMatchObject([{ entity: 'payments', word: 'Possible' }]);
  });

  it('are lowered by a cited claim against them', () => {
    const { hypotheses } = settle([submitted({ against: [claimOf('E1')] })]);
    expect(hypotheses[0]).toMatchObject({ word: 'Likely', refutes: [{ evidence: 'E1' }] });
  });
});

describe('what sources dispute, or nobody recorded', () => {
  const level = (middle: number) => ({
    kind: 'level' as const,
    service: 'payments',
    metric: 'error_ratio',
    fromMs: 0,
    toMs: 900_000,
    samples: 15,
    low: middle,
    middle,
    high: middle,
    past: null,
  });
  it('a cause that rests on one side of a dispute is not Confirmed', () => {
    const disputed = [
      evidenceOf(1, { readings: [level(0.02)] }),
      evidenceOf(2, { source: 'github', provenance: 'A' }),
      evidenceOf(3, { source: 'prometheus', readings: [level(0.31)] }),
    ];
    expect(settle([submitted()], { evidence: disputed }).hypotheses[0]?.word).toBe('Likely');
    expect(settle([submitted()], { evidence: disputed.slice(0, 2) }).hypotheses[0]?.word).toBe('Confirmed');
  });

  it('a cause that only planted text supports is dropped', () => {
    const planted = [evidenceOf(1, { provenance: 'C', suspect: 1 }), evidenceOf(2, { provenance: 'C', suspect: 2 })];
    const { hypotheses, dropped } = settle([submitted()], { evidence: planted });
    expect(hypotheses).toEqual([]);
    expect(dropped.map(({ why }) => why)).toEqual(['only text that reads like an instruction supports payments']);
  });

  it('a search that found nothing supports no cause, and is no second source', () => {
    const found = { after: 962, note: 'pool exhausted' };
    const empty = { empty: true, result: found, provenance: 'C' } as const;
    const alone = [evidenceOf(1, empty), evidenceOf(2, { ...empty, source: 'github' })];
    const { hypotheses, dropped } = settle([submitted()], { evidence: alone });
    expect(hypotheses).toEqual([]);
    expect(dropped.map(({ why }) => why)).toEqual(['only a search that found nothing supports payments']);
    for (const provenance of ['A', 'B', 'C'] as const) {
      const padded = [evidenceOf(1, {}), evidenceOf(2, { ...empty, provenance, source: 'github' })];
      const [first] = settle([submitted()], { evidence: padded }).hypotheses;
      expect(first?.word).toBe('Possible');
    }
  });

  it('a change that only text names is no change', () => {
    const told = { ...pullRequest, evidence: 'E1' as const };
    const ledger = [evidenceOf(1, { provenance: 'C' }), evidenceOf(2, {})];
    const { dropped } = settle([submitted()], { evidence: ledger, changes: [told] });
    expect(dropped.map(({ why }) => why)).toContain('the change acme/payments#41 is named in text only');
  });

  it('evidence that measures something else lends a named cause no weight', () => {
    const elsewhere = [evidenceOf(1, { query: 'service:checkout' }), evidenceOf(2, { query: 'service:checkout' })];
    const { hypotheses } = settle([submitted({ change: null })], { evidence: elsewhere });
    expect(hypotheses).toMatchObject([{ word: 'Possible', hearsay: true }]);
  });
});
