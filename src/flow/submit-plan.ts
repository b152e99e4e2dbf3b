import type { Hypothesis } from '../core/hypothesis.ts';
import type { Place } from '../core/incident.ts';
import type { SealedPlan } from '../core/plan.ts';
import type { MessageRef } from '../ports.ts';
import type { StatusView } from './cards/status.ts';
import type { SignalProbe } from './signal.ts';
import type { World } from './world.ts';

/** What the remediation workflow needs besides the plan row. JSON: it is stored with the workflow. */
export type RemediationInput = {
  readonly plan: string;
  /** The status thread, for the run log and receipt; null: the proposal's own thread. */
  readonly thread: Place | null;
  /** The symptom's level before the action. */
  readonly before: number | null;
  readonly cause: Hypothesis | null;
  /** How to measure the symptom again. */
  readonly signal: SignalProbe | null;
  /** The living status message and what it last said. */
  readonly status: { readonly ref: MessageRef; readonly view: StatusView } | null;
  /** What is done about the cause: a runbook's name or `rollback-pull-request`. Absent: a person asked for it. */
  readonly remedy?: string;
};

export type Submission = Omit<RemediationInput, 'plan'> & { readonly sealed: SealedPlan; readonly place: Place };

export const remediationId = (plan: string): string => `remediation:${plan}`;

/** The plan row, its audit row and the workflow that waits for people: one transaction. Safe to repeat. */
export async function submitPlan(world: World, { sealed, place, ...rest }: Submission): Promise<void> {
  const { plan, digest } = sealed;
  if (await world.store.plan(plan.id)) return;
  await world.store.transact(async (transaction) => {
    // Somebody else's version of this plan was approved meanwhile: people have decided, nothing is left to ask.
    if ((await world.store.savePlan(transaction, sealed, place)) === 'in-flight') return;
    await world.store.setPhase(transaction, plan.incident, 'proposed');
    await world.store.audit(transaction, {
      kind: 'plan.proposed',
      incident: plan.incident,
      actor: 'causeway',
      atMs: world.clock.nowMs(),
      body: {
        plan: plan.id,
        version: plan.version,
        digest,
        title: plan.title,
        risk: plan.risk,
        requester: plan.requester,
      },
    });
    await world.engine.start<RemediationInput>(transaction, {
      name: 'remediation',
      id: remediationId(plan.id),
      input: { plan: plan.id, ...rest },
      queueKey: null,
    });
  });
}
