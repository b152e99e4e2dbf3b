/** What only some groups may read is withheld from everybody else, and from whoever is not known. */
import { expect, it } from 'vitest';
import type { Card } from '../../src/core/card.ts';
import type { Evidence } from '../../src/core/evidence.ts';
import { type Audience, mayRead, restrictedFor, restrictedToPerson, restrictionsOn } from '../../src/core/readers.ts';
import { taint } from '../../src/core/tainted.ts';
import { withheldItem, withholdDiff, withholdFrom } from '../../src/core/withhold.ts';
import { webCatalogue } from '../support/web-world.ts';

const catalogue = { ...webCatalogue, restricted: [{ of: 'acme/vault', readers: ['payments-oncall'] }] };
const item = (number: number, change: Partial<Evidence> = {}): Evidence => ({
  id: `E${number}`,
  incident: 'INC-1',
  tool: 'logs',
  source: 'loki',
  input: {},
  query: 'service:payments',
  window: { fromMs: 0, toMs: 1 },
  provenance: 'C',
  result: { line: 'ordinary' },
  sha256: '0',
  bytes: 1,
  redactions: 0,
  link: 'https://vendor.test/',
  headline: ['Three errors'],
  chart: null,
  truncated: false,
  takenAtMs: 0,
  ...change,
});
const secret = item(4, { query: 'repo:acme/vault', result: { line: 'the vault fell over' } });
const ledger = [item(3), secret];
const seenBy = (audience: Audience) => [
  ...restrictedFor(ledger, catalogue, mayRead(catalogue, 'web', audience)).keys(),
];

it.each<[string, Audience, readonly string[]]>([
  ['members of the group', { kind: 'accounts', accounts: ['w-dana', 'w-lee'] }, []],
  ['one who is in no group', { kind: 'accounts', accounts: ['w-dana', 'w-sam'] }, ['E4']],
  ['a guest nobody knows', { kind: 'accounts', accounts: ['w-dana', 'w-guest'] }, ['E4']],
  ['nobody', { kind: 'accounts', accounts: [] }, ['E4']],
  ['a channel whose readers are not known', { kind: 'unknown' }, ['E4']],
])('from %s', (_, audience, withheld) => {
  expect(seenBy(audience)).toEqual(withheld);
});

it.each([
  ['the query', { query: 'repo:acme/vault' }],
  ['the input', { input: { repository: 'acme/vault' } }],
  ['the result', { result: { commit: 'acme/vault@1' } }],
  ['the headline', { headline: ['Merged in ', taint('acme/vault')] }],
  [
    'a reading',
    { readings: [{ kind: 'deploy' as const, service: 'acme/vault', sha: 'abcdef1', atMs: 1, outcome: null }] },
  ],
])('a source that is named in %s is meant', (_, change) => {
  expect(restrictionsOn(item(1, change), catalogue)).toHaveLength(1);
});

it('another name that begins the same is not meant, and a catalogue without the list restricts nothing', () => {
  expect(restrictionsOn(item(1, { query: 'repo:acme/vault-docs' }), catalogue)).toEqual([]);
  expect(restrictionsOn(secret, webCatalogue)).toEqual([]);
  expect(restrictedToPerson(ledger, catalogue, 'dana').size).toBe(0);
  expect([...restrictedToPerson(ledger, catalogue, 'sam').keys()]).toEqual(['E4']);
});

const restricted = restrictedToPerson(ledger, catalogue, 'sam');
const told = 'the vault fell over';

it('an evidence card gives way to a note that says who may read it', () => {
  const card: Card = {
    kind: 'evidence',
    fallback: 'E4: evidence from loki',
    title: [{ evidence: 'E4' }, ' · ', taint(told)],
    details: {
      summary: 'x',
      open: false,
      lines: [],
      code: [{ label: 'query', language: 'text', text: 'repo:acme/vault' }],
    },
  };
  const shown = JSON.stringify(withholdFrom(card, restricted));
  expect(shown).toContain(
    'E4 is withheld here: its source is readable by payments-oncall only; open the incident page',
  );
  expect(shown).not.toContain('vault');
});

it('a causes card that rests on it keeps the verdict and loses the words', () => {
  const card: Card = {
    kind: 'hypotheses',
    fallback: 'Ranked causes',
    lead: [taint(told)],
    table: {
      caption: 'c',
      columns: ['a'],
      rows: [[[{ strong: 'H1' }, ' bad deploy'], [{ evidence: 'E4' }], [taint(told)]]],
    },
    details: { summary: 'd', open: true, lines: [['E3 and E4 disagree: 0.02 and 0.31']], code: [] },
    foot: ['Wrong if: ', taint(told)],
  };
  const shown = JSON.stringify(withholdFrom(card, restricted));
  expect(shown).toContain('bad deploy');
  for (const word of ['fell over', '0.31']) expect(shown).not.toContain(word);
});

it('a card that does not cite it is left as it is', () => {
  const card: Card = { kind: 'reply', fallback: 'x', lead: [{ evidence: 'E3' }, taint('ordinary')] };
  expect(withholdFrom(card, restricted)).toBe(card);
});

it('a plan keeps its steps and loses the diff of a repository that its audience may not read', () => {
  const card: Card = {
    kind: 'proposal',
    fallback: 'Approval needed',
    details: {
      summary: 'x',
      open: true,
      lines: [['revert acme/vault #41']],
      code: [{ label: 'c', language: 'diff', text: '-secret' }],
    },
  };
  expect(JSON.stringify(withholdDiff(card, catalogue.restricted))).not.toContain('secret');
  expect(withholdDiff(card, [])).toBe(card);
});

it('an item on the page says nothing to who may not read it', () => {
  const shown = JSON.stringify(withheldItem(secret, ['payments-oncall']));
  expect(shown).not.toContain('vault');
});
