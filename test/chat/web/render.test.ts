import fc from 'fast-check';
import { expect, it } from 'vitest';
import { renderCard } from '../../../src/chat/web/render.ts';
import { renderAction } from '../../../src/chat/web/render-action.ts';
import { renderRoomMessage, renderThreadMessage } from '../../../src/chat/web/render-message.ts';
import type { Room } from '../../../src/chat/web/room.ts';
import type { LocalMessage } from '../../../src/chat-log-port.ts';
import type { Card, Line, Span } from '../../../src/core/card.ts';
import { stripHidden } from '../../../src/core/plain-text.ts';
import { taint } from '../../../src/core/tainted.ts';
import { cardSaying } from '../../support/hostile-card.ts';
import { parseTags, textOfHtml } from '../../support/parse-html.ts';
import {
  evidenceCard,
  hypothesesCard,
  proposalCard,
  sampleEvidence,
  samplePlanRow,
  statusCard,
} from '../../support/sample-story.ts';

const session = {
  person: { id: 'dana', name: 'Dana', onCall: true, account: 'w-dana' },
  csrf: 'token',
  setCookie: null,
};
const room: Room = { channel: 'incidents', session, messages: [], incidents: [], highRisk: new Set(), lastChanged: 0 };
const messageOf = (card: Card | null, text: string | null = null, name = 'Causeway'): LocalMessage => ({
  id: 'm1',
  channel: 'incidents',
  root: null,
  author: { kind: card ? 'bot' : 'person', id: 'x', name },
  card,
  text: text === null ? null : taint(text),
  document: null,
  audience: null,
  atMs: 1_700_000_000_000,
  editedAtMs: null,
  version: 0,
  changed: 1,
});
const context = {
  evidenceHref: (id: string) => `/i/INC-1/e/${id}`,
  button: (action: NonNullable<Card['actions']>[number]) =>
    renderAction(action, { session, channel: 'incidents', message: 'm1', stepUp: () => null }),
};

const hostile = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc
    .array(
      fc.constantFrom(
        '<script>',
        '</p>',
        '"',
        "'",
        '>',
        '<img src=x onerror=alert(1)>',
        '" onclick="x',
        '&lt;',
        '`',
        '<!--',
        '\u202e',
        '\u001b[31m',
        '</title>',
        'javascript:alert(1)',
        ' ',
        '=',
        '\u0000',
        '@causeway',
        '\ud800',
      ),
    )
    .map((parts) => parts.join('')),
);

/** Tags with their attribute names; a comment or declaration counts too, as it would swallow what follows. */
const shape = (markup: string): readonly string[] => [
  ...parseTags(markup).map(({ name, attributes }) => `${name} ${Object.keys(attributes).join(' ')}`),
  ...(markup.match(/<[!?]/gu) ?? []),
];

it('hostile text never adds a tag or an attribute to a card', () => {
  const expected = shape(renderCard(cardSaying({ said: 'plain', own: 'plain' }), context).html);
  expect(expected.length).toBeGreaterThan(60);
  fc.assert(
    fc.property(hostile, (said) => {
      expect(shape(renderCard(cardSaying({ said, own: said }), context).html)).toEqual(expected);
    }),
    { numRuns: 200 },
  );
});

it('hostile text never adds a tag or an attribute to a message, in the channel or in a thread', () => {
  const plain = shape(renderRoomMessage(room, messageOf(null, 'plain', 'Sam')).html);
  fc.assert(
    fc.property(hostile, (said) => {
      const text = said.replaceAll(/@causeway/giu, 'x');
      expect(shape(renderRoomMessage(room, messageOf(null, text, said)).html)).toEqual(plain);
      const { html } = renderThreadMessage(room, messageOf({ ...cardSaying({ said, own: said }), kind: 'evidence' }));
      const names = parseTags(html).flatMap(({ name, attributes }) => [name, ...Object.keys(attributes)]);
      expect(
        names.filter((each) => each === 'script' || each === 'img' || each.startsWith('on') || each === 'style'),
      ).toEqual([]);
    }),
    { numRuns: 100 },
  );
});

it('links only to web addresses and own paths', () => {
  const addresses = fc.oneof(
    fc.webUrl(),
    fc.constantFrom(
      'javascript:alert(1)',
      ' javascript:alert(1)',
      'data:text/html,x',
      '//evil.example',
      '/\\evil.example',
      'vbscript:x',
      '/i/INC-1',
      'JaVaScRiPt:x',
    ),
    hostile,
  );
  fc.assert(
    fc.property(addresses, (href) => {
      const links = parseTags(renderCard(cardSaying({ said: 'plain', own: 'plain', href }), context).html).filter(
        ({ name }) => name === 'a',
      );
      for (const { attributes } of links) expect(attributes['href']).toMatch(/^(?:https?:\/\/|\/(?![/\\]))/u);
    }),
    { numRuns: 200 },
  );
});

/** What a card says, as bare strings. */
function factsOf(card: Card): readonly string[] {
  const ofLine = (line: Line = []): readonly string[] => line.map(ofSpan);
  const code = [...(card.code ?? []), ...(card.details?.code ?? [])];
  return [
    ...ofLine(card.title),
    ...ofLine(card.lead),
    ...(card.facts ?? []).flatMap(({ label, value }) => [label, ...ofLine(value)]),
    ...(card.tasks
      ? [card.tasks.title, ...card.tasks.items.flatMap(({ title, output }) => [...ofLine(title), ...ofLine(output)])]
      : []),
    ...(card.table ? [card.table.caption, ...card.table.columns, ...card.table.rows.flat().flatMap(ofLine)] : []),
    ...(card.chart ? [card.chart.title, card.chart.unit, ...card.chart.marks.map(({ label }) => label)] : []),
    ...(card.details ? [card.details.summary, ...card.details.lines.flatMap(ofLine)] : []),
    ...code.flatMap(({ label, text }) => [label, ...(typeof text === 'string' ? text : text.untrusted).split('\n')]),
    ...(card.actions ?? []).flatMap(({ label, confirm }) => [
      label,
      ...(confirm ? [confirm.title, confirm.text, confirm.accept, confirm.dismiss] : []),
    ]),
    ...ofLine(card.foot),
  ].filter((fact) => fact.trim() !== '');
}

function ofSpan(span: Span): string {
  if (typeof span === 'string') return span;
  if ('untrusted' in span) return span.untrusted;
  if ('strong' in span) return span.strong;
  if ('code' in span) return typeof span.code === 'string' ? span.code : span.code.untrusted;
  if ('evidence' in span) return span.evidence;
  if ('label' in span) return span.label;
  if ('atMs' in span) return new Date(span.atMs).toISOString().slice(11, 19);
  if ('person' in span) return span.name;
  return span.word === 'RuledOut' ? 'Ruled out' : span.word;
}

const cards: readonly (readonly [string, Card])[] = [
  ['status', statusCard(3)],
  ['hypotheses', hypothesesCard],
  ['proposal', proposalCard(samplePlanRow())],
  ...sampleEvidence.map((item): readonly [string, Card] => [`evidence ${item.id}`, evidenceCard(item)]),
  ['everything', cardSaying({ said: 'plain words', own: 'plain words' })],
];

it.each(cards)('every fact of the card is on the page: %s', (_name, card) => {
  const shown = textOfHtml(renderCard(card, context).html);
  const facts = factsOf(card);
  expect(facts.length).toBeGreaterThan(3);
  for (const fact of facts) expect(shown).toContain(stripHidden(fact).trim().replace(/\s+/gu, ' '));
});

it('a card without any part still says its fallback', () => {
  expect(textOfHtml(renderCard({ kind: 'notice', fallback: 'Nothing to show' }, context).html)).toContain(
    'Nothing to show',
  );
});

it('a chart says its numbers from the same points and keeps holes out of the line', () => {
  const chart = {
    title: 'p95',
    unit: 'ms',
    series: [
      {
        name: 'a',
        points: [
          [0, 300],
          [60_000, Number.NaN],
          [120_000, 310],
          [180_000, 950],
          [240_000, 960],
        ],
      },
    ],
    marks: [{ atMs: 150_000, label: 'Onset', kind: 'onset' }],
  } as const;
  const { html } = renderCard({ kind: 'evidence', fallback: 'x', chart }, context);
  expect(textOfHtml(html)).toContain('p95 was 310 ms until 00:02:30 UTC and 960 ms after (medians).');
  expect(html).not.toContain('NaN');
});
