/** Goal: what earlier runs of a runbook say is kept, shown where people choose and decide, and counts. */
import { expect, it } from 'vitest';
import type { Runbook } from '../../src/core/runbook.ts';
import { answer } from '../../src/flow/answer.ts';
import { planFacts } from '../../src/flow/cards/proposal.ts';
import { runRunbook } from '../../src/flow/run-runbook.ts';
import { undoPlan } from '../../src/flow/undo-plan.ts';
import type { World } from '../../src/flow/world.ts';
import type { PlanRow } from '../../src/ports.ts';
import { oneDatabase } from '../store/one-database.ts';
import { clickOn, createFlowWorld, mentionIn, openIncident } from '../support/flow-world.ts';

const dayMs = 86_400_000;
const database = oneDatabase();

const runbookOf = (name: string): Runbook => ({
  name,
  title: `Do ${name}`,
  owner: 'platform',
  risk: 1,
  reach: 'service',
  suggestsFor: [],
  inputs: {},
  preconditions: [],
  steps: [
    {
      id: 'open',
      action: 'rollback-pull-request',
      says: 'Open it',
      parameters: {},
      verify: 'it is open',
      undo: { says: 'Open another', parameters: {} },
      timeoutSeconds: 60,
    },
  ],
  expectedEffect: 'better',
  guidance: '',
});

let count = 0;
const next = (name: string): string => {
  count += 1;
  return `${name}-${count}`;
};
/** A name of its own: the tests share one store. */
async function stage(name: string) {
  const flow = await createFlowWorld(database());
  const runbook = runbookOf(name);
  const newId = (prefix: string): string => next(`${prefix}-${name}`);
  const world: World = { ...flow.world, runbooks: [runbook], newId };
  const incident = await openIncident(world, flow.channel);
  return { flow, world, incident, name };
}
type Stage = Awaited<ReturnType<typeof stage>>;

/** Asked for by Sam; the newest plan of the incident. */
async function ask({ flow, world, incident, name }: Stage) {
  const inbound = mentionIn(flow, `runbook ${name}`, next('ask'));
  await runRunbook(world, { inbound, incident, name, text: '' });
  const row = (await world.store.plansOf(incident.id)).at(-1);
  if (!row) throw new Error('no plan was made');
  return row;
}

/** The plan ends so, now, without running: only its state counts. */
async function endAs({ world }: Stage, plan: string, state: 'done' | 'failed' | 'stopped'): Promise<void> {
  await world.store.intend(plan, 'open', {});
  await world.store.settleEffect(plan, 'open', { pullNumber: 1 });
  await world.store.movePlan(null, plan, ['pending'], state, world.clock.nowMs());
}

async function listed({ flow, world }: Stage): Promise<string> {
  const inbound = mentionIn(flow, 'runbook list', next('list'));
  await answer(world, { inbound, command: { verb: 'runbook-list' }, incident: null });
  return JSON.stringify((await flow.said()).at(-1)?.card);
}
/** The facts on the card that asks for approval. */
const factsOf = ({ plan, digest }: PlanRow): string => {
  const rest = { approvals: [], approvers: [], needed: 1, names: (id: string) => id, url: '', value: () => '' };
  return JSON.stringify(planFacts({ sealed: { plan, digest }, way: 'button', ...rest }));
};

it('a runbook that never ran here says so, in the list and in the request', async () => {
  const here = await stage('first-time');
  expect(await listed(here)).toContain('never run here');
  const asked = await ask(here);
  expect(asked.plan).toMatchObject({ runbook: { name: 'first-time', lastRun: 'never run here' }, risk: 1 });
  expect(factsOf(asked)).toContain('never run here');
});

it('one that worked says when; after its days it is stale and asks for one more approver', async () => {
  const here = await stage('works-once');
  await endAs(here, (await ask(here)).plan.id, 'done');
  here.flow.clock.advance(12 * dayMs);
  expect(await listed(here)).toContain('last worked 12 days ago');
  expect((await ask(here)).plan).toMatchObject({ risk: 1, riskReasons: [] });

  here.flow.clock.advance(90 * dayMs);
  expect(await listed(here)).toContain('risk 2 · last worked 102 days ago, stale after 90 days');
  const asked = await ask(here);
  expect(asked.plan).toMatchObject({ risk: 2, riskReasons: [expect.stringContaining('the runbook is stale')] });
  expect(factsOf(asked)).toContain('stale after 90 days');
});

it('one whose last run failed says so, and a run that people stopped says nothing', async () => {
  const here = await stage('fails');
  await endAs(here, (await ask(here)).plan.id, 'stopped');
  expect(await listed(here)).toContain('never run here');
  await endAs(here, (await ask(here)).plan.id, 'failed');
  expect(await listed(here)).toContain('last run failed today, never worked here');
});

it('taking a run back is not a run', async () => {
  const here = await stage('taken-back');
  const { plan } = await ask(here);
  await endAs(here, plan.id, 'done');
  here.flow.clock.advance(5 * dayMs);
  await undoPlan(here.world, { ...clickOn(here.flow, plan.id, 'w-lee'), action: 'undo-plan' });
  const undo = (await here.world.store.plansOf(here.incident.id)).at(-1);
  expect(undo?.plan.id).toBe(`${plan.id}-undo-1`);
  await endAs(here, undo?.plan.id ?? '', 'done');
  expect(await listed(here)).toContain('last worked 5 days ago');
});
