/** One incident with everything a page can show, for tests and screenshots. Invented data only. */
import type { Card } from '../../src/core/card.ts';
import type { Chart, Evidence } from '../../src/core/evidence.ts';
import type { Hypothesis } from '../../src/core/hypothesis.ts';
import type { Incident } from '../../src/core/incident.ts';
import type { Json } from '../../src/core/json.ts';
import { taint } from '../../src/core/tainted.ts';
import type { PlanRow } from '../../src/ports.ts';
import { buttonOf } from './plan-button.ts';
import { samplePlan } from './sample-plan.ts';
import { startedAtMs, type WebWorld } from './web-world.ts';

const minute = 60_000;
const onsetMs = startedAtMs - 140_000;
const place = { platform: 'web', tenant: 'local', channel: 'incidents' } as const;

const latencyChart = (untilMs: number): Chart => ({
  title: 'checkout p95 latency',
  unit: 'ms',
  series: [
    {
      name: 'checkout',
      points: Array.from({ length: 96 }, (_, index) => {
        const atMs = startedAtMs - 17 * minute + index * 20_000;
        const wave = ((index * 7919) % 17) - 8;
        const recovered = atMs > startedAtMs + 11.5 * minute;
        const level = atMs < onsetMs || recovered ? 310 : 960;
        return [atMs, level + wave] as const;
      }).filter(([atMs]) => atMs <= untilMs),
    },
  ],
  marks: [
    { atMs: onsetMs, label: 'Onset 14:04:40', kind: 'onset' },
    { atMs: onsetMs - 90_000, label: 'v42 deployed 14:03:10', kind: 'change' },
  ],
});

const evidenceOf = (number: number, change: Partial<Evidence>): Evidence => ({
  id: `E${number}`,
  incident: 'INC-1',
  tool: 'datadog_metrics',
  source: 'datadog',
  input: { service: 'checkout' },
  query: 'p95:trace.http.request{service:checkout,env:prod}',
  window: { fromMs: startedAtMs - 15 * minute, toMs: startedAtMs },
  provenance: 'B',
  result: { before: 310, after: 960 },
  sha256: '449777124b1466a8ed667d0dd4c0620993f59e20fb27b3fa8894e957f8762353',
  bytes: 18_200,
  redactions: 0,
  link: 'https://app.datadoghq.com/metric/explorer',
  headline: ['checkout p95 went from 310 ms to 960 ms'],
  chart: null,
  truncated: false,
  takenAtMs: startedAtMs + 41_000,
  ...change,
});

export const sampleEvidence: readonly Evidence[] = [
  evidenceOf(1, {
    tool: 'github_deployments',
    source: 'github',
    provenance: 'A',
    query: 'GET /repos/acme/payments/deployments',
    headline: ['payments v42 went live 90 s before onset'],
    link: 'https://github.com/acme/payments',
  }),
  evidenceOf(2, { chart: latencyChart(startedAtMs + 14 * minute) }),
  evidenceOf(3, {
    tool: 'github_diff',
    source: 'github',
    provenance: 'A',
    query: 'GET /repos/acme/payments/pulls/41',
    headline: ['#41 lowered the pool from 20 to 5: ', taint('Smaller pools ahead of the proxy')],
    result: { patch: '-    max: 20\n+    max: 5' },
  }),
  evidenceOf(4, {
    headline: ['Requests wait 640 ms for a connection'],
    query: 'max:db.pool.connections.in_use{service:payments,env:prod}',
  }),
  evidenceOf(5, {
    tool: 'cloudwatch_logs',
    source: 'cloudwatch',
    provenance: 'C',
    query: 'fields @message | filter level = "ERROR"',
    headline: ['1,212 new lines like ', taint('Timed out waiting for a connection')],
    result: [{ template: 'Timed out waiting for a connection', count: 1212 }],
  }),
];

const sampleHypotheses: readonly Hypothesis[] = [
  {
    id: 'H1',
    kind: 'config-change',
    entity: 'payments',
    change: { repository: 'acme/payments', sha: '9be104d7aa', pullNumber: 41, mergedAtMs: onsetMs - 90_000 },
    mechanism: taint('The connection pool went from 20 to 5, so requests wait for a connection.'),
    supports: [
      { evidence: 'E1', why: taint('live 90 s before onset') },
      { evidence: 'E3', why: taint('the diff touches the pool') },
      { evidence: 'E4', why: taint('the pool is full') },
    ],
    refutes: [],
    wrongIf: taint('the wait stays above 100 ms on v41'),
    score: 0.9,
    word: 'Likely',
    by: 'engine',
  },
  {
    id: 'H2',
    kind: 'traffic-surge',
    entity: 'checkout',
    change: null,
    mechanism: taint('More requests than usual.'),
    supports: [],
    refutes: [{ evidence: 'E2', why: taint('request rate is flat') }],
    wrongIf: taint('the request rate is as before'),
    score: 0.1,
    word: 'RuledOut',
    by: 'engine',
  },
];

const sampleIncident: Incident = {
  id: 'INC-1',
  place,
  phase: 'proposed',
  openedAtMs: startedAtMs,
  openedBy: 'sam',
  question: null,
  symptom: {
    service: 'checkout',
    title: taint('Checkout p95 latency is high'),
    monitor: '7',
    metric: 'latency_p95_ms',
    query: 'p95:trace.http.request{service:checkout,env:prod}',
    comparator: '>',
    threshold: 800,
    triggeredAtMs: startedAtMs,
  },
  onsetMs,
};

const sampleDiff = `@@ -13,6 +13,6 @@ database:
   host: payments-db.prod.internal
   pool:
-    max: 5
+    max: 20
     idle_timeout_ms: 30000
`;

export const samplePlanRow = (change: Partial<PlanRow> = {}): PlanRow => ({
  plan: {
    ...samplePlan,
    risk: 3,
    riskReasons: ['tier 1 service', 'the live payment path'],
    createdAtMs: startedAtMs + 3 * minute,
    expiresAtMs: startedAtMs + 18 * minute,
  },
  digest: '7c1e09b46b960a01909762d911a32d4582c20010c5641ee90278b644a9e3b525',
  nonce: 'n0nce',
  state: 'pending',
  place,
  approvals: [
    {
      by: 'dana',
      digest: '7c1e09b46b960a01909762d911a32d4582c20010c5641ee90278b644a9e3b525',
      atMs: startedAtMs + 238_000,
    },
  ],
  settledAtMs: null,
  ...change,
});

export const statusCard = (done: number): Card => ({
  kind: 'status',
  fallback: 'INC-1: Likely, configuration change on payments',
  title: [taint('Checkout p95 latency is high')],
  facts: [
    { label: 'Impact', value: ['checkout p95 310 ms before, 960 ms after, threshold 800'] },
    { label: 'Trend', value: ['Not recovering, 960 ms for 5 min'] },
    {
      label: 'Leading cause',
      value: [
        { word: 'Likely' },
        ' H1: configuration change on payments ',
        { evidence: 'E1' },
        ' ',
        { evidence: 'E3' },
      ],
    },
    { label: 'Next', value: ['1 more approval from ', { person: 'lee', name: 'Lee Tanaka', notify: true }] },
  ],
  tasks: {
    title: `Checked ${done} of 5 sources in 2 min 44 s`,
    items: ['GitHub deployments', 'Datadog metrics', 'GitHub diff', 'Datadog spans']
      .map((name, index) => ({
        id: name,
        title: [name],
        state: index < done ? ('complete' as const) : ('in_progress' as const),
        output: index < done ? ['Read ', { evidence: `E${index + 1}` as const }] : ['reading'],
      }))
      .concat([
        {
          id: 'proxy',
          title: ['CloudWatch proxy log'],
          state: 'error' as never,
          output: ['Access denied, needs logs:StartQuery'],
        },
      ]),
  },
  foot: [
    'Updated ',
    { atMs: startedAtMs + 4 * minute },
    ' · evidence in this thread · ',
    { label: 'open incident', href: '/i/INC-1' },
  ],
});

export const evidenceCard = (item: Evidence): Card => ({
  kind: 'evidence',
  fallback: `${item.id}: evidence from ${item.source}`,
  title: [{ evidence: item.id }, ' · ', ...item.headline],
  ...(item.chart ? { chart: item.chart } : {}),
  details: {
    summary: 'How I measured this',
    open: false,
    lines: [[`${item.tool}, `, { atMs: item.window.fromMs }, ' to ', { atMs: item.window.toMs }]],
    code: [{ label: 'query', language: 'text', text: item.query }],
  },
  foot: ['Supports H1 · ', { label: 'full result', href: `/i/INC-1/e/${item.id}` }],
});

export const hypothesesCard: Card = {
  kind: 'hypotheses',
  fallback: 'Ranked causes: configuration change on payments leads',
  title: ['Ranked causes'],
  lead: ['Requests wait for a connection since the pool went from 20 to 5.'],
  table: {
    caption: 'Hypotheses by score',
    columns: ['Hypothesis', 'Verdict', 'For', 'Against'],
    rows: [
      [
        [{ strong: 'H1' }, ' configuration change on payments'],
        [{ word: 'Likely' }],
        [{ evidence: 'E1' }, ' ', { evidence: 'E3' }],
        ['none'],
      ],
      [[{ strong: 'H2' }, ' traffic surge on checkout'], [{ word: 'RuledOut' }], ['none'], [{ evidence: 'E2' }]],
    ],
  },
  foot: ['Wrong if: the wait stays above 100 ms on v41'],
};

export const proposalCard = (row: PlanRow): Card => ({
  kind: 'proposal',
  fallback: `Approval needed: ${row.plan.title}`,
  title: [row.plan.title],
  lead: [{ person: 'lee', name: 'Lee Tanaka', notify: true }, ' approve or reject: this needs 2 of you.'],
  facts: [
    { label: 'Risk', value: ['3 of 3, high: live payment path'] },
    { label: 'Blast radius', value: ['1 service, 2 files'] },
    { label: 'Expected effect', value: ['p95 back below 800 ms'] },
    { label: 'Undo', value: ['Close the pull request, or revert it'] },
    { label: 'Runs as', value: ['the GitHub write token'] },
    { label: 'Approvals', value: ['1 of 2: Dana Whitfield'] },
  ],
  details: {
    summary: 'Exact change and plan',
    open: false,
    lines: [['1. Open a pull request that reverts #41'], ['Plan digest ', { code: row.digest }]],
    code: [{ label: 'change', language: 'diff', text: taint(sampleDiff) }],
  },
  actions: [
    {
      id: 'approve-plan',
      label: 'Approve Plan',
      value: buttonOf(row),
      style: 'primary',
      confirm: {
        title: 'Approve this plan',
        text: 'Opens one pull request. Undo: close it.',
        accept: 'Approve Plan',
        dismiss: 'Go Back',
      },
    },
    { id: 'reject-plan', label: 'Reject Plan', value: buttonOf(row, 'reject-plan'), style: 'plain' },
  ],
  foot: [
    'Needs 2 people, not the requester (Sam Ortiz) · expires ',
    { atMs: row.plan.expiresAtMs },
    ' · ',
    { label: 'full plan', href: `/approve/${row.plan.id}` },
  ],
});

/** Puts the whole story into a world: alert, greeting, status with thread, a question, the approval request. */
export async function tellStory(world: WebWorld, row: PlanRow = samplePlanRow()): Promise<void> {
  const { platform, chatLog, clock, rows, store } = world;
  rows.incidents.push(sampleIncident);
  rows.evidence.push(...sampleEvidence);
  rows.hypotheses.set('INC-1', sampleHypotheses);
  rows.gaps.set('INC-1', [
    {
      tool: 'cloudwatch_logs',
      reason: 'AccessDeniedException on the proxy log',
      blocks: 'ruling out the database proxy',
      fix: '{ "Effect": "Allow", "Action": "logs:StartQuery", "Resource": "*" }',
    },
  ]);
  rows.plans.push(row);
  const say = (
    text: string,
    author: { kind: 'person' | 'app'; id: string; name: string },
    key: string,
  ): Promise<unknown> =>
    chatLog.say(key, {
      channel: 'incidents',
      root: null,
      author,
      card: null,
      text: taint(text),
      document: null,
      audience: null,
      atMs: clock.nowMs(),
    });
  await say(
    'Triggered: Checkout p95 latency is high on service:checkout, 960 ms, threshold 800 ms',
    { kind: 'app', id: 'datadog', name: 'Datadog' },
    'alert',
  );
  clock.advance(8_000);
  await platform.post(
    place,
    {
      kind: 'greeting',
      fallback: 'I am reading what changed.',
      lead: [
        { strong: 'I am reading what changed before ' },
        { atMs: startedAtMs },
        '. One status message in this channel, evidence in its thread. I will not change anything without approval.',
      ],
      actions: [{ id: 'brief-me', label: 'Brief Me', value: 'INC-1', style: 'plain' }],
    },
    'greeting',
  );
  const status = await platform.post(place, statusCard(4), 'status');
  clock.advance(44_000);
  await say(
    '@causeway 14 support tickets in five minutes. Is it the 14:03 deploy or the database?',
    { kind: 'person', id: 'sam', name: 'Sam Ortiz' },
    'question',
  );
  const thread = { ...place, root: status.id };
  for (const item of sampleEvidence) await platform.post(thread, evidenceCard(item), item.id);
  await platform.post(thread, hypothesesCard, 'hypotheses');
  clock.advance(120_000);
  await platform.post(place, proposalCard(row), 'proposal');
  const audit = (
    kind: 'incident.opened' | 'verdict' | 'message.posted' | 'plan.proposed' | 'tool.intent' | 'approval.click',
    atMs: number,
    body: { readonly [key: string]: Json },
  ): Promise<number> =>
    store.audit(null, { kind, incident: 'INC-1', actor: kind === 'approval.click' ? 'dana' : 'causeway', atMs, body });
  await audit('incident.opened', startedAtMs, { channel: 'incidents' });
  await audit('tool.intent', startedAtMs + 1_000, { tool: 'datadog_metrics' });
  await audit('message.posted', startedAtMs + 8_000, { key: 'first-card:INC-1', card: 'status', message: status.id });
  await audit('verdict', startedAtMs + 2.8 * minute, {
    label: 'Running without the model',
    dropped: 2,
    hypotheses: [{ word: 'Likely', kind: 'config-change', entity: 'payments' }],
  });
  await audit('plan.proposed', startedAtMs + 3 * minute, { plan: row.plan.id, title: row.plan.title });
  await audit('approval.click', startedAtMs + 238_000, { plan: row.plan.id, result: 'counted' });
}
