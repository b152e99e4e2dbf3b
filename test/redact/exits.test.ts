/** Redaction is the only door: what every source says and must not leave is in nothing that leaves, wherever it goes. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRedactor } from '../../src/redact/redactor.ts';
import { oneDatabase } from '../store/one-database.ts';
import { disguises } from '../support/disguises.ts';
import { type Exits, tellPlantedStory } from '../support/planted-story.ts';

const own = 'gate-9f3b7c21/d0"+é&credential';
const foreign = 'aB3dE5gH7jK9mN1pQ2rS4tU6vW8xY0z';
const mailbox = 'canary.person@example.test';
// Built from parts, so that no scanner of this repository takes them for real ones.
const told = [
  `token ghp_${foreign}12345`,
  `password=${foreign}`,
  `https://app:${foreign}@db.test/x`,
  `Authorization: Bearer ${foreign}`,
  `mail ${mailbox}`,
];
const forms = [...disguises.map(([, of]) => of(own)), foreign, mailbox];
const said = [...told, ...disguises.map(([form, of]) => `${form}: ${of(own)}.`)];

/** As it stands there, or as JSON or HTML write it. */
const seenIn = (text: string): readonly string[] =>
  forms.filter((form) => {
    const inJson = JSON.stringify(form).slice(1, -1);
    return [form, inJson, JSON.stringify(inJson).slice(1, -1)].some((written) => text.includes(written));
  });

const redactor = createRedactor({ tokenKey: 'test', ownCredentials: [own], deadlineMs: 5_000 });
const database = oneDatabase();
let clean: Exits;
let open: Exits;

beforeAll(async () => {
  clean = await tellPlantedStory(database(), { redactor, said });
  open = await tellPlantedStory(database(), {
    redactor: { redact: async (text) => ({ text, redactions: 0 }) },
    said,
  });
}, 120_000);
afterAll(() => redactor.close());

const exits = [
  'requests to the model',
  'calls of tools the model asked for',
  'cards as posted',
  'documents in the chat',
  'messages to Slack',
  'messages to Teams',
  'the pages',
  'the log',
  'the postmortem',
  'the recording',
  'the ledger',
  'a plan, its diff and the text of its pull request',
  'the reason of a decision',
  'the audit log as jsonl',
  'the audit log as cloudevents',
  'the audit log as ocsf',
];

describe('nothing that was planted leaves by', () => {
  it.each(exits)('%s', (exit) => {
    expect(clean[exit]?.length).toBeGreaterThan(20);
    expect(seenIn(clean[exit] ?? '')).toEqual([]);
    // The same story without redaction: this exit does carry what sources say.
    expect(seenIn(open[exit] ?? '').length).toBeGreaterThan(0);
  });

  it('any other way', () => {
    expect(Object.keys(clean).toSorted()).toEqual(exits.toSorted());
  });
});

describe('what was masked is said by kind', () => {
  it('in the audit row of the call', () => {
    const rows = (clean['the audit log as jsonl'] ?? '').split('\n').map((line) => JSON.parse(line));
    const results = rows.filter(({ kind, body }) => kind === 'tool.result' && body.tool === 'planted_found');

    expect(results[0]?.body.redacted).toMatchObject({ 'github-token': expect.any(Number), email: expect.any(Number) });
    expect(results[0]?.body.redacted['own-credential']).toBeGreaterThanOrEqual(disguises.length);
  });

  it('on the pages of the incident and of its evidence', () => {
    expect(clean['the pages']).toMatch(/Redacted before it was stored: \d+ values: .*own-credential \d+/u);
    expect(clean['the pages']).toMatch(/<dt>Redacted<\/dt><dd>\d+ values: .*email \d+/u);
  });
});
