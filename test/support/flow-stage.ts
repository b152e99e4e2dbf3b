import { afterAll, beforeAll, beforeEach } from 'vitest';
import type { Catalogue } from '../../src/core/catalogue.ts';
import { approvalValue } from '../../src/core/decide-approval.ts';
import type { Plan, SealedPlan } from '../../src/core/plan.ts';
import { decide } from '../../src/flow/decide.ts';
import { onClick } from '../../src/flow/on-click.ts';
import { remediationWorkflow } from '../../src/flow/remediate.ts';
import { remediationId, submitPlan } from '../../src/flow/submit-plan.ts';
import type { Inbound, LocalMessage } from '../../src/ports.ts';
import type { Database } from '../../src/store/open-database.ts';
import { embeddedDatabases } from '../store/databases.ts';
import { clickOn, createFlowWorld, type FlowWorld, openIncident, sealedFor } from './flow-world.ts';

export type Proposed = { readonly sealed: SealedPlan; readonly value: string; ended(): Promise<void> };

type Click = Extract<Inbound, { type: 'click' }>;

/** A fresh flow world per test over one embedded store, with what tests of approvals do on it. */
export function flowStage(catalogue?: Catalogue) {
  const databases = embeddedDatabases();
  let database: Database;
  let flow: FlowWorld;
  beforeAll(async () => {
    database = await databases.open();
  });
  beforeEach(async () => {
    flow = await createFlowWorld(database, catalogue);
    flow.engine.register('remediation', remediationWorkflow(flow.world));
    await flow.engine.launch();
    await flow.world.store.setStopped(null, false);
    return () => flow.engine.shutdown();
  });
  afterAll(async () => {
    await database.close();
    await databases.stop();
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
        value: approvalValue(sealed),
        ended: () => flow.engine.finished(remediationId(sealed.plan.id)),
      };
    },
    /** Clicks a button that decides. */
    decide: (value: string, account: string, change: Partial<Click> = {}): Promise<void> =>
      decide(flow.world, { ...clickOn(flow, value, account), ...change }),
    /** Clicks any other button. */
    press: (value: string, account: string, change: Partial<Click>): Promise<void> =>
      onClick(flow.world, { ...clickOn(flow, value, account), ...change }),
    stateOf: async (plan: string) => (await flow.world.store.plan(plan))?.state,
    cards: async (of: (message: LocalMessage) => boolean = () => true) =>
      (await flow.said()).filter(of).flatMap(({ card }) => card ?? []),
    rows: ({ sealed }: Proposed) => flow.world.store.auditRows({ incident: sealed.plan.incident }),
  };
}
