/** Reason and settle: the model (when there is one) proposes, the gate and the verdict rule decide. */
import { z } from 'zod';
import type { Spent } from '../core/budget.ts';
import { sha256Hex } from '../core/digest.ts';
import type { Findings } from '../core/findings.ts';
import type { Hypothesis } from '../core/hypothesis.ts';
import type { Incident } from '../core/incident.ts';
import type { Json } from '../core/json.ts';
import { settleFindings } from '../core/settle-findings.ts';
import { type Tainted, taint } from '../core/tainted.ts';
import type { Challenge } from '../core/verdict.ts';
import type { Durable } from '../ports.ts';
import type { FirstLook } from './first-look.ts';
import { type Gathered, gather, type Read } from './gather.ts';
import type { Investigation, InvestigationRequest, Investigator, ModelTool } from './investigator.ts';
import { lookCloserTool } from './look-closer.ts';
import { createReadCache, type ReadCache } from './read-cache.ts';
import { keyOf, type Round } from './round.ts';
import { tapeKey } from './tape.ts';
import type { ConnectedTool, World } from './world.ts';

export type Settled = {
  readonly hypotheses: readonly Hypothesis[];
  readonly challenge: Challenge;
  /** Statements the gate dropped. */
  readonly dropped: number;
  /** Shown on the status: who reasoned, or why nobody did. */
  readonly label: string;
  readonly spent: Spent | null;
};

type Subject = {
  readonly incident: Incident;
  readonly round: Round;
  readonly look: FirstLook;
  readonly hypotheses: readonly Hypothesis[];
};

/** One durable step: a crash repeats the investigation, never half of it. */
export function settle(world: World, durable: Durable, subject: Subject): Promise<Settled> {
  const { investigator } = world;
  if (!investigator) return Promise.resolve(engineAlone(subject, 'Running without the model'));
  return durable.step('investigate', () => investigateWith(world, investigator, subject));
}

const engineAlone = ({ hypotheses }: Subject, label: string): Settled => ({
  hypotheses,
  challenge: 'not-run',
  dropped: 0,
  label,
  spent: null,
});

async function investigateWith(world: World, investigator: Investigator, subject: Subject): Promise<Settled> {
  const investigation = await investigator(await request(world, subject));
  if (investigation.kind === 'unavailable') {
    return { ...engineAlone(subject, `Running without the model: ${investigation.why}`), spent: investigation.spent };
  }
  return settleSubmitted(world, subject, investigation);
}

async function settleSubmitted(
  world: World,
  { incident, look, hypotheses }: Subject,
  { findings, challenge, spent }: Investigation & { kind: 'submitted' },
): Promise<Settled> {
  const evidence = await world.store.evidence(incident.id);
  const { changes } = look.telemetry;
  const entities = new Set(world.catalogue.services.map(({ id }) => id));
  const result = settleFindings(findings, {
    evidence,
    changes,
    entities,
    ranking: look.ranking,
    engine: hypotheses,
    challenge,
  });
  await world.store.audit(null, {
    kind: 'claim.dropped',
    incident: incident.id,
    actor: 'causeway',
    atMs: world.clock.nowMs(),
    body: { dropped: result.dropped.map(({ why }) => why) },
  });
  const label = `Investigated with the model${disagreement(findings)}, ${spent.modelTurns} turns, ${spent.dollars.toFixed(2)} dollars`;
  return { hypotheses: result.hypotheses, challenge, dropped: result.dropped.length, label, spent };
}

/** The model may have found nothing where the engine ranks causes: people are told that the two differ. */
function disagreement({ outcome, hypotheses }: Findings): string {
  if (hypotheses.length > 0) return '';
  return outcome === 'nothing-wrong' ? '; it says that nothing is wrong' : '; it cannot tell the cause';
}

async function request(world: World, { incident, round, look }: Subject): Promise<InvestigationRequest> {
  const cache = createReadCache(world.clock, look.gathered);
  const views = new Map(
    look.gathered.flatMap(({ evidence, view }) => (evidence && view ? [[evidence, view] as const] : [])),
  );
  return {
    incident,
    brief: brief(world),
    ranking: look.ranking,
    evidence: await world.store.evidence(incident.id),
    views,
    tools: [
      ...world.tools.map((connected, index) =>
        modelTool(world, incident, { connected, prefix: keyOf(round, `model:${index}`), cache }),
      ),
      lookCloserTool(world, incident),
    ],
    budget: world.settings.budget,
    signal: AbortSignal.timeout(world.clock.realMs(world.settings.budget.durationMsMax)),
    statements: () => statementsSince(world, incident),
    record: async (kind, body) => {
      await world.store.audit(null, {
        kind,
        incident: incident.id,
        actor: 'causeway',
        atMs: world.clock.nowMs(),
        body,
      });
    },
  };
}

function brief({ catalogue }: World): string {
  const lines = catalogue.services.map(
    ({ id, title, tier, repository, dependsOn, external }) =>
      `${id}: ${title}, tier ${tier}${external ? ', external' : ''}${repository ? `, ${repository}` : ''}${dependsOn.length > 0 ? `, calls ${dependsOn.join(' ')}` : ''}`,
  );
  return lines.join('\n');
}

function modelTool(
  world: World,
  incident: Incident,
  { connected, prefix, cache }: { connected: ConnectedTool; prefix: string; cache: ReadCache },
): ModelTool {
  const { tool } = connected;
  let calls = 0;
  return {
    name: tool.name,
    description: tool.description,
    inputSchema: z.toJSONSchema(tool.input, { io: 'input' }) as Json,
    call: async (input) => {
      const parsed = tool.input.safeParse(input);
      if (!parsed.success) return { kind: 'bad-input', says: z.prettifyError(parsed.error) };
      const gathered = await cache({ tool: tool.name, input }, () => {
        calls += 1;
        const key = `${prefix}:${calls}:${JSON.stringify(input)}`;
        return readForModel(world, incident, { connected, input, key, index: -1 });
      });
      if (gathered.evidence && gathered.view) {
        const stored = await world.store.evidenceById(incident.id, gathered.evidence);
        return {
          kind: 'evidence',
          id: gathered.evidence,
          view: gathered.view,
          ...(stored ? { result: stored.result } : {}),
        };
      }
      if (gathered.gap) return { kind: 'failed', says: `${gathered.gap.reason}; blocks ${gathered.gap.blocks}` };
      return { kind: 'empty', says: gathered.empty ?? 'nothing found' };
    },
  };
}

/** Kept apart on the tape: these reads happen inside one step. */
async function readForModel(world: World, incident: Incident, read: Read): Promise<Gathered> {
  const gathered = await gather(world, incident, read);
  await world.store.keepOnTape(incident.id, tapeKey('model', sha256Hex(read.key).slice(0, 32)), gathered as Json);
  return gathered;
}

/** What people said in the channel since the incident opened, newest last. */
async function statementsSince(world: World, incident: Incident): Promise<readonly Tainted[]> {
  const rows = await world.store.auditRows({ incident: incident.id });
  return rows.flatMap(({ kind, body }) => {
    const text = body['text'];
    return kind === 'human.statement' && typeof text === 'string' ? [taint(text)] : [];
  });
}
