/** How looks at an incident begin and end: once per delivery, again when asked, and never silently broken off. */

import { beforeEach, expect, it } from 'vitest';
import { decide } from '../../src/flow/decide.ts';
import { inboundWorkflow } from '../../src/flow/handle-inbound.ts';
import { incidentWorkflow } from '../../src/flow/incident.ts';
import { remediationWorkflow } from '../../src/flow/remediate.ts';
import { remediationId, submitPlan } from '../../src/flow/submit-plan.ts';
import type { World } from '../../src/flow/world.ts';
import { oneDatabase } from '../store/one-database.ts';
import {
  clickOn,
  createFlowWorld,
  type FlowWorld,
  mentionIn,
  openIncident,
  sayMention,
  sealedFor,
} from '../support/flow-world.ts';
import { storedButton } from '../support/plan-button.ts';

const database = oneDatabase();
let flow: FlowWorld;
/** Posts whose key begins so fail: the chat platform is away for them. */
let away: string | null;

beforeEach(async () => {
  away = null;
  flow = await createFlowWorld(database());
  const { engine } = flow;
  const world = partlyAway(flow.world);
  engine.register('inbound', inboundWorkflow(world));
  engine.register('incident', incidentWorkflow(world));
  engine.register('remediation', remediationWorkflow(world));
  await engine.launch();
  return () => engine.shutdown();
});

function partlyAway(world: World): World {
  const platform = world.platform('web');
  const post: typeof platform.post = (place, card, key) =>
    away !== null && key.startsWith(away)
      ? Promise.reject(new Error('the platform is away'))
      : platform.post(place, card, key);
  return { ...world, platform: () => ({ ...platform, post }) };
}

const say = (key: string, text: string): Promise<void> => sayMention(flow, text, key);

const incidentsHere = async () =>
  (await flow.world.store.incidents(100)).filter(({ place }) => place.channel === flow.channel);
const shown = async (kind: string): Promise<number> =>
  (await flow.said()).filter(({ card, audience }) => card?.kind === kind && audience === null).length;

async function settledIncident(): Promise<string> {
  await say('first', 'why is checkout slow?');
  const [incident] = await incidentsHere();
  if (!incident) throw new Error('no incident was opened');
  await flow.engine.finished(`incident:${incident.id}`);
  return incident.id;
}

it('a mention in a settled incident looks again, under the same incident and one greeting', async () => {
  const id = await settledIncident();
  await say('second', 'investigate payments');
  await flow.engine.finished(`incident:${id}:${flow.channel}-second`);
  expect([await shown('greeting'), await shown('status'), (await incidentsHere()).length]).toEqual([1, 2, 1]);
});

it('while an approval is waiting, a mention is answered and starts nothing', async () => {
  const id = await settledIncident();
  await flow.world.store.setPhase(null, id as `INC-${number}`, 'proposed');
  await say('second', 'investigate payments');
  expect(await shown('status')).toBe(1);
  expect((await flow.said()).some(({ audience }) => audience === 'sam')).toBe(true);
});

it('a closed incident still answers for its postmortem, and a new question opens another', async () => {
  const id = await settledIncident();
  await flow.world.store.setPhase(null, id as `INC-${number}`, 'closed');
  await say('second', 'postmortem');
  expect((await flow.said()).some(({ document }) => document?.text.includes(id))).toBe(true);
  await say('third', 'why is search slow?');
  expect(await incidentsHere()).toHaveLength(2);
});

it('a delivery whose handling is repeated after a crash opens one incident', async () => {
  await say('first', 'why is checkout slow?');
  const handle = inboundWorkflow(flow.world);
  await handle({ step: (_name, run) => run(), waitFor: async () => null, pauseUntil: async () => undefined }, {
    ...mentionIn(flow, 'why is checkout slow?'),
  } as never);
  expect(await incidentsHere()).toHaveLength(1);
});

it('a look that cannot be shown says so once the platform is back, and another can be asked for', async () => {
  away = 'status:';
  await say('first', 'why is checkout slow?');
  const [incident] = await incidentsHere();
  await expect(flow.engine.finished(`incident:${incident?.id}`)).rejects.toThrow('away');
  expect(await shown('notice')).toBe(1);
  expect((await incidentsHere())[0]?.phase).toBe('settled');
});

it('a plan whose story breaks off has failed: it neither runs later nor blocks its service', async () => {
  away = 'run-log:';
  const incident = await openIncident(flow.world, flow.channel);
  const sealed = sealedFor(flow.world, { incident: incident.id, id: `plan-${flow.channel}` });
  const rest = { thread: null, before: null, cause: null, signal: null, status: null };
  await submitPlan(flow.world, { sealed, place: incident.place, ...rest });
  await decide(flow.world, clickOn(flow, await storedButton(flow.world, sealed.plan.id), 'w-lee'));
  await expect(flow.engine.finished(remediationId(sealed.plan.id))).rejects.toThrow('away');
  expect((await flow.world.store.plan(sealed.plan.id))?.state).toBe('failed');
  expect(await flow.world.store.runningOn(sealed.plan.service)).toEqual([]);
  expect(flow.target.effects).toEqual([]);
});
