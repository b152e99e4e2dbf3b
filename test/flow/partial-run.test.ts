/** A plan that stops half way says which steps happened, and takes back those, through people again. */

import { describe, expect, it } from 'vitest';
import type { Plan, PlanStep } from '../../src/core/plan.ts';
import { remediationId } from '../../src/flow/submit-plan.ts';
import { flowStage, type Proposed } from '../support/flow-stage.ts';
import { storedButton } from '../support/plan-button.ts';

const stage = flowStage();

const step = (id: string, says: string): PlanStep => ({ id, action: 'rollback-pull-request', parameters: {}, says });
const steps = [step('drain', 'Drain node a'), step('restart', 'Restart payments'), step('resume', 'Resume traffic')];
const undoes = [step('undo-restart', 'Restart payments again'), step('undo-drain', 'Put node a back')];
const threeSteps: Partial<Plan> = { kind: 'runbook', steps, inverse: { says: 'Put it back', steps: undoes } };

const run = async (): Promise<Proposed> => {
  const proposed = await stage.propose(threeSteps);
  await stage.decide(proposed.value, 'w-lee');
  await proposed.ended();
  return proposed;
};
const receipt = async () => (await stage.cards()).find(({ kind }) => kind === 'receipt');
const result = async () => (await receipt())?.facts?.find(({ label }) => label === 'Result')?.value;
const offer = async () => (await stage.cards()).find(({ actions }) => actions?.some(({ id }) => id === 'undo-plan'));
const undo = { action: 'undo-plan' } as const;

describe('a plan that stops after its first step', () => {
  it('says which steps were done and which were not', async () => {
    stage.flow.target.refuse = 'restart';

    await run();

    expect(await result()).toEqual([
      '1 of 3 steps done. ',
      'Done: Drain node a. ',
      'Not done: Restart payments; Resume traffic. ',
      'Stopped because: ',
      { untrusted: 'the target said no' },
    ]);
    expect((await receipt())?.facts?.map(({ label }) => label)).not.toContain('Done');
  });

  it('says of a step whose answer got lost that it may have happened', async () => {
    stage.flow.target.silent = 'restart';

    await run();

    expect(await result()).toContain('May have happened, look before anything else: Restart payments. ');
    expect(await result()).toContain('Not done: Resume traffic. ');
  });

  it('offers the undo of what was done, as a plan that people approve first', async () => {
    stage.flow.target.refuse = 'restart';
    const { sealed } = await run();
    const card = await offer();
    expect(card?.details?.lines).toEqual([['1. Put node a back']]);
    expect(card?.actions).toMatchObject([{ id: 'undo-plan', value: sealed.plan.id }]);

    await stage.press(sealed.plan.id, 'w-sam', undo);
    const id = `${sealed.plan.id}-undo-1`;
    const row = await stage.flow.world.store.plan(id);
    if (!row) throw new Error('no undo was proposed');
    expect(row).toMatchObject({ state: 'pending', plan: { requester: 'sam', steps: [{ id: 'undo-drain' }] } });
    expect(stage.flow.target.effects).toEqual([`${sealed.plan.id}:drain`]);
    await stage.decide(await storedButton(stage.flow.world, id), 'w-sam');
    expect(await stage.stateOf(id)).toBe('pending');
    await stage.decide(await storedButton(stage.flow.world, id), 'w-lee');
    await stage.flow.engine.finished(remediationId(id));

    expect(stage.flow.target.effects).toEqual([`${sealed.plan.id}:drain`, `${id}:undo-drain`]);
    expect(await stage.stateOf(id)).toBe('done');
  });

  it('is undone once, however many ask', async () => {
    stage.flow.target.refuse = 'resume';
    const { sealed } = await run();

    await stage.press(sealed.plan.id, 'w-sam', undo);
    await stage.press(sealed.plan.id, 'w-dana', undo);

    const plans = await stage.flow.world.store.plansOf(sealed.plan.incident);
    expect(plans.map(({ plan }) => plan.steps.map(({ id }) => id))).toEqual([
      ['drain', 'restart', 'resume'],
      ['undo-restart', 'undo-drain'],
    ]);
  });

  it('names what has no undo and leaves it', async () => {
    stage.flow.target.refuse = 'restart';
    const proposed = await stage.propose({ ...threeSteps, inverse: { says: 'Cannot be undone', steps: [] } });
    await stage.decide(proposed.value, 'w-lee');
    await proposed.ended();

    const card = (await stage.cards()).find(({ fallback }) => fallback.startsWith('Stopped after 1 of 3'));
    expect(card?.details?.lines).toEqual([['Stays as it is, has no undo: Drain node a']]);
    expect(card?.actions).toBeUndefined();
  });
});

it('a plan of which nothing happened offers nothing', async () => {
  stage.flow.target.refuse = 'drain';

  const { sealed } = await run();
  await stage.press(sealed.plan.id, 'w-sam', undo);

  expect(await result()).toEqual(['Not done: ', { untrusted: 'the target said no' }]);
  expect(await offer()).toBeUndefined();
  expect(await stage.flow.world.store.plansOf(sealed.plan.incident)).toHaveLength(1);
});

it('nobody outside the directory asks for an undo, and not while the plan runs', async () => {
  stage.flow.target.refuse = 'restart';
  const pending = await stage.propose(threeSteps);
  const { id } = pending.sealed.plan;
  await stage.flow.world.store.intend(id, 'drain', null);
  await stage.flow.world.store.settleEffect(id, 'drain', { landed: true });
  await stage.press(id, 'w-sam', undo);
  expect(await stage.flow.world.store.plansOf(pending.sealed.plan.incident)).toHaveLength(1);
  await stage.decide(pending.value, 'w-lee');
  await pending.ended();
  await stage.press(pending.sealed.plan.id, 'w-nobody', undo);

  expect(await stage.flow.world.store.plansOf(pending.sealed.plan.incident)).toHaveLength(1);
});
