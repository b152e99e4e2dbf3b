/**
 * Goes through a recorded investigation again, offline and without keys: the same code over the same answers. What it
 * would decide or say otherwise now is the result.
 */
import { pino } from 'pino';
import { z } from 'zod';
import type { EvidenceId } from '../core/evidence.ts';
import type { Json } from '../core/json.ts';
import type { Facts, Recording } from '../core/recording.ts';
import { investigate } from '../flow/incident.ts';
import { tapeKey } from '../flow/tape.ts';
import type { World } from '../flow/world.ts';
import { createReplayInvestigator } from '../model/replay-investigator.ts';
import type { ChatPlatform, MessageRef, Redactor } from '../ports.ts';
import type { Tool } from '../tool.ts';
import { createDifferences, Diverged } from './differences.ts';
import { recordedTools } from './recorded-reads.ts';
import { createRecordedSteps, type RecordedSteps } from './recorded-steps.ts';
import { createRecordedStore, type RecordedStore } from './recorded-store.ts';

export type Replay = {
  readonly incident: string;
  readonly rounds: number;
  readonly steps: number;
  readonly modelTurns: number;
  readonly differences: readonly string[];
};

/** What the replay needs of this version. */
export type Here = { readonly tools: readonly Tool[]; readonly redactor: Redactor };

export async function replayIncident(recording: Recording, { tools, redactor }: Here): Promise<Replay> {
  const differences = createDifferences();
  const recorded = createRecordedStore(recording, differences);
  const tape = new Map(recording.tape.map(({ key, document }) => [key, document]));
  const rounds = [...tape].flatMap(([key, document]) => (key.endsWith('/facts') ? [{ key, document }] : []));
  for (const { key, document } of rounds) {
    const round = key.slice(0, -'/facts'.length);
    // Written by this program; the catalogue was checked when it was read.
    const facts = document as unknown as Facts;
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
  return {
    incident: recording.incident.id,
    rounds: rounds.length,
    steps: recording.tape.length,
    modelTurns: recording.audit.filter(({ kind }) => kind === 'model.response').length,
    differences: differences.all,
  };
}

const readOfFirstLook = z.object({ tool: z.string(), evidence: z.string().nullable() });

/** What the first look of a round had stored when the model began to read. */
function evidenceRead(tape: ReadonlyMap<string, Json>, round: string): readonly EvidenceId[] {
  const prefix = tapeKey(round, '');
  return [...tape].flatMap(([key, document]) => {
    const read = key.startsWith(prefix) ? readOfFirstLook.safeParse(document).data : undefined;
    return read?.evidence ? [read.evidence as EvidenceId] : [];
  });
}

type Replaying = {
  readonly recording: Recording;
  readonly facts: Facts;
  readonly recorded: RecordedStore;
  readonly steps: RecordedSteps;
  readonly tape: ReadonlyMap<string, Json>;
  readonly round: string;
  readonly here: Here;
};

function worldOf({ recording, facts, recorded, steps, tape, round, here }: Replaying): World {
  const clock = { nowMs: steps.nowMs, realMs: (ms: number) => ms, waitUntil: () => Promise.resolve() };
  const status = tape.get(tapeKey(round, 'post-status'));
  const platform = recordedPlatform(recording, (status as { value?: MessageRef } | undefined)?.value ?? null);
  const request = recording.audit.find(({ kind }) => kind === 'model.request');
  const asked = request?.body['model'];
  const turns = {
    model: typeof asked === 'string' ? asked : '',
    next: recorded.nextAnswer,
    nowMs: recorded.turnAtMs,
  };
  const { webUrl, botName, baselineMs, budget } = facts;
  return {
    store: recorded.store,
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
    settings: { ...noWaits, webUrl, botName, baselineMs, budget: budget as World['settings']['budget'] },
    log: pino({ level: 'silent' }),
  };
}

const askNobody = (): never => {
  throw new Diverged('an investigation asks no policy');
};
const noPolicy = { version: '', decide: askNobody, approversNeeded: askNobody };

const noWaits = {
  approveWithinMs: 0,
  startWithinMs: 0,
  probeTimeoutMs: 60_000,
  readTimeoutMs: 60_000,
  watchEveryMs: 0,
  mergeWithinMs: 0,
  recoverWithinMs: 0,
  frozen: false,
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
  const posted = recording.tape.flatMap(({ document }) => {
    const told = document as { shown?: readonly { what: string; key?: string; message: string }[] } | null;
    return (told?.shown ?? []).filter(({ what }) => what === 'post');
  });
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
