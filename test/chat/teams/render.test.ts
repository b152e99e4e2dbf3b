import { createRequire } from 'node:module';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { activityBytesMax, renderActivity } from '../../../src/chat/teams/render.ts';
import { type Card, cardActionIds, cardKinds, type Line } from '../../../src/core/card.ts';
import { taint } from '../../../src/core/tainted.ts';
import { cardSaying } from '../../support/hostile-card.ts';
import { buttonOf } from '../../support/plan-button.ts';
import {
  evidenceCard,
  hypothesesCard,
  proposalCard,
  sampleEvidence,
  samplePlanRow,
  statusCard,
} from '../../support/sample-story.ts';
import { parsedTexts } from './parsed-texts.ts';
import { people } from './teams-world.ts';

/** Its own package entry cannot be imported by Node; the browser bundle can, and has no types. */
const AdaptiveCards = createRequire(import.meta.url)('adaptivecards/dist/adaptivecards.js');

const accountOf = (person: string): string | null => people.find(({ id }) => id === person)?.accounts['teams'] ?? null;
const activity = (card: Card) => renderActivity(card, accountOf);

const samples: readonly Card[] = [
  statusCard(3),
  ...sampleEvidence.map(evidenceCard),
  hypothesesCard,
  proposalCard(samplePlanRow()),
];

const bytes = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

it('keeps every kind of card within the limit, however much is in it', () => {
  for (const kind of cardKinds) {
    const huge = cardSaying({ said: 'é"\\x '.repeat(1_000), own: 'short', value: 'plan-1:1:89e3b525', kind });
    const long: Card = {
      ...huge,
      facts: Array.from({ length: 40 }, () => ({ label: 'a', value: [taint('é'.repeat(3_000))] })),
    };
    expect(bytes(activity(huge))).toBeLessThanOrEqual(activityBytesMax);
    expect(bytes(activity(long))).toBeLessThanOrEqual(activityBytesMax);
    expect(JSON.stringify(activity(long))).toContain('plan-1:1:89e3b525');
  }
});

it('says how much it left out', () => {
  const items = Array.from({ length: 80 }, (_, index) => ({
    id: String(index),
    title: ['x'],
    state: 'complete' as const,
    output: [],
  }));
  const text = JSON.stringify(activity({ kind: 'status', fallback: 'x', tasks: { title: 'Many', items } }));
  expect(text).toMatch(/\d+ more, not shown here/u);
});

it.each(samples.map((card) => [card.kind, card] as const))(
  'is an Adaptive Card that a client accepts: %s',
  (_, card) => {
    const { attachments, summary } = activity(card);
    const content = attachments[0]?.content;
    const parsed = new AdaptiveCards.AdaptiveCard();
    const context = new AdaptiveCards.SerializationContext(AdaptiveCards.Versions.v1_5);
    parsed.parse(content, context);
    const found = Array.from({ length: context.eventCount }, (_each, index) => context.getEventAt(index).message);
    const problems = [...found, ...parsed.validateProperties().validationEvents.map(({ message }: Error) => message)];
    expect(problems.filter((message: string) => !/CodeBlock|Chart\.Line/u.test(message))).toEqual([]);
    expect([summary, content?.fallbackText, content?.version]).toEqual([card.fallback, card.fallback, '1.5']);
    expect(content?.actions.length).toBeLessThanOrEqual(6);
  },
);

it('gives every element that old clients do not know a fallback', () => {
  for (const card of samples) {
    const newer = elements(activity(card)).filter(({ type }) =>
      /^(?:CodeBlock|Chart\.|Table|Action\.Execute)/u.test(type),
    );
    expect(newer.filter(({ fallback }) => fallback === undefined)).toEqual([]);
  }
});

const Typed = z.looseObject({ type: z.string(), fallback: z.unknown().optional() });

function elements(value: unknown): z.output<typeof Typed>[] {
  if (typeof value !== 'object' || value === null) return [];
  const here = Typed.safeParse(value);
  return [...(here.success ? [here.data] : []), ...Object.values(value).flatMap(elements)];
}

it('asks to confirm an approval, which then carries the verb and the value', () => {
  const [approve, reject] = activity(proposalCard(samplePlanRow())).attachments[0]?.content.actions ?? [];
  const data = { value: buttonOf(samplePlanRow()) };
  expect(approve).toMatchObject({
    type: 'Action.ShowCard',
    title: 'Approve Plan',
    card: {
      body: [{ text: 'Approve this plan' }, { text: 'Opens one pull request. Undo: close it.' }],
      actions: [
        {
          type: 'Action.Execute',
          verb: 'approve-plan',
          data,
          fallback: { type: 'Action.Submit', data: { verb: 'approve-plan', ...data } },
        },
      ],
    },
  });
  const value = buttonOf(samplePlanRow(), 'reject-plan');
  expect(reject).toMatchObject({ type: 'Action.Execute', verb: 'reject-plan', data: { value } });
  expect(cardActionIds).toContain('reject-plan');
});

it.each(['optional', 'required'] as const)(
  'opens a field for a reason that is %s, whose button then acts',
  (reason) => {
    const reject = {
      id: 'reject-plan',
      label: 'Reject Plan',
      value: 'plan-1:1:89e3b525',
      style: 'plain',
      reason,
    } as const;
    const card = activity({ kind: 'proposal', fallback: 'Approval needed', actions: [reject] }).attachments[0]?.content;
    expect(card?.actions).toMatchObject([
      {
        type: 'Action.ShowCard',
        title: 'Reject Plan',
        card: {
          body: [{ type: 'Input.Text', id: 'reason', maxLength: 500 }],
          actions: [{ type: 'Action.Execute', verb: 'reject-plan', data: { value: reject.value } }],
        },
      },
    ]);
    expect(JSON.stringify(card?.actions).includes('"isRequired":true')).toBe(reason === 'required');
  },
);

it('mentions the people asked and nobody else', () => {
  const card = activity(proposalCard(samplePlanRow())).attachments[0]?.content;
  expect(card?.msteams.entities).toEqual([
    { type: 'mention', text: '<at>Lee Tanaka</at>', mentioned: { id: 'aad-lee', name: 'Lee Tanaka' } },
  ]);
  expect(parsedTexts(card).join('\n')).toContain('<at>Lee Tanaka</at> approve or reject');
});

it('tells two people of one name apart', () => {
  const lead: Line = ['lee', 'dana'].map((person) => ({ person, name: 'Sam', notify: true }));
  const card = activity({ kind: 'notice', fallback: 'x', lead }).attachments[0]?.content;
  expect(card?.msteams.entities.map(({ text, mentioned }) => [text, mentioned.id])).toEqual([
    ['<at>Sam</at>', 'aad-lee'],
    ['<at>Sam dana</at>', 'aad-dana'],
  ]);
});

it('says in text what the chart shows', () => {
  const item = sampleEvidence.find((each) => each.chart !== null);
  if (!item) throw new Error('the sample has a chart');
  const card = activity(evidenceCard(item)).attachments[0]?.content;
  expect(parsedTexts(card).join('\n')).toMatch(/checkout went from \d+ to \d+ ms, lowest \d+, highest \d+/u);
  const chart = elements(card).find(({ type }) => type === 'Chart.Line');
  const data = z.array(z.object({ values: z.array(z.unknown()).max(20) })).parse(chart?.['data']);
  expect(data).toHaveLength(1);
});

const parts = [
  '<at>Lee Tanaka</at>',
  '</at>',
  '@everyone',
  '[x](https://evil.test)',
  '![x](https://evil.test/a.png)',
  '**b**',
  '_i_',
  '# h',
  '- l',
  '1. n',
  '> q',
  '`c`',
  '\n',
  '\r\n- x',
  'https://evil.test',
  'evil.test',
  'javascript:alert(1)',
  '&lt;at&gt;',
  '{{DATE(2026-01-01T00:00:00Z)}}',
  ['$', '{x}'].join(''),
  '\u202e',
  '\\',
  ']',
  '(',
  '[x]: https://evil.test',
  '<a href=x>',
  'mailto:a@b.test',
  '~~s~~',
];
const hostile = fc.array(fc.oneof(fc.constantFrom(...parts), fc.string({ unit: 'binary', maxLength: 5 })), {
  maxLength: 8,
});

it('renders nothing hostile as a link, a mention or markup', () => {
  fc.assert(
    fc.property(hostile, (pieces) => {
      const said = pieces.join('');
      const { content } = activity(cardSaying({ said, own: said.replaceAll('evil.test', 'x') })).attachments[0] ?? {};
      expect(content?.msteams.entities).toEqual([]);
      for (const text of parsedTexts(content)) {
        // Our own: one link to a fixed address, and bold around our own words.
        const rest = text.replaceAll('](https://ours.test/)', '').replaceAll(/\\./gsu, '');
        expect(rest).not.toMatch(/<\/?[a-z!?]/iu);
        expect(rest).not.toMatch(/\]\(|[`~|]|\n|\r|\{\{|\$\{|&#?\w/u);
        expect(rest.replaceAll('**', '')).not.toMatch(/[*_]/u);
        expect(text).not.toMatch(/evil\.test|\u202e/u);
        expect(text).not.toMatch(/^\s*(?:[-+#>]|\d+[.)])/u);
      }
    }),
    { numRuns: 300 },
  );
});

it('shows our own words as they are', () => {
  const card: Card = {
    kind: 'notice',
    fallback: 'x',
    lead: ['latency_p95_ms in v1.2 rose'],
    foot: [{ strong: 'Now ' }, 'ok'],
  };
  expect(parsedTexts(activity(card))).toEqual(['latency\\_p95\\_ms in v1.2 rose', '**Now** ok']);
});

it('makes no link of an address that is not absolute', () => {
  const card: Card = {
    kind: 'notice',
    fallback: 'x',
    lead: [
      { label: 'a', href: '/i/1' },
      { label: 'b', href: 'https://x.test/(1)' },
    ],
  };
  expect(parsedTexts(activity(card))).toEqual(['a[b](https://x.test/%281%29)']);
});
