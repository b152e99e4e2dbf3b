/** The kill bench's oracle, fed with ledgers that were tampered with: a bench that always holds proves nothing. */
import { expect, it } from 'vitest';
import type { LocalMessage } from '../../src/chat-log-port.ts';
import { genesisHash, rowHash } from '../../src/core/audit-chain.ts';
import type { AuditEntry, AuditKind, AuditRow } from '../../src/core/audit-entry.ts';
import type { CardKind } from '../../src/core/card.ts';
import { type Ledger, violationsOf } from '../support/story-ledger.ts';

const url = 'https://github.example/acme/shop/pull/7';

const entryOf = (kind: AuditKind): AuditEntry => ({
  kind,
  incident: 'INC-1',
  actor: 'causeway',
  atMs: 0,
  body: kind === 'effect.result' ? { outcome: { url } } : {},
});

function chainOf(kinds: readonly AuditKind[]): readonly AuditRow[] {
  let prev = genesisHash;
  return kinds.map((kind, index) => {
    const entry = entryOf(kind);
    const row = { ...entry, seq: index + 1, prev, hash: rowHash(prev, index + 1, entry) };
    prev = row.hash;
    return row;
  });
}

const saidOf = (kind: CardKind): LocalMessage => ({
  id: kind,
  channel: 'incidents',
  root: null,
  author: { kind: 'bot', id: 'causeway', name: 'Causeway' },
  card: { kind, fallback: kind },
  text: null,
  document: null,
  audience: null,
  atMs: 0,
  editedAtMs: null,
  version: 1,
  changed: 1,
});

const ended = ['incident.opened', 'effect.intent', 'effect.result', 'receipt', 'recovery'] as const;
const cards = ['greeting', 'status', 'record', 'receipt', 'resolution'] as const;

/** A story that ended well, by this action. */
const storyBy = (action: string): Ledger => ({
  audit: chainOf(ended),
  messages: cards.map(saidOf),
  phases: ['closed'],
  planned: [action],
  written: [action],
});

const rollback = 'rollback-pull-request';
const runbook = 'github-workflow-dispatch';

it.each([rollback, runbook])('finds nothing wrong when one plan of %s had one effect at the host', (action) => {
  expect(violationsOf(storyBy(action), true)).toEqual([]);
});

it('finds nothing wrong when nothing was planned, nothing done and none was due', () => {
  const quiet = { audit: chainOf(['incident.opened']), messages: [saidOf('greeting'), saidOf('status')] };
  const ledger = { ...storyBy(rollback), ...quiet, planned: [], written: [] };
  expect(violationsOf({ ...ledger, messages: [...quiet.messages, saidOf('resolution')] }, false)).toEqual([]);
});

type Doctored = {
  readonly what: string;
  readonly by: string;
  readonly change: Partial<Ledger>;
  readonly found: readonly string[];
};

const noPull = 'pull requests at the host: 0, not 1';
const noRun = 'workflow runs at the host: 0, not 1';
const strayPull = 'pull requests at the host: 1, not 0';
const strayRun = 'workflow runs at the host: 1, not 0';
const both = [rollback, runbook];
const withoutReceipt = ended.filter((kind) => kind !== 'receipt');

const doctored: readonly Doctored[] = [
  { what: 'a pull request that never came', by: rollback, change: { written: [] }, found: [noPull] },
  { what: 'a run that never came', by: runbook, change: { written: [] }, found: [noRun] },
  {
    what: 'a second pull request',
    by: rollback,
    change: { written: [rollback, rollback] },
    found: ['pull requests at the host: 2, not 1'],
  },
  {
    what: 'a second run',
    by: runbook,
    change: { written: [runbook, runbook] },
    found: ['workflow runs at the host: 2, not 1'],
  },
  { what: 'a run beside the pull request', by: rollback, change: { written: both }, found: [strayRun] },
  { what: 'a pull request beside the run', by: runbook, change: { written: both }, found: [strayPull] },
  { what: 'the other effect', by: runbook, change: { written: [rollback] }, found: [strayPull, noRun] },
  {
    what: 'a second action',
    by: rollback,
    change: { planned: both, written: both },
    found: ['actions planned: 2, not 1'],
  },
  {
    what: 'an action it cannot count',
    by: 'format-disk',
    change: {},
    found: ['actions planned that leave nothing to count: 1, not 0'],
  },
  {
    what: 'a lost receipt',
    by: rollback,
    change: { audit: chainOf(withoutReceipt) },
    found: ['receipts in the audit log: 0, not 1'],
  },
  {
    what: 'a row that was taken out',
    by: rollback,
    change: { audit: chainOf(ended).toSpliced(1, 1) },
    found: ['the audit log breaks at entry 2'],
  },
];

it.each(doctored)('tells $what', ({ by, change, found }) => {
  expect(violationsOf({ ...storyBy(by), ...change }, true)).toEqual(found);
});
