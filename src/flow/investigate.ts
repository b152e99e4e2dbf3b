/** Reason and settle: the model (when there is one) proposes, the gate and the verdict rule decide. */
import type { Spent } from '../core/budget.ts';
import { namesOf } from '../core/catalogue.ts';
import type { Findings } from '../core/findings.ts';
import type { Hypothesis } from '../core/hypothesis.ts';
import type { Incident } from '../core/incident.ts';
import { type Calmed, lowerByCalm } from '../core/lower-by-calm.ts';
import { settleFindings } from '../core/settle-findings.ts';
import { type LookSpending, spentLine } from '../core/spending.ts';
import { type Lowering, lowerByRecord, loweringsOf } from '../core/track-record.ts';
import type { Challenge } from '../core/verdict.ts';
import type { Durable, MessageRef } from '../ports.ts';
import type { FirstLook } from './first-look.ts';
import { calibrationOf } from './grade.ts';
import { investigationRequest } from './investigation-request.ts';
import type { Investigation, Investigator, ModelUsed } from './investigator.ts';
import type { Round } from './round.ts';
import { watchStop } from './watch-stop.ts';
import type { World } from './world.ts';

export type Settled = {
  readonly hypotheses: readonly Hypothesis[];
  readonly challenge: Challenge;
  /** Statements the gate dropped. */
  readonly dropped: number;
  /** Words that the record of graded verdicts took back, each with its numbers. */
  readonly lowered: readonly string[];
  /** Why nothing is wrong, where the model showed that and code reads the signal so too. */
  readonly nothingWrong?: string;
  /** Shown on the status: who reasoned, or why nobody did. */
  readonly label: string;
  readonly spent: Spent | null;
  /** What it took of its own bounds; null without a model. */
  readonly cost: LookSpending | null;
  /** For the status footer; null when nothing was spent. */
  readonly footer: string | null;
};

type Subject = {
  readonly incident: Incident;
  readonly round: Round;
  readonly look: FirstLook;
  readonly hypotheses: readonly Hypothesis[];
  readonly status: MessageRef;
};

/** One durable step: a crash repeats the investigation, never half of it. */
export async function settle(world: World, durable: Durable, subject: Subject): Promise<Settled> {
  const { investigator, settings } = world;
  const settled = investigator
    ? await durable.step('investigate', () => investigateWith(world, investigator, subject))
    : engineAlone(subject, 'Running without the model');
  const record = await durable.step('record', () => loweringsNow(world));
  const { hypotheses, lowered } = lowerByRecord(settled.hypotheses, record);
  const spent = await durable.step('spent', () => world.store.spending(subject.incident.id, world.clock.nowMs()));
  return { ...settled, hypotheses, lowered, footer: spentLine(settled.cost, spent, settings.bounds) };
}

/** What the record of graded verdicts takes back at this moment. */
export const loweringsNow = async (world: World): Promise<readonly Lowering[]> =>
  loweringsOf(await calibrationOf(world));

const engineAlone = ({ hypotheses }: Subject, label: string): Settled => ({
  hypotheses,
  challenge: 'not-run',
  dropped: 0,
  lowered: [],
  label,
  spent: null,
  cost: null,
  footer: null,
});

async function investigateWith(world: World, investigator: Investigator, subject: Subject): Promise<Settled> {
  const stop = watchStop(world, subject.incident, subject.round);
  const request = await investigationRequest(world, subject, stop);
  const investigation = await investigator(request).finally(stop.close);
  const { budget, allowance } = request;
  const gaps = allowance.gaps();
  if (gaps.length > 0) await world.store.saveGaps(subject.incident.id, [...subject.look.gaps, ...gaps]);
  const settled =
    investigation.kind === 'unavailable'
      ? engineAlone(subject, `Running without the model: ${investigation.why}`)
      : await settleSubmitted(world, subject, investigation);
  const { spent } = investigation;
  const { dollars, toolCalls } = spent;
  const cost = { dollars, toolCalls, dollarsMax: budget.dollarsMax, toolCallsMax: budget.toolCallsMax };
  return { ...settled, label: `${settled.label}${allowance.unread()}`, spent, cost };
}

async function settleSubmitted(
  world: World,
  { incident, look, hypotheses }: Subject,
  { findings, challenge, endedBy, spent, models }: Investigation & { kind: 'submitted' },
): Promise<Settled> {
  const evidence = await world.store.evidence(incident.id);
  const { changes } = look.telemetry;
  const entities = new Set(world.catalogue.services.map(({ id }) => id));
  const names = namesOf(world.catalogue);
  const result = settleFindings(findings, {
    evidence,
    changes,
    entities,
    names,
    ranking: look.ranking,
    engine: hypotheses,
    challenge,
  });
  const calm = findings.outcome === 'nothing-wrong' ? (findings.calm ?? []) : [];
  const calmed = lowerByCalm(result.hypotheses, calm, { evidence, names, symptom: incident.symptom });
  const dropped = [...result.dropped, ...calmed.dropped];
  await world.store.audit(null, {
    kind: 'claim.dropped',
    incident: incident.id,
    actor: 'causeway',
    atMs: world.clock.nowMs(),
    body: { dropped: dropped.map(({ why }) => why) },
  });
  const early = endedBy === null ? '' : `, cut short: ${endedBy}`;
  const says = disagreement(findings, calmed);
  const label = `Investigated with the model${relayed(models ?? [])}${says}${early}, ${spent.modelTurns} turns`;
  return {
    hypotheses: calmed.hypotheses,
    challenge: calmed.rests.length > 0 && challenge !== 'refuted' ? 'weakened' : challenge,
    dropped: dropped.length,
    lowered: [],
    ...(calmed.nothingWrong === null ? {} : { nothingWrong: calmed.nothingWrong }),
    label,
    spent,
    cost: null,
    footer: null,
  };
}

/** Who took over, and from whom: " qwen3 (claude-sonnet-5-5 is overloaded)". One model alone is not named. */
function relayed(models: readonly ModelUsed[]): string {
  const left = models.flatMap(({ model, why }) => (why === null ? [] : [`${model} ${why}`]));
  return left.length === 0 ? '' : ` ${models.at(-1)?.model} (${left.join('; ')})`;
}

/** The model may have found nothing where the engine ranks causes: people are told that the two differ, and by what. */
function disagreement({ outcome, hypotheses }: Findings, { rests, nothingWrong }: Calmed): string {
  if (outcome === 'nothing-wrong' && nothingWrong === null && rests.length > 0)
    return `; it says that nothing is wrong (${rests.join(' ')}), so no cause is more than Possible`;
  if (hypotheses.length > 0) return '';
  return outcome === 'nothing-wrong' ? '; it says that nothing is wrong' : '; it cannot tell the cause';
}
