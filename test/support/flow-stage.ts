import { beforeEach } from 'vitest';
import type { LocalMessage } from '../../src/chat-log-port.ts';
import { decisions, readButton } from '../../src/core/approval-button.ts';
import type { Catalogue } from '../../src/core/catalogue.ts';
import type { Plan, SealedPlan } from '../../src/core/plan.ts';
import { decide } from '../../src/flow/decide.ts';
import { onClick } from '../../src/flow/on-click.ts';
import { remediationWorkflow } from '../../src/flow/remediate.ts';
import { remediationId, submitPlan } from '../../src/flow/submit-plan.ts';
import type { Inbound } from '../../src/ports.ts';
import { oneDatabase } from '../store/one-database.ts';
import { clickOn, createFlowWorld, type FlowWorld, openIncident, sealedFor } from './flow-world.ts';
import { storedButton } from './plan-button.ts';

export type Proposed = { readonly sealed: SealedPlan; readonly value: string; ended(): Promise<void> };

type Click = Extract<Inbound, { type: 'click' }>;

/** A fresh flow world per test over one embedded store, with what tests of approvals do on it. */
export function flowStage(catalogue?: Catalogue) {
  const database = oneDatabase();
  let flow: FlowWorld;
  beforeEach(async () => {
    flow = await createFlowWorld(database(), catalogue);
    flow.engine.register('remediation', remediationWorkflow(flow.world));
    await flow.engine.launch();
    await flow.world.store.setStopped(null, false);
    return () => flow.engine.shutdown();
  });
  return {
    get flow() {
      return flow;
    },
    async propose(changes: Partial<Plan> = {}): Promise<Proposed> {
      const incident = await openIncident(flow.world, flow.channel);
      const sealed = sealedFor(flow.world, { incident: incident.id, ...changes });
      const nothing = { thread: null, before: null, cause: null, signal: null, status: null };
      await submitPlan(flow.world, { sealed, place: incident.place, ...nothing });
      return {
        sealed,
        value: await storedButton(flow.world, sealed.plan.id),
        ended: () => flow.engine.finished(remediationId(sealed.plan.id)),
      };
    },
    /** Clicks a button that decides: the approving one, or its neighbour that `action` names. */
    decide: async (value: string, account: string, change: Partial<Click> = {}): Promise<void> => {
      const decision = decisions.find((each) => each === change.action);
      const plan = readButton(value)?.plan;
      const pressed = decision && plan ? await storedButton(flow.world, plan, { decision }) : value;
      await decide(flow.world, { ...clickOn(flow, pressed, account), ...change });
    },
    /** Clicks any other button. */
    press: (value: string, account: string, change: Partial<Click>): Promise<void> =>
      onClick(flow.world, { ...clickOn(flow, value, account), ...change }),
    stateOf: async (plan: string) => (await flow.world.store.plan(plan))?.state,
    cards: async (of: (message: LocalMessage) => boolean = () => true) =>
      (await flow.said()).filter(of).flatMap(({ card }) => card ?? []),
    rows: ({ sealed }: Proposed) => flow.world.store.auditRows({ incident: sealed.plan.incident }),
  };
}
