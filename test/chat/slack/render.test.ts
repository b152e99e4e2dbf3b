import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderCard } from '../../../src/chat/slack/render.ts';
import { type Card, cardActionIds, type Line, type Span } from '../../../src/core/card.ts';
import type { Hypothesis } from '../../../src/core/hypothesis.ts';
import type { Incident } from '../../../src/core/incident.ts';
import { taint } from '../../../src/core/tainted.ts';
import { evidenceCard as realEvidenceCard } from '../../../src/flow/cards/evidence.ts';
import { greetingCard } from '../../../src/flow/cards/greeting.ts';
import { hypothesesCard as realHypothesesCard } from '../../../src/flow/cards/hypotheses.ts';
import { proposalCard as realProposalCard, recordCard } from '../../../src/flow/cards/proposal.ts';
import { receiptCard, resolutionCard, runLogCard } from '../../../src/flow/cards/receipt.ts';
import { noticeCard, replyCard } from '../../../src/flow/cards/reply.ts';
import { statusCard as realStatusCard } from '../../../src/flow/cards/status.ts';
import { samplePlan } from '../../support/sample-plan.ts';
import { sampleEvidence, statusCard } from '../../support/sample-story.ts';
import { everyNode, lintMessage } from './lint-message.ts';
import { people } from './slack-world.ts';

const render = (card: Card, version = 3) => renderCard(card, { mark: 'mark', version, people });
const shown = (card: Card): string => JSON.stringify(render(card));

const sampleIncident: Incident = {
  id: 'INC-1',
  place: { platform: 'slack', tenant: 'T1', channel: 'C1' },
  phase: 'open',
  openedAtMs: 1_700_000_000_000,
  openedBy: 'lee',
  question: null,
  symptom: null,
  onsetMs: null,
};
const sampleHypotheses: readonly Hypothesis[] = [
  {
    id: 'H1',
    kind: 'bad-deploy',
    entity: 'checkout',
    change: { repository: 'acme/checkout', sha: 'f'.repeat(40), pullNumber: 41, mergedAtMs: 1_700_000_000_000 },
    mechanism: taint('Requests wait for <!channel> a connection'),
    supports: [{ evidence: 'E1', why: taint('it began then <@U1>') }],
    refutes: [{ evidence: 'E2', why: taint('no') }],
    wrongIf: taint('it stays'),
    score: 0.9,
    word: 'Likely',
    by: 'engine',
  },
];

const digest = 'd'.repeat(64);
const view = {
  sealed: { plan: samplePlan, digest },
  approvals: [],
  needed: 2,
  approvers: [
    { id: 'lee', name: 'Lee Tanaka' },
    { id: 'nobody', name: 'Kim Unmapped' },
  ],
  names: (id: string) => id,
  diff: taint('- one\n+ two <!channel>'),
  url: 'https://causeway.example/approve/plan-1',
  way: 'button' as const,
  value: (decision: string) => `plan-1.1.89e3b525.n0nce.${decision}`,
};
const url = 'https://causeway.example/i/INC-1';
const step = { id: 's1', says: 'Open a pull request', state: 'in_progress', output: [taint('opened <@U1>')] } as const;

const cards: readonly (readonly [string, Card])[] = [
  ['greeting', greetingCard(sampleIncident)],
  ...sampleEvidence.map((each) => [`evidence ${each.id}`, realEvidenceCard(each, sampleHypotheses, url)] as const),
  ['status of a story', statusCard(3)],
  [
    'status before anything is known',
    realStatusCard({
      incident: sampleIncident,
      symptom: null,
      ranking: null,
      hypotheses: [],
      sources: [{ name: 'GitHub', state: 'in_progress', says: ['reading'] }],
      gaps: [],
      next: ['Reading'],
      trend: null,
      label: 'Running without the model',
      stoppable: false,
      nowMs: 1_700_000_000_000,
      url,
    }),
  ],
  ['hypotheses', realHypothesesCard(sampleHypotheses, 'one source is missing', 2)],
  ['no hypotheses', realHypothesesCard([], null, 0)],
  ['proposal', realProposalCard(view)],
  ['record', recordCard({ ...view, state: 'rejected', said: ['Rejected. Nothing ran'] })],
  ['run log', runLogCard({ title: 'Roll back', steps: [step] })],
  [
    'receipt',
    receiptCard({
      done: true,
      sealed: view.sealed,
      approvedBy: 'Lee',
      outcome: ['opened'],
      auditSeq: 7,
      auditHash: 'a'.repeat(64),
    }),
  ],
  [
    'resolution',
    resolutionCard({
      incident: sampleIncident,
      verdict: 'worked',
      before: 960,
      after: 310,
      cause: null,
      mitigatedAtMs: null,
      url,
    }),
  ],
  ['reply', replyCard('Answer', [['one'], ['two']], ['Title'])],
  ['notice', noticeCard('Something failed', 'Do this')],
];

it.each(cards)('shows a %s within every limit of Slack', (_name, card) => {
  const message = render(card);
  expect(lintMessage(message, 3)).toEqual([]);
});

describe('a proposal', () => {
  it('mentions whom it asks once, and only those the directory knows on Slack', () => {
    const { blocks } = render(realProposalCard(view));
    const mentioned = everyNode(blocks).filter(({ type }) => type === 'user');
    expect(mentioned).toEqual([{ type: 'user', user_id: 'U1' }]);
    expect(JSON.stringify(blocks)).toContain('Kim Unmapped');
  });

  it('carries risk, blast radius, effect, undo, identity, digest and the exact value to approve', () => {
    const card = shown(realProposalCard(view));
    for (const fact of [
      'Risk: ',
      'Blast radius: ',
      'Expected effect: ',
      'Undo: ',
      'Runs as: ',
      'Approvals: ',
      digest,
    ]) {
      expect(card).toContain(fact);
    }
    const [approve] = everyNode(render(realProposalCard(view)).blocks).filter(({ type }) => type === 'button');
    expect(approve).toMatchObject({
      action_id: 'approve-plan:0',
      style: 'primary',
      value: expect.stringMatching(/^plan-1\.1\./u),
    });
  });

  it('loses its buttons when it becomes a record', () => {
    expect(shown(recordCard({ ...view, state: 'done', said: ['Done'] }))).not.toContain('"button"');
  });
});

it('says the numbers of a chart in words, from the same points', () => {
  const item = sampleEvidence.find((each) => each.chart !== null);
  if (!item?.chart) throw new Error('the sample has no chart');
  const card = realEvidenceCard(item, [], url);
  const chart = render(card).blocks.find((block) => block.type === 'data_visualization');
  const points = card.chart?.series[0]?.points ?? [];
  expect(chart?.type === 'data_visualization' && chart.chart.series[0]?.data.map(({ value }) => value)).toEqual(
    points.map(([, value]) => value),
  );
  expect(shown(card)).toContain(`${points.at(-1)?.[1]} last`);
});

it('counts the rows a table could not take', () => {
  const rows = Array.from({ length: 150 }, (_, index) => [[`row ${index}`], ['x']]);
  const message = render({ kind: 'reply', fallback: 'Table', table: { caption: 'All', columns: ['a', 'b'], rows } });
  expect(lintMessage(message, 3)).toEqual([]);
  expect(JSON.stringify(message)).toContain('50 more rows');
});

it('links only to absolute web addresses', () => {
  const text = shown({
    kind: 'reply',
    fallback: 'Links',
    lead: [
      { label: 'relative', href: '/i/INC-1' },
      { label: 'script', href: 'javascript:alert(1)' },
      { label: 'good', href: 'https://causeway.example/x' },
    ],
  });
  expect(everyNode(JSON.parse(text)).filter(({ type }) => type === 'link')).toHaveLength(1);
  expect(text).not.toContain('javascript:');
});

const nasty = fc.oneof(
  fc.constantFrom(
    '<!channel>',
    '<!here|x>',
    '<@U1>',
    '<https://evil.example|ok>',
    '*b* _i_ ~s~ `c`',
    '```\nfence',
    '\u202Eevil\u2066',
    '</at>',
    ':rotating_light:',
    '&lt;!channel&gt;',
    '',
    ' ',
    '\n\n',
    'x'.repeat(20_000),
    '\uD83D\uDE80'.repeat(400),
  ),
  fc.string({ maxLength: 60 }),
);
const span: fc.Arbitrary<Span> = fc.oneof(
  nasty.map(taint),
  nasty.map((text) => ({ code: taint(text) })),
  fc.constantFrom<Span>(
    'ours ',
    { strong: 'ours' },
    { evidence: 'E1' },
    { atMs: 1_700_000_000_000 },
    { word: 'Likely' },
  ),
);
const line: fc.Arbitrary<Line> = fc.array(span, { maxLength: 4 });
const code = nasty.map((text) => ({ label: 'log', language: 'text' as const, text: taint(text) }));
const hostileCard: fc.Arbitrary<Card> = fc.record({
  kind: fc.constant('reply' as const),
  fallback: nasty,
  title: line,
  lead: line,
  facts: fc.array(fc.record({ label: fc.constant('Fact'), value: line }), { maxLength: 8 }),
  tasks: fc.record({
    title: fc.constant('Steps'),
    items: fc.array(
      fc.record({ id: fc.constant('same'), title: line, state: fc.constant('complete' as const), output: line }),
      { maxLength: 60 },
    ),
  }),
  table: fc.record({
    caption: fc.constant('Rows'),
    columns: fc.constant(['a', 'b']),
    rows: fc.array(fc.array(line, { maxLength: 3 }), { maxLength: 110 }),
  }),
  code: fc.array(code, { maxLength: 3 }),
  details: fc.record({
    summary: fc.constant('Details'),
    open: fc.boolean(),
    lines: fc.array(line, { maxLength: 5 }),
    code: fc.array(code, { maxLength: 2 }),
  }),
  actions: fc.array(
    fc.record({
      id: fc.constantFrom(...cardActionIds),
      label: fc.constant('Do It'),
      value: fc.constant('v'),
      style: fc.constantFrom('primary' as const, 'danger' as const, 'plain' as const),
    }),
    { maxLength: 30 },
  ),
  foot: line,
});

it('gives outside text no way to mention, link or break a message', () => {
  fc.assert(
    fc.property(hostileCard, (card) => {
      const message = render(card);
      // An emoji in an outside title is allowed to be there; it is our own headers that carry none.
      expect(lintMessage(message, 3).filter((complaint) => complaint !== 'emoji in a header')).toEqual([]);
      const nodes = everyNode(message.blocks);
      expect(nodes.filter(({ type }) => type === 'user' || type === 'link')).toEqual([]);
      expect(JSON.stringify(message.blocks)).not.toMatch(/[\u202A-\u202E\u2066-\u2069]/u);
      expect(JSON.stringify(message).length).toBeLessThan(60_000);
    }),
    { numRuns: 60 },
  );
});
