/** `causeway policy explain`: for people, the same answers that their clicks would get; for the start, what is missing. */
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { explainTo } from '../../src/commands/policy.ts';
import type { Plan } from '../../src/core/plan.ts';
import type { PlanExplanation } from '../../src/flow/explain-plan.ts';
import type { Database } from '../../src/store/open-database.ts';
import { embeddedDatabases } from '../store/databases.ts';
import { createFlowWorld, type FlowWorld, openIncident, sealedFor } from '../support/flow-world.ts';
import { webCatalogue } from '../support/web-world.ts';

const databases = embeddedDatabases();
let database: Database;
let flow: FlowWorld;
let out: string;
let complaints: string;

beforeAll(async () => {
  database = await databases.open();
});
beforeEach(async () => {
  flow = await createFlowWorld(database, { ...webCatalogue, breakGlass: 'payments-oncall' });
  await flow.world.store.setStopped(null, false);
  [out, complaints] = ['', ''];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += String(text);
    return true;
  });
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    complaints += String(text);
    return true;
  });
  return () => vi.restoreAllMocks();
});
afterAll(async () => {
  await database.close();
  await databases.stop();
});

async function stored(changes: Partial<Plan> = {}) {
  const incident = await openIncident(flow.world, flow.channel);
  const sealed = sealedFor(flow.world, { incident: incident.id, ...changes });
  await flow.world.store.savePlan(null, sealed, incident.place);
  return sealed;
}

const approveAs = async ({ plan, digest }: Awaited<ReturnType<typeof stored>>, people: readonly string[]) => {
  for (const by of people)
    await flow.world.store.transact((own) =>
      flow.world.store.addApproval(own, plan.id, { by, digest, atMs: flow.clock.nowMs() }),
    );
};

async function explained(id: string): Promise<PlanExplanation> {
  out = '';
  expect(await explainTo(flow.world, id, { json: true })).toBe(0);
  return JSON.parse(out) as PlanExplanation;
}

describe('for each person', () => {
  it('says whether they may approve, with the rules that decide', async () => {
    const { plan } = await stored({ risk: 2 });

    const { people } = await explained(plan.id);

    const approvals = people.filter(({ action }) => action === 'approve');
    expect(approvals.map(({ person, may, rules }) => [person, may, rules.map(({ id }) => id)])).toEqual([
      ['dana', true, ['approve-owner-or-on-call']],
      ['lee', true, ['approve-owner-or-on-call']],
      ['sam', false, ['approve-not-requester']],
      ['robin', false, ['approve-owner-or-on-call']],
    ]);
    expect(approvals[2]?.rules[0]?.says).toBe('Whoever asked for a plan may not approve it');
    const glass = people.filter(({ action, may }) => action === 'break-glass' && may);
    expect(glass.map(({ person }) => person)).toEqual(['dana', 'lee']);
  });

  it('says who has approved already, and that a decided plan is over', async () => {
    const sealed = await stored({ risk: 2 });
    await approveAs(sealed, ['lee']);
    const lee = (people: PlanExplanation['people']) => people.find(({ person }) => person === 'lee');

    expect(lee((await explained(sealed.plan.id)).people)).toMatchObject({
      may: false,
      rules: [{ id: 'approve-once', effect: 'forbid' }],
    });
    await flow.world.store.movePlan(null, sealed.plan.id, ['pending'], 'rejected', 1);
    expect(lee((await explained(sealed.plan.id)).people)?.why[0]).toBe(
      'The plan is rejected, nothing is left to approve',
    );
  });

  it('--as shows one of them, in words', async () => {
    const { plan } = await stored();

    expect(await explainTo(flow.world, plan.id, { as: 'sam' })).toBe(0);

    expect(out).toContain('Sam Ortiz (sam) may not approve');
    expect(out).toContain('forbid approve-not-requester: Whoever asked for a plan may not approve it');
    expect(out).not.toContain('Lee Tanaka');
  });
});

describe('for its start', () => {
  it('names everything that is missing, not only the first', async () => {
    const sealed = await stored({ risk: 2 });
    await approveAs(sealed, ['lee']);
    Object.assign(flow.world, { settings: { ...flow.world.settings, frozen: true } });
    await flow.world.store.setStopped(null, true);
    flow.clock.advance(1_200_001);

    const { execute } = await explained(sealed.plan.id);

    expect(execute.may).toBe(false);
    expect(execute.missing).toEqual([
      'It is not approved yet',
      'Quorum: 1 of 2 distinct approvers at risk 2, 1 more needed',
      'The plan is older than 20 minutes; make a new one',
      'A change freeze is on',
      'Everything is stopped; resume first',
    ]);
  });

  it('says yes when it could, and when it comes too late after its approval', async () => {
    const sealed = await stored();
    await approveAs(sealed, ['lee']);
    await flow.world.store.movePlan(null, sealed.plan.id, ['pending'], 'approved', 1);

    expect((await explained(sealed.plan.id)).execute).toMatchObject({ may: true, missing: [] });
    flow.clock.advance(301_000);
    expect((await explained(sealed.plan.id)).execute).toMatchObject({
      may: false,
      missing: ['It had to start within 5 min of the last approval, 1 s ago'],
    });
    await flow.world.store.movePlan(null, sealed.plan.id, ['approved'], 'stopped', 1);
  });

  it('names a plan that is running on the service', async () => {
    const sealed = await stored();
    const running = { ...sealed, plan: { ...sealed.plan, id: `${sealed.plan.id}-other` } };
    await flow.world.store.savePlan(null, running, { platform: 'web', tenant: 'local', channel: flow.channel });
    await flow.world.store.movePlan(null, running.plan.id, ['pending'], 'running', 1);

    expect((await explained(sealed.plan.id)).execute.missing).toContain('Another plan is running on this service');
    await flow.world.store.movePlan(null, running.plan.id, ['running'], 'done', 1);
  });

  it('writes nothing: an explanation is no decision', async () => {
    const { plan } = await stored();
    const before = (await flow.world.store.auditHead())?.seq;
    await explained(plan.id);
    expect((await flow.world.store.auditHead())?.seq).toBe(before);
  });
});

describe('without a plan', () => {
  it('prints who may approve at each risk, as the policy itself says', async () => {
    expect(await explainTo(flow.world, undefined, { json: true })).toBe(0);
    const table = JSON.parse(out) as { approversNeeded: object; rows: { who: string; may: boolean; risk: number }[] };
    expect(table.approversNeeded).toEqual({ 1: 1, 2: 2, 3: 2 });
    expect(table.rows.filter(({ risk }) => risk === 3).map(({ who, may }) => `${may} ${who}`)).toEqual([
      'true member who owns the service',
      'true member on call',
      'false any other member',
      'false owner who asked for it',
      'false owner who is a guest',
      'false owner from elsewhere',
      'false owner whose account is deactivated',
      'true member of the break-glass group',
      'false member outside the break-glass group',
    ]);
  });
});

describe('a wrong word', () => {
  it.each([
    ['an unknown plan', 'plan-nowhere', {}, 'There is no plan plan-nowhere. Known: '],
    ['a person without a plan', undefined, { as: 'lee' }, 'policy explain PLAN_ID --as PERSON'],
  ])('%s: says what to do', async (...[, id, options, says]) => {
    expect(await explainTo(flow.world, id, options)).toBe(2);
    expect(complaints).toContain(says);
  });

  it('an unknown person: names who is known', async () => {
    const { plan } = await stored();
    expect(await explainTo(flow.world, plan.id, { as: 'nobody' })).toBe(2);
    expect(complaints).toContain('Known: dana, lee, sam, robin.');
  });
});
