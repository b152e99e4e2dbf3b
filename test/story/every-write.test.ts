/** Death right before every single write from the approving click to the resolution: the end is always the same. */

import { afterAll, expect, it } from 'vitest';
import { createIntake, inboundWorkflow } from '../../src/flow/handle-inbound.ts';
import { remediationWorkflow } from '../../src/flow/remediate.ts';
import { remediationId, submitPlan } from '../../src/flow/submit-plan.ts';
import type { Inbound } from '../../src/ports.ts';
import type { Database } from '../../src/store/open-database.ts';
import { embeddedDatabases } from '../store/databases.ts';
import { clickOn, createFlowWorld, openIncident, sealedFor } from '../support/flow-world.ts';
import { storedButton } from '../support/plan-button.ts';
import { dyingWorld } from '../support/story-dying.ts';
import { pause } from '../support/story-process.ts';

const databases = embeddedDatabases();
afterAll(() => databases.stop());

async function dieAt(database: Database, moment: number) {
  const flow = await createFlowWorld(database);
  const { world, arm, writes, living } = dyingWorld(flow.world, flow.engine, moment);
  const inbound = living(inboundWorkflow(world));
  flow.engine.register<Inbound>('inbound', (durable, input) => {
    arm();
    return inbound(durable, input);
  });
  flow.engine.register('remediation', living(remediationWorkflow(world)));
  await flow.engine.launch();
  const incident = await openIncident(world, flow.channel);
  const sealed = sealedFor(world, { incident: incident.id, id: `plan-${moment}` });
  const nothing = { thread: null, before: null, cause: null, signal: null, status: null };
  await submitPlan(world, { sealed, place: incident.place, ...nothing });
  const click = clickOn(flow, await storedButton(flow.world, sealed.plan.id), 'w-lee');
  while (!(await flow.said()).some(({ card }) => card?.kind === 'proposal')) await pause(2);
  await createIntake(world)(click);
  await flow.engine.finished(`inbound:${click.key}`);
  await flow.engine.finished(remediationId(sealed.plan.id));
  const rows = await flow.world.store.auditRows({ incident: incident.id });
  const spoken = await flow.said();
  const times = (kind: string): number => rows.filter((row) => row.kind === kind).length;
  const shown = (kind: string): number => spoken.filter(({ card }) => card?.kind === kind).length;
  const told = {
    effects: flow.target.effects.length,
    state: (await flow.world.store.plan(sealed.plan.id))?.state,
    rows: ['approval.click', 'approval.refused', 'effect.result', 'receipt', 'recovery'].map(times),
    cards: ['proposal', 'record', 'receipt', 'resolution'].map(shown),
    whispers: spoken.filter(({ audience }) => audience !== null).length,
  };
  return { told, writes: writes() };
}

it('has one effect, one receipt and one resolution, whichever write it died before', async () => {
  const database = await databases.open();
  const calm = await dieAt(database, 1_000);
  const expected = { effects: 1, state: 'done', rows: [1, 0, 1, 1, 1], cards: [0, 1, 1, 1], whispers: 0 };
  expect(calm.told).toEqual(expected);

  const wrong: unknown[] = [];
  for (let moment = 1; moment <= calm.writes; moment += 1) {
    const { told } = await dieAt(database, moment);
    if (JSON.stringify(told) !== JSON.stringify(expected)) wrong.push({ moment, told });
  }

  await database.close();
  expect(calm.writes).toBeGreaterThan(20);
  expect(wrong).toEqual([]);
}, 120_000);
