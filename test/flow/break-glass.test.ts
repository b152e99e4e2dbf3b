/** Breaking the glass gets around the quorum and the freeze, by its one group, with a reason, loudly; around nothing else. */
import { describe, expect, it } from 'vitest';
import { taint } from '../../src/core/tainted.ts';
import { decide } from '../../src/flow/decide.ts';
import type { World } from '../../src/flow/world.ts';
import { flowStage } from '../support/flow-stage.ts';
import { clickOn } from '../support/flow-world.ts';
import { storedButton } from '../support/plan-button.ts';
import { webCatalogue } from '../support/web-world.ts';

const mika = { id: 'mika', name: 'Mika Lund', onCall: false, accounts: { web: 'w-mika' } };
const glassGroup = { id: 'glass', title: 'Break glass', members: ['mika', 'sam'] };
const stage = flowStage({
  ...webCatalogue,
  people: [...webCatalogue.people, mika],
  groups: [...webCatalogue.groups, glassGroup],
  breakGlass: 'glass',
});
const reason = taint('checkout is down, nobody else is awake');
const glass = { action: 'break-glass', reason } as const;

const set = (change: Partial<World>): void => void Object.assign(stage.flow.world, change);
const freeze = (): void => set({ settings: { ...stage.flow.world.settings, frozen: true } });
const whispers = async () => stage.cards(({ audience }) => audience !== null);
const said = async () => (await whispers()).map(({ fallback }) => fallback);
const alarms = async () =>
  (await stage.cards(({ audience }) => audience === null)).filter(({ fallback }) =>
    fallback.startsWith('Glass broken'),
  );

describe('the button', () => {
  it('is shown in private to each member but the requester, with the question why', async () => {
    await stage.propose({ risk: 2 });

    await expect.poll(whispers).toHaveLength(1);
    const [message] = (await stage.flow.said()).filter(({ audience }) => audience !== null);
    expect(message?.audience).toBe('mika');
    expect(message?.card?.actions).toMatchObject([{ id: 'break-glass', style: 'danger', reason: 'required' }]);
    const open = await stage.cards(({ audience }) => audience === null);
    expect(JSON.stringify(open)).not.toContain('break-glass');
  });

  it('is not shown where one approval is enough anyway', async () => {
    await stage.propose({ risk: 1 });

    await expect.poll(async () => (await stage.cards()).length).toBeGreaterThan(0);
    expect(await whispers()).toEqual([]);
  });
});

describe('one member, alone', () => {
  it('starts a plan that needs two in a freeze; the log and the channel say who and why', async () => {
    freeze();
    const proposed = await stage.propose({ risk: 2 });

    await stage.decide(proposed.value, 'w-mika', glass);
    await proposed.ended();

    expect(stage.flow.target.effects).toHaveLength(1);
    const clicks = (await stage.rows(proposed)).filter(({ kind }) => kind === 'approval.click');
    expect(clicks).toMatchObject([{ actor: 'mika', body: { decision: 'break-glass', result: 'counted', reason } }]);
    const [alarm, ...more] = await alarms();
    expect(more).toEqual([]);
    expect(alarm?.facts?.[0]).toEqual({ label: 'Reason', value: [reason] });
    expect(alarm?.facts?.[1]).toEqual({ label: 'Got around', value: ['the quorum and the change freeze'] });
    expect(alarm?.lead).toContainEqual({ person: 'lee', name: 'Lee Tanaka', notify: true });
    const record = (await stage.cards()).find(({ kind }) => kind === 'record');
    expect(record?.lead?.slice(0, 3)).toEqual(['Approved by Mika Lund, breaking the glass', ': ', reason]);
  });

  it('counts once, however often the delivery comes', async () => {
    const proposed = await stage.propose({ risk: 2 });
    const key = 'the-same-click';

    await stage.decide(proposed.value, 'w-mika', { ...glass, key });
    await stage.decide(proposed.value, 'w-mika', { ...glass, key });
    await proposed.ended();

    expect(stage.flow.target.effects).toHaveLength(1);
    expect(await alarms()).toHaveLength(1);
  });

  it('may have approved before', async () => {
    const { catalogue } = stage.flow.world;
    const groups = catalogue.groups.map((group) => ({ ...group, members: [...group.members, 'mika'] }));
    set({ catalogue: { ...catalogue, groups } });
    const proposed = await stage.propose({ risk: 2 });

    await stage.decide(proposed.value, 'w-mika');
    expect(await stage.stateOf(proposed.sealed.plan.id)).toBe('pending');
    await stage.decide(proposed.value, 'w-mika', glass);
    await proposed.ended();

    expect(stage.flow.target.effects).toHaveLength(1);
  });
});

describe('nothing runs', () => {
  it.each([
    ['without a reason', 'w-mika', { ...glass, reason: null }, 'Breaking the glass needs a reason, nothing runs'],
    ['by the requester', 'w-sam', glass, 'You asked for this, so somebody else must approve it'],
    ['by an owner outside the group', 'w-lee', glass, 'You cannot break the glass for this plan now'],
    ['by a stranger', 'w-nobody', glass, 'Guests and people from other organisations cannot approve'],
  ])('%s', async (...[, account, change, told]) => {
    const proposed = await stage.propose({ risk: 2 });

    await stage.decide(proposed.value, account, change);

    expect(await stage.stateOf(proposed.sealed.plan.id)).toBe('pending');
    expect(await said()).toContain(told);
    expect(await alarms()).toEqual([]);
    expect(stage.flow.target.effects).toEqual([]);
  });

  it('for another digest, after the time is up, or while everything is stopped', async () => {
    const proposed = await stage.propose({ risk: 2 });

    const plan = proposed.sealed.plan.id;
    const button = await storedButton(stage.flow.world, plan, { decision: 'break-glass' });
    const other = button.replace(`.${proposed.sealed.digest.slice(-8)}.`, '.00000000.');
    expect(other).not.toBe(button);
    await decide(stage.flow.world, { ...clickOn(stage.flow, other, 'w-mika'), ...glass });
    await stage.flow.world.store.setStopped(null, true);
    await stage.decide(proposed.value, 'w-mika', glass);
    await stage.flow.world.store.setStopped(null, false);
    expect(await stage.stateOf(proposed.sealed.plan.id)).toBe('pending');
    stage.flow.clock.advance(900_001);
    await proposed.ended();
    await stage.decide(proposed.value, 'w-mika', glass);

    expect(await stage.stateOf(proposed.sealed.plan.id)).toBe('expired');
    expect(stage.flow.target.effects).toEqual([]);
  });

  it('when the kill switch is pulled after the glass is broken', async () => {
    const proposed = await stage.propose({ risk: 2 });
    const { store } = stage.flow.world;
    const addApproval: World['store']['addApproval'] = async (transaction, plan, approval) => {
      await store.setStopped(transaction, true);
      return store.addApproval(transaction, plan, approval);
    };
    set({ store: { ...store, addApproval } });

    await stage.decide(proposed.value, 'w-mika', glass);
    await proposed.ended();

    expect(await stage.stateOf(proposed.sealed.plan.id)).toBe('stopped');
    expect(stage.flow.target.effects).toEqual([]);
  });
});
