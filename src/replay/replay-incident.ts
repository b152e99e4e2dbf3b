/**
 * Goes through a recorded investigation again, offline and without keys: the same code over the same answers. What it
 * would decide or say otherwise now is the result.
 */
import { pino } from 'pino';
import type { EvidenceId } from '../core/evidence.ts';
import type { Json } from '../core/json.ts';
import type { Recording } from '../core/recording.ts';
import { noSharedBounds } from '../core/spending.ts';
import { investigate } from '../flow/incident.ts';
import { tapeKey } from '../flow/tape.ts';
import type { World } from '../flow/world.ts';
import { createReplayInvestigator } from '../model/replay-investigator.ts';
import type { ChatPlatform, MessageRef, Redactor } from '../ports.ts';
import type { Tool } from '../tool.ts';
import { createDifferences, Diverged } from './differences.ts';
import { evidenceIn, factsIn, postsIn, type RecordedFacts, statusIn } from './recorded-documents.ts';
import { recordedTools } from './recorded-reads.ts';
import { recordedSpending } from './recorded-spending.ts';
import { createRecordedSteps, type RecordedSteps } from './recorded-steps.ts';
import { createRecordedStore, missingAnswers, type RecordedStore } from './recorded-store.ts';

export type Replay = {
  readonly incident: string;
  readonly rounds: number;
  readonly steps: number;
  readonly modelTurns: number;
  readonly differences: readonly string[];
};

/** What the replay needs of this version. */
export type Here = { readonly tools: readonly Tool[]; readonly redactor: Redactor };

/** What is missing from a recording is told instead: nothing can be gone through without it. */
export async function replayIncident(recording: Recording, here: Here): Promise<Replay> {
  const missing = missingAnswers(recording);
  return missing.length > 0 ? told(recording, 0, missing) : goThrough(recording, here);
}

async function goThrough(recording: Recording, { tools, redactor }: Here): Promise<Replay> {
  const differences = createDifferences();
  const recorded = createRecordedStore(recording, differences);
  const tape = new Map(recording.tape.map(({ key, document }) => [key, document]));
  const rounds = [...tape].flatMap(([key, document]) => (key.endsWith('/facts') ? [{ key, document }] : []));
  for (const { key, document } of rounds) {
    const round = key.slice(0, -'/facts'.length);
    const facts = factsIn(document);
    if (facts === null) {
      differences.add(`the installation of the round ${round} was recorded by another version`);
      continue;
    }
    const steps = createRecordedSteps({ round, tape, differences });
    recorded.show(evidenceRead(tape, round));
    const world = worldOf({ recording, facts, recorded, steps, tape, round, here: { tools, redactor } });
    const again = facts.again === null ? {} : { again: facts.again };
    try {
      await investigate(world, steps.durable, { incident: recording.incident.id, ...again });
      for (const name of steps.leftOver()) differences.add(`${name} was said then and is not said now`);
    } catch (error) {
      if (!(error instanceof Diverged)) throw error;
      differences.add(error.message);
    }
  }
  return told(recording, rounds.length, differences.all);
}

const told = (recording: Recording, rounds: number, differences: readonly string[]): Replay => ({
  incident: recording.incident.id,
  rounds,
  steps: recording.tape.length,
  modelTurns: recording.audit.filter(({ kind }) => kind === 'model.response').length,
  differences,
});

/** What the first look of a round had stored when the model began to read. */
function evidenceRead(tape: ReadonlyMap<string, Json>, round: string): readonly EvidenceId[] {
  const prefix = tapeKey(round, '');
  return [...tape].flatMap(([key, document]) => {
    const id = key.startsWith(prefix) ? evidenceIn(document) : null;
    return id === null ? [] : [id];
  });
}

type Replaying = {
  readonly recording: Recording;
  readonly facts: RecordedFacts;
  readonly recorded: RecordedStore;
  readonly steps: RecordedSteps;
  readonly tape: ReadonlyMap<string, Json>;
  readonly round: string;
  readonly here: Here;
};

function worldOf({ recording, facts, recorded, steps, tape, round, here }: Replaying): World {
  const clock = { nowMs: steps.nowMs, realMs: (ms: number) => ms, waitUntil: () => Promise.resolve() };
  const status = tape.get(tapeKey(round, 'post-status'));
  const platform = recordedPlatform(recording, statusIn(status));
  const turns = {
    nextRequest: recorded.nextRequest,
    next: recorded.nextAnswer,
    nowMs: recorded.turnAtMs,
  };
  const { webUrl, botName, baselineMs, budget, bounds = noSharedBounds } = facts;
  return {
    store: { ...recorded.store, spending: recordedSpending(tape, round) },
    engine: { ...noEngine, start: async () => undefined },
    clock,
    redactor: here.redactor,
    policy: noPolicy,
    catalogue: facts.catalogue,
    tools: recordedTools(recording, here.tools, facts.tools),
    toolsOff: facts.toolsOff,
    actions: [],
    planRollback: null,
    watchPull: null,
    runbooks: [],
    investigator: facts.model ? createReplayInvestigator(turns) : null,
    platform: () => platform,
    newId: (prefix) => `${prefix}-replayed`,
    buttonKey: new Uint8Array(32),
    settings: { ...noWaits, webUrl, botName, baselineMs, budget, bounds },
    log: pino({ level: 'silent' }),
  };
}

const askNobody = (): never => {
  throw new Diverged('an investigation asks no policy');
};
const noPolicy = { version: '', decide: askNobody, approversNeeded: askNobody, needsSignIn: askNobody };

const noWaits = {
  approveWithinMs: 0,
  startWithinMs: 0,
  aloneAfterMs: 0,
  probeTimeoutMs: 60_000,
  readTimeoutMs: 60_000,
  watchEveryMs: 0,
  mergeWithinMs: 0,
  recoverWithinMs: 0,
  frozen: false,
  signIn: 'none' as const,
};

const noEngine = {
  register: () => undefined,
  launch: async () => undefined,
  send: async () => undefined,
  finished: async () => undefined,
  shutdown: async () => undefined,
};

/** Messages get the ids they had, so that later edits find them; nothing is shown to anybody. */
function recordedPlatform(recording: Recording, status: MessageRef | null): ChatPlatform {
  const posted = recording.tape.flatMap(({ document }) => postsIn(document));
  return {
    name: recording.incident.place.platform,
    post: async (place, card, key) => {
      if (card.kind === 'status' && status !== null) return status;
      return { place, id: posted.find((each) => each.key === key)?.message ?? 'never-posted' };
    },
    update: async () => undefined,
    whisper: async () => undefined,
    share: async () => undefined,
    account: async () => ({ name: '', standing: 'stranger' }),
  };
}
