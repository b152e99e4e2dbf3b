/**
 * Goal: on a real PostgreSQL, however many people click at the same moment, nobody is counted twice and nothing is
 * approved but what was shown. Method: 300 plans of which half change under way, 8 clicks at once on each.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sealPlan } from '../../src/core/digest.ts';
import type { Plan, SealedPlan } from '../../src/core/plan.ts';
import { decide } from '../../src/flow/decide.ts';
import { submitPlan } from '../../src/flow/submit-plan.ts';
import type { World } from '../../src/flow/world.ts';
import type { Database } from '../../src/store/open-database.ts';
import { postgresDatabases, postgresNeeded } from '../store/databases.ts';
import { castCatalogue, mayApproveInTruth, peopleNeeded, personNamed } from '../support/approval-cast.ts';
import { createFlowWorld, openIncident, sealedFor } from '../support/flow-world.ts';
import { storedButton } from '../support/plan-button.ts';
import { createDice } from '../support/simulated-time.ts';

const plans = 300;
const clicksPerPlan = 8;
const atOnce = 10;
const databases = await postgresDatabases();
afterAll(() => databases.stop());

type Clicked = { readonly first: SealedPlan; readonly next: SealedPlan | null; readonly by: readonly string[] };

describe.skipIf(databases.absent)(`clicks on PostgreSQL ${postgresNeeded}`, () => {
  let database: Database;
  let world: World;
  const decisions: string[] = [];
  beforeAll(async () => {
    database = await databases.open();
    ({ world } = await createFlowWorld(database));
    const engine: World['engine'] = {
      ...world.engine,
      start: async () => undefined,
      send: async (_transaction, { key }) => void decisions.push(key),
    };
    const platform = world.platform('web');
    const known: typeof platform = {
      ...platform,
      account: async ({ account }) => ({ name: account, standing: personNamed(account)?.standing ?? 'stranger' }),
    };
    world = { ...world, engine, catalogue: castCatalogue, platform: () => known };
    return () => database.close();
  });

  it(`${plans} plans with ${clicksPerPlan} at once each: one count per person, one decision per plan, no wrong digest`, {
    timeout: 180_000,
  }, async () => {
    const dice = createDice(300);
    const one = async (index: number): Promise<Clicked> => {
      const incident = await openIncident(world, `clicks-${index}`);
      const changes: Partial<Plan> = {
        id: `plan-${index}`,
        incident: incident.id,
        risk: dice.pick([1, 2, 3]),
        requester: 'rita',
      };
      const first = sealedFor(world, changes);
      const next = dice.chance(0.5) ? sealPlan({ ...first.plan, version: 2, title: 'Another plan' }) : null;
      const place = { platform: 'web', tenant: 'local', channel: 'clicks' } as const;
      const nothing = { thread: null, before: null, cause: null, signal: null, status: null };
      await submitPlan(world, { sealed: first, place, ...nothing });
      const by = Array.from({ length: clicksPerPlan }, () => dice.pick(['olga', 'omar', 'carl', 'rita', 'gus', 'bo']));
      const button = await storedButton(world, first.plan.id);
      const edit = next === null ? [] : [world.store.transact((own) => world.store.savePlan(own, next, place))];
      const clicks = by.map(async (account, click) => {
        // A card of the second version can only be pressed once there is one.
        if (click % 2 === 1) await Promise.allSettled(edit);
        const value = click % 2 === 1 ? await storedButton(world, first.plan.id) : button;
        return decide(world, {
          type: 'click',
          key: `${first.plan.id}-${click}`,
          place,
          actor: { platform: 'web', tenant: 'local', account },
          action: 'approve-plan',
          value,
          reason: null,
          signedIn: { person: account, method: 'local', atMs: world.clock.nowMs() },
          atMs: world.clock.nowMs(),
        });
      });
      const outcomes = await Promise.allSettled([...edit, ...clicks]);
      expect(outcomes.filter(({ status }) => status === 'rejected').length).toBeLessThanOrEqual(edit.length);
      return { first, next, by };
    };

    const clicked: Clicked[] = [];
    for (let index = 0; index < plans; index += atOnce) {
      clicked.push(...(await Promise.all(Array.from({ length: atOnce }, (_, more) => one(index + more)))));
    }

    const rows = (await Promise.all(clicked.map(({ first }) => world.store.plansOf(first.plan.incident)))).flat();
    const clicks = (await world.store.auditRows({})).filter(({ kind }) => kind === 'approval.click');
    for (const row of rows) {
      const people = row.approvals.map(({ by }) => by);
      const counted = clicks.filter(({ body }) => body['digest'] === row.digest).map(({ actor }) => actor);
      expect(new Set(people).size).toBe(people.length);
      expect(people.every((id) => mayApproveInTruth(id, row.plan))).toBe(true);
      expect(row.approvals.every(({ digest }) => digest === row.digest)).toBe(true);
      expect(counted.toSorted()).toEqual(people.toSorted());
      expect(people.length).toBeLessThanOrEqual(peopleNeeded(row.plan));
      expect(row.state === 'approved').toBe(people.length === peopleNeeded(row.plan));
    }
    const approved = rows.filter(({ state }) => state === 'approved').map(({ plan }) => `decision:${plan.id}`);
    expect(decisions.toSorted()).toEqual(approved.toSorted());
    expect(approved.length).toBeGreaterThan(plans / 4);
    expect(clicked).toHaveLength(plans);
  });
});
