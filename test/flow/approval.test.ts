/** From the proposal to the effect, over a real store and the shipped policy: who, when, which plan, how often. */

import { beforeEach, describe, expect, it } from 'vitest';
import { sealPlan } from '../../src/core/digest.ts';
import type { Plan } from '../../src/core/plan.ts';
import { proposalCard } from '../../src/flow/cards/proposal.ts';
import { decide } from '../../src/flow/decide.ts';
import { rehearse } from '../../src/flow/dry-run.ts';
import { mayExecute } from '../../src/flow/permission.ts';
import { remediationWorkflow } from '../../src/flow/remediate.ts';
import { remediationId, submitPlan } from '../../src/flow/submit-plan.ts';
import { oneDatabase } from '../store/one-database.ts';
import { clickOn, createFlowWorld, type FlowWorld, openIncident, sealedFor } from '../support/flow-world.ts';
import { storedButton } from '../support/plan-button.ts';

const database = oneDatabase();
let flow: FlowWorld;

beforeEach(async () => {
  flow = await createFlowWorld(database());
  flow.engine.register('remediation', remediationWorkflow(flow.world));
  await flow.engine.launch();
  await flow.world.store.setStopped(null, false);
  return () => flow.engine.shutdown();
});

async function propose(changes: Partial<Plan> = {}) {
  const incident = await openIncident(flow.world, flow.channel);
  const sealed = sealedFor(flow.world, { incident: incident.id, ...changes });
  await submitPlan(flow.world, {
    sealed,
    place: incident.place,
    thread: null,
    before: null,
    cause: null,
    signal: null,
    status: null,
  });
  const value = await storedButton(flow.world, sealed.plan.id);
  return { sealed, value, ended: () => flow.engine.finished(remediationId(sealed.plan.id)) };
}

const approve = (value: string, account: string): Promise<void> => decide(flow.world, clickOn(flow, value, account));
const whispers = async (): Promise<readonly string[]> =>
  (await flow.said()).filter(({ audience }) => audience !== null).map(({ card }) => card?.fallback ?? '');
const stateOf = async (plan: string) => (await flow.world.store.plan(plan))?.state;

describe('an approval', () => {
  it('runs the plan once, with its intent audited before its result', async () => {
    const { sealed, value, ended } = await propose();

    await approve(value, 'w-lee');
    await ended();

    expect(flow.target.effects).toEqual([`${sealed.plan.id}:open`]);
    expect(await stateOf(sealed.plan.id)).toBe('done');
    const kinds = (await flow.world.store.auditRows({ incident: sealed.plan.incident })).map(({ kind }) => kind);
    expect(kinds.indexOf('effect.intent')).toBeGreaterThan(kinds.indexOf('approval.click'));
    expect(kinds.indexOf('effect.result')).toBeGreaterThan(kinds.indexOf('effect.intent'));
    expect(kinds.filter((kind) => kind === 'receipt')).toHaveLength(1);
  });

  it('by two people at once has one effect', async () => {
    const { value, ended } = await propose();

    await Promise.all([approve(value, 'w-lee'), approve(value, 'w-dana')]);
    await ended();

    expect(flow.target.effects).toHaveLength(1);
  });

  it('of a risk 2 plan waits for a second person', async () => {
    const { sealed, value, ended } = await propose({ risk: 2 });

    await approve(value, 'w-lee');
    expect(await stateOf(sealed.plan.id)).toBe('pending');
    await approve(value, 'w-lee');
    expect(await whispers()).toEqual(['You have already approved this plan']);
    expect(flow.target.effects).toEqual([]);
    await approve(value, 'w-dana');
    await ended();

    expect(flow.target.effects).toHaveLength(1);
  });

  it.each([
    ['the requester', 'w-sam', 'You asked for this, so somebody else must approve it'],
    ['a stranger', 'w-nobody', 'Guests and people from other organisations cannot approve'],
  ])('by %s is refused with a reason and runs nothing', async (_, account, said) => {
    const { sealed, value } = await propose();

    await approve(value, account);

    expect(await whispers()).toEqual([said]);
    expect(await stateOf(sealed.plan.id)).toBe('pending');
    expect(flow.target.effects).toEqual([]);
  });

  it('too late is refused, and silence means nothing runs', async () => {
    const { sealed, value, ended } = await propose();

    flow.clock.advance(900_001);
    await ended();
    await approve(value, 'w-lee');

    expect(await stateOf(sealed.plan.id)).toBe('expired');
    expect(await whispers()).toEqual(['This request has expired, nothing runs']);
    expect(flow.target.effects).toEqual([]);
    const record = (await flow.said()).find(({ card }) => card?.kind === 'record');
    expect(record?.card?.actions).toBeUndefined();
  });

  it('does not outlive the world it was given for', async () => {
    const { sealed, value, ended } = await propose();
    flow.target.stale = true;

    await approve(value, 'w-lee');
    await ended();

    expect(await stateOf(sealed.plan.id)).toBe('stale');
    expect(flow.target.effects).toEqual([]);
  });

  it('does nothing while everything is stopped', async () => {
    const { sealed, value, ended } = await propose();
    await flow.world.store.setStopped(null, true);

    await approve(value, 'w-lee').catch(() => undefined);
    flow.clock.advance(900_001);
    await ended();

    expect(flow.target.effects).toEqual([]);
    expect(await stateOf(sealed.plan.id)).not.toBe('done');
  });
});

describe('an effect', () => {
  it('whose answer got lost is found again, not repeated', async () => {
    const { sealed, value, ended } = await propose();
    flow.target.loseAnswers = 1;

    await approve(value, 'w-lee');
    await ended();

    expect(flow.target.effects).toHaveLength(1);
    expect(await stateOf(sealed.plan.id)).toBe('done');
  });

  it('does not happen when the audit log cannot be written', async () => {
    const { sealed, value, ended } = await propose();
    const { store } = flow.world;
    const broken = {
      ...store,
      audit: (transaction, entry) =>
        entry.kind === 'effect.intent' ? Promise.reject(new Error('disk full')) : store.audit(transaction, entry),
    } satisfies typeof store;
    Object.assign(flow.world, { store: broken });

    await approve(value, 'w-lee');
    await ended().catch(() => undefined);

    expect(flow.target.effects).toEqual([]);
    // Other tests share the store, where one plan per service may run.
    await store.movePlan(null, sealed.plan.id, ['running'], 'failed', flow.clock.nowMs());
  });
});

describe('a plan changed behind our back', () => {
  it('cannot be approved, although its digest still reads the same', async () => {
    const { sealed, value } = await propose();
    const changed = JSON.stringify({ ...sealed.plan, title: 'Something else' });
    await database().pool.query('update plan set document = $1 where id = $2', [changed, sealed.plan.id]);

    await approve(value, 'w-lee');

    expect(await stateOf(sealed.plan.id)).toBe('pending');
    expect(flow.target.effects).toEqual([]);
  });

  it('may not run, although it was approved', async () => {
    const { sealed } = await propose();
    const row = await flow.world.store.plan(sealed.plan.id);
    if (!row) throw new Error('no plan');
    const approvals = [{ by: 'lee', digest: sealed.digest, atMs: flow.clock.nowMs() }];
    const asApproved = { ...row, approvals };

    expect(await mayExecute(flow.world, asApproved)).toMatchObject({ ok: true });
    const changed = { ...asApproved, plan: { ...row.plan, title: 'Something else' } };
    expect(await mayExecute(flow.world, changed)).toMatchObject({ ok: false });
  });
});

describe('a newer version of a plan', () => {
  it('replaces nothing that people have approved, and asks nobody', async () => {
    const { sealed } = await propose({ risk: 2 });
    const { store } = flow.world;
    await store.movePlan(null, sealed.plan.id, ['pending'], 'approved', 1);
    const newer = sealPlan({ ...sealed.plan, version: 2, title: 'Something else' });
    const { place } = (await store.plan(sealed.plan.id)) ?? {};
    if (!place) throw new Error('no plan');
    // Looked up a moment before the first version was stored: only the row lock can tell.
    const early = { ...flow.world, store: { ...store, plan: async () => null } };
    const nothing = { thread: null, before: null, cause: null, signal: null, status: null };

    await submitPlan(early, { sealed: newer, place, ...nothing });

    expect(await store.plan(sealed.plan.id)).toMatchObject({ state: 'approved', digest: sealed.digest });
    const asked = await store.auditRows({ incident: sealed.plan.incident, kind: 'plan.proposed' });
    expect(asked.map(({ body }) => body['version'])).toEqual([1]);
    await store.movePlan(null, sealed.plan.id, ['approved'], 'stopped', 1);
  });
});

describe('a dry run', () => {
  it('is part of what is approved: the card shows its calls, and the digest covers them', async () => {
    const { sealed } = await propose();
    const rehearsed = await rehearse(flow.world, sealed.plan);

    expect(rehearsed).toMatchObject({ ok: true, value: { plan: { rehearsal: ['one call'] } } });
    expect(rehearsed.ok && rehearsed.value.digest).not.toBe(sealed.digest);
    const view = {
      approvals: [],
      needed: 1,
      approvers: [],
      names: (id: string) => id,
      url: 'https://causeway.example',
      way: 'button' as const,
      value: () => '',
    };
    const card = proposalCard({ ...view, sealed: rehearsed.ok ? rehearsed.value : sealed });
    expect(JSON.stringify(card.details?.lines)).toContain('one call');
  });

  it('that fails leaves nothing to approve', async () => {
    const { sealed } = await propose();
    const world = { ...flow.world, actions: [] };

    expect(await rehearse(world, sealed.plan)).toMatchObject({ ok: false, failure: expect.stringContaining('is off') });
  });
});
