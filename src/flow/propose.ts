/** From the leading cause to one plan people can approve: a rollback pull request or a runbook, compiled by code. */
import { classText, ruleFor } from '../core/autonomy.ts';
import type { Card, Line } from '../core/card.ts';
import type { Hypothesis } from '../core/hypothesis.ts';
import type { Incident } from '../core/incident.ts';
import type { SealedPlan } from '../core/plan.ts';
import { channelFillButton } from '../core/runbook-form-seal.ts';
import type { Durable, MessageRef } from '../ports.ts';
import type { Telemetry } from '../rootcause/telemetry.ts';
import { noticeCard } from './cards/reply.ts';
import { fillInAction } from './cards/runbook-form.ts';
import { type StatusView, statusCard } from './cards/status.ts';
import { caseOf } from './case-of.ts';
import { compileRollback } from './compile-rollback.ts';
import { compileSuggestedRunbook } from './compile-runbook.ts';
import type { FirstLook } from './first-look.ts';
import type { Settled } from './investigate.ts';
import { keyOf, type Round } from './round.ts';
import { keepFacts } from './runbook-suggestions.ts';
import { post, threadOf, update } from './show.ts';
import { signalProbe } from './signal.ts';
import { statusView } from './status-state.ts';
import { submitPlan } from './submit-plan.ts';
import { tell } from './tell.ts';
import type { World } from './world.ts';

export type Compiled =
  | {
      readonly kind: 'plan';
      readonly sealed: SealedPlan /** The runbook's name, when it is one. */;
      readonly runbook?: string;
    }
  /** Nothing safe to propose: what stands in the way and what a person can do. */
  | {
      readonly kind: 'none';
      readonly why: string;
      readonly fix: string;
      /** The change cannot be reverted as it is; what runs could still be taken back. */
      readonly conflicts?: true;
      /** The runbook that people may still ask for. */
      readonly runbook?: string;
    };

type Subject = {
  readonly incident: Incident;
  readonly round: Round;
  readonly look: FirstLook;
  readonly settled: Settled;
  readonly status: MessageRef;
};

export async function propose(world: World, durable: Durable, subject: Subject): Promise<void> {
  const { incident, round, look, settled, status } = subject;
  const compiled = await durable.step('compile-plan', () => compile(world, subject));
  if (compiled.kind === 'none') {
    await tell(world, { durable, name: 'no-plan' }, async (still) => {
      const card = noPlanCard(incident, compiled);
      await post(still, {
        place: threadOf(status),
        card,
        key: keyOf(round, `no-plan:${incident.id}`),
        incident: incident.id,
      });
      await showNext(still, subject, [`No action proposed: ${compiled.why}`]);
    });
    return;
  }
  await tell(world, { durable, name: 'submit-plan' }, (still) =>
    submitPlan(still, {
      sealed: compiled.sealed,
      place: incident.place,
      thread: threadOf(status),
      before: look.ranking.after,
      cause: settled.hypotheses[0] ?? null,
      remedy: remedyOf(compiled),
      signal: signalProbe(incident, look.gathered),
      status: { ref: status, view: viewNow(still, subject, ['Approval of: ', compiled.sealed.plan.title]) },
    }),
  );
  await tell(world, { durable, name: 'show-proposed' }, (still) =>
    showNext(still, subject, ['Approval of: ', compiled.sealed.plan.title]),
  );
}

function noPlanCard({ id }: Incident, { why, fix, runbook }: Extract<Compiled, { kind: 'none' }>): Card {
  const card = noticeCard(why, fix);
  return runbook === undefined
    ? card
    : { ...card, actions: [fillInAction(channelFillButton({ incident: id, runbook }))] };
}

async function compile(world: World, { incident, round, look: { telemetry }, settled }: Subject): Promise<Compiled> {
  const lead = settled.hypotheses[0];
  if (!lead || lead.word === 'Inconclusive' || lead.word === 'RuledOut') {
    return {
      kind: 'none',
      why: 'No cause clears the bar for a proposal',
      fix: 'Look at the gaps on the incident page, or tell me where to look.',
    };
  }
  if (await isHearsay(world, incident, settled)) {
    return {
      kind: 'none',
      why: 'Only text that others can write points at this cause',
      fix: 'Look at what a platform measured or recorded of it, then mention me again.',
    };
  }
  await keepFacts(world, { incident, round, lead, telemetry });
  return asFarAsAllowed(world, lead, await compileRemedy(world, { incident, lead, telemetry }));
}

/** No class A or B evidence supports the leading cause, or none of it speaks of that cause: nothing is built on that. */
async function isHearsay({ store }: World, { id }: Incident, { hypotheses, challenge }: Settled): Promise<boolean> {
  const { supports, unanchored } = caseOf(hypotheses, await store.evidence(id), challenge);
  return unanchored === true || !supports.some(({ provenance }) => provenance === 'A' || provenance === 'B');
}

const remedyOf = ({ runbook }: { readonly runbook?: string }): string => runbook ?? 'rollback-pull-request';

/** A team may want to hear nothing of a class yet, or only what would be done. */
function asFarAsAllowed({ catalogue }: World, { kind: cause }: Hypothesis, compiled: Compiled): Compiled {
  if (compiled.kind === 'none') return compiled;
  const failure = { cause, remedy: remedyOf(compiled) };
  const level = ruleFor(catalogue.autonomy ?? [], failure)?.level ?? 'approve';
  const fix = `causeway.yaml sets ${classText(failure)} to ${level}; approve lets me ask for it.`;
  if (level === 'observe') return { kind: 'none', why: 'This class of failure is only observed', fix };
  const { runbook } = compiled;
  const ask = runbook === undefined ? {} : { runbook };
  if (level === 'suggest') return { kind: 'none', why: `I would suggest: ${compiled.sealed.plan.title}`, fix, ...ask };
  return compiled;
}

/**
 * A change is reverted by pull request; where that conflicts, and for causes that are no change at a code host, the
 * runbook that is proven for the cause. Otherwise nothing.
 */
export async function compileRemedy(
  world: World,
  { incident, lead, telemetry }: { incident: Incident; lead: Hypothesis; telemetry: Telemetry },
): Promise<Compiled> {
  const reverts = lead.change !== null && lead.kind !== 'feature-flag';
  const rollback = reverts ? await compileRollback(world, { incident, lead }) : null;
  if (rollback !== null && (rollback.kind === 'plan' || !rollback.conflicts)) return rollback;
  const suggested = await compileSuggestedRunbook(world, { incident, lead, telemetry });
  if (rollback !== null) return suggested?.kind === 'plan' ? suggested : rollback;
  return (
    suggested ?? { kind: 'none', why: 'No action in the catalogue fixes this cause', fix: ownerWords(world, lead) }
  );
}

function ownerWords({ catalogue }: World, lead: Hypothesis): string {
  const service = catalogue.services.find(({ id }) => id === lead.entity);
  if (!service) return 'Add the service to the catalogue so that I can name its owners.';
  return service.external
    ? `${service.title} is outside; contact its provider. Owners here: ${service.owners.join(', ') || 'nobody'}.`
    : `Owners of ${service.title}: ${service.owners.join(', ') || 'nobody named in the catalogue'}.`;
}

const viewNow = (world: World, { incident, look, settled }: Subject, next: Line): StatusView =>
  statusView(world, {
    incident,
    look,
    hypotheses: settled.hypotheses,
    label: settled.label,
    footer: settled.footer,
    next,
  });

async function showNext(world: World, subject: Subject, next: Line): Promise<void> {
  await update(world, subject.status, statusCard(viewNow(world, subject, next)));
}
