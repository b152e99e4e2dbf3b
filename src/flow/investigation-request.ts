/** What the model is given: what is known, the reads it may ask for, and its bounds. Nothing in it writes or posts. */
import { z } from 'zod';
import { sha256Hex } from '../core/digest.ts';
import type { Evidence, EvidenceId } from '../core/evidence.ts';
import type { Incident } from '../core/incident.ts';
import type { Json } from '../core/json.ts';
import { peopleSource } from '../core/verdict.ts';
import { type Allowance, createAllowance } from './allowance.ts';
import type { FirstLook } from './first-look.ts';
import { type Gathered, gatherStored, notRead } from './gather.ts';
import type { InvestigationRequest, ModelTool, ToolAnswer } from './investigator.ts';
import { lookCloserTool } from './look-closer.ts';
import { createReadCache, type ReadCache } from './read-cache.ts';
import { recordTurns } from './record-turns.ts';
import { keyOf } from './round.ts';
import { boardShower, type Watched } from './show-board.ts';
import { statementReader } from './statements.ts';
import { tapeKey } from './tape.ts';
import type { StopWatch } from './watch-stop.ts';
import type { ConnectedTool, World } from './world.ts';

/** Timers take 31 bits of milliseconds; a clock that stands still asks for more. */
const longestTimerMs = 2_147_483_647;

export async function investigationRequest(
  world: World,
  watched: Watched & { readonly look: FirstLook },
  stop: StopWatch,
): Promise<InvestigationRequest> {
  const { incident, round, look } = watched;
  const cache = createReadCache(world.clock, look.gathered);
  const views = new Map(
    look.gathered.flatMap(({ evidence, view }) => (evidence && view ? [[evidence, view] as const] : [])),
  );
  const ledger = await world.store.evidence(incident.id);
  const { budget } = world.settings;
  const allowance = createAllowance(world, { incident, round });
  return {
    incident,
    brief: brief(world),
    ranking: look.ranking,
    evidence: ledger.filter(({ source }) => source !== peopleSource),
    views,
    tools: [
      ...world.tools.map((connected, index) =>
        modelTool(world, incident, { connected, prefix: keyOf(round, `model:${index}`), cache, allowance }),
      ),
      lookCloserTool(world, incident),
    ],
    budget,
    allowance,
    signal: AbortSignal.any([
      stop.signal,
      AbortSignal.timeout(Math.min(world.clock.realMs(budget.durationMsMax), longestTimerMs)),
    ]),
    statements: statementReader(world, incident),
    stopped: stop.stoppedBy,
    showBoard: boardShower(world, watched),
    record: recordTurns(world, incident),
  };
}

function brief({ catalogue }: World): string {
  const lines = catalogue.services.map(
    ({ id, title, tier, repository, dependsOn, external }) =>
      `${id}: ${title}, tier ${tier}${external ? ', external' : ''}${repository ? `, ${repository}` : ''}${dependsOn.length > 0 ? `, calls ${dependsOn.join(' ')}` : ''}`,
  );
  return lines.join('\n');
}

type Offered = {
  readonly connected: ConnectedTool;
  readonly prefix: string;
  readonly cache: ReadCache;
  readonly allowance: Allowance;
};

function modelTool(world: World, incident: Incident, { connected, prefix, cache, allowance }: Offered): ModelTool {
  const { tool } = connected;
  const fresh = new Map<EvidenceId, Evidence>();
  let calls = 0;
  const read = async (input: Json): Promise<Gathered> => {
    const gap = allowance.gapOf(tool.name);
    if (gap) return notRead({ connected, input, key: prefix, index: -1 }, gap);
    calls += 1;
    const key = `${prefix}:${calls}:${JSON.stringify(input)}`;
    const { gathered, evidence } = await gatherStored(world, incident, { connected, input, key, index: -1 });
    if (evidence) fresh.set(evidence.id, evidence);
    // Kept apart on the tape: these reads happen inside one step.
    await world.store.keepOnTape(incident.id, tapeKey('model', sha256Hex(key).slice(0, 32)), gathered as Json);
    return gathered;
  };
  return {
    name: tool.name,
    description: tool.description,
    inputSchema: z.toJSONSchema(tool.input, { io: 'input' }) as Json,
    call: async (input) => {
      const parsed = tool.input.safeParse(input);
      if (!parsed.success) return { kind: 'bad-input', says: z.prettifyError(parsed.error) };
      const gathered = await cache({ tool: tool.name, input }, () => read(input));
      const { evidence: id } = gathered;
      return answerOf(gathered, id && (fresh.get(id) ?? (await world.store.evidenceById(incident.id, id))));
    },
  };
}

function answerOf({ evidence: id, view, gap, empty }: Gathered, stored: Evidence | null): ToolAnswer {
  const result = stored ? { result: stored.result } : {};
  if (id && view) return { kind: 'evidence', id, view, ...result };
  if (gap) return { kind: 'failed', says: `${gap.reason}; blocks ${gap.blocks}` };
  return { kind: 'empty', says: empty ?? 'nothing found', ...(id ? { id } : {}), ...result };
}
