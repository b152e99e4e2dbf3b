/** What a story left behind, read from its store and from the lab's GitHub after its process is gone. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { z } from 'zod';
import type { LocalMessage } from '../../src/chat-log-port.ts';
import { verifyChain } from '../../src/core/audit-chain.ts';
import type { AuditRow } from '../../src/core/audit-entry.ts';
import { createChatLog } from '../../src/store/chat-log.ts';
import { openDatabase } from '../../src/store/open-database.ts';
import { createStore } from '../../src/store/store.ts';
import type { Story } from './story-process.ts';

export type Ledger = {
  readonly audit: readonly AuditRow[];
  readonly messages: readonly LocalMessage[];
  readonly phases: readonly string[];
  /** The action of every step of every plan that people were asked about. */
  readonly planned: readonly string[];
  /** The action behind every effect the lab's GitHub has: one entry per successful write. */
  readonly written: readonly string[];
};

/** What each action of the catalogue leaves at the host: its name for people, and the write that makes it. */
const hostEffects = {
  'rollback-pull-request': { what: 'pull requests at the host', path: /^\/repos\/[^/]+\/[^/]+\/pulls$/u },
  'github-workflow-dispatch': { what: 'workflow runs at the host', path: /\/actions\/workflows\/[^/]+\/dispatches$/u },
} as const;

const journalLine = z.object({ method: z.string(), path: z.string() });

export async function readLedger({ fault, seed, home, databaseUrl }: Story): Promise<Ledger> {
  const log = pino({ level: 'error' }, pino.destination(2));
  const database = await openDatabase({ databaseUrl: databaseUrl ?? null, homeDirectory: home, log });
  try {
    const store = createStore(database, { nowMs: () => 0 });
    const chatLog = createChatLog(database);
    const channels = await chatLog.channels();
    const messages = await Promise.all(channels.map(({ channel }) => chatLog.messages({ channel })));
    const incidents = await store.incidents(10);
    const plans = await Promise.all(incidents.map(({ id }) => store.plansOf(id)));
    return {
      audit: await store.auditRows({}),
      messages: messages.flat(),
      phases: incidents.map(({ phase }) => phase),
      planned: plans.flat().flatMap(({ plan }) => plan.steps.map(({ action }) => action)),
      written: await writtenIn(join(home, `lab-${fault}-${seed}`, 'github.jsonl')),
    };
  } finally {
    await database.close();
  }
}

async function writtenIn(path: string): Promise<readonly string[]> {
  const lines = (await readFile(path, 'utf8')).split('\n').filter((line) => line !== '');
  return lines.slice(1).flatMap((line) => {
    const { method, path: called } = journalLine.parse(JSON.parse(line));
    if (method !== 'POST') return [];
    return Object.entries(hostEffects).flatMap(([action, effect]) => (effect.path.test(called) ? [action] : []));
  });
}

/**
 * Every broken promise, as a sentence; `acts` says whether this fault ends with an action. The plan's one action decides
 * what the host must have: one pull request or one workflow run, never both and never twice.
 */
export function violationsOf(ledger: Ledger, acts: boolean): readonly string[] {
  const { audit, messages, phases, planned } = ledger;
  const rows = (kind: string): readonly AuditRow[] => audit.filter((row) => row.kind === kind);
  const cards = (...kinds: readonly string[]): number =>
    messages.filter(({ card, audience }) => card && audience === null && kinds.includes(card.kind)).length;
  const once = acts ? 1 : 0;
  const counts: readonly Count[] = [
    ['incidents opened', rows('incident.opened').length, 1],
    ['incidents closed', phases.filter((phase) => phase === 'closed').length, 1],
    ['greetings', cards('greeting'), 1],
    ['status messages', cards('status'), 1],
    ['resolutions', cards('resolution'), 1],
    ['approval requests', cards('proposal', 'record'), once],
    ['requests that still ask', cards('proposal'), 0],
    ['actions planned', planned.length, once],
    ...hostCounts(ledger),
    ['effect results with a URL', rows('effect.result').filter(hasUrl).length, once],
    ['receipts in the audit log', rows('receipt').length, once],
    ['receipt messages', cards('receipt'), once],
    ['recovery verdicts', rows('recovery').length, once],
  ];
  const wrong = counts
    .filter(([, found, expected]) => found !== expected)
    .map(([what, found, expected]) => `${what}: ${found}, not ${expected}`);
  const chain = verifyChain(audit);
  return chain.ok ? wrong : [...wrong, `the audit log breaks at entry ${chain.firstBadSeq}`];
}

type Count = readonly [what: string, found: number, expected: number];

const hostCounts = ({ written, planned }: Ledger): readonly Count[] => [
  ['actions planned that leave nothing to count', planned.filter((action) => !(action in hostEffects)).length, 0],
  ...Object.entries(hostEffects).map(
    ([action, { what }]): Count => [what, count(written, action), count(planned, action)],
  ),
];

const count = (actions: readonly string[], action: string): number => actions.filter((each) => each === action).length;

function hasUrl({ body }: AuditRow): boolean {
  const outcome = body['outcome'];
  return typeof outcome === 'object' && outcome !== null && 'url' in outcome;
}
