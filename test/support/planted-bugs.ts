/** Mistakes in deciding and executing that look harmless in a review. Each must be found by the simulation. */
import { buttonValue, decisions, readButton } from '../../src/core/approval-button.ts';
import { done } from '../../src/core/result.ts';
import { taint } from '../../src/core/tainted.ts';
import type { ConnectedAction, World } from '../../src/flow/world.ts';
import type { PolicyRequest } from '../../src/policy-port.ts';
import type { Engine, Inbound, PlanRow, Store } from '../../src/ports.ts';
import { atOnce, type PlantedBug } from './approval-process.ts';
import { simulatedKey } from './approval-scenario.ts';

type Connected = ConnectedAction['connected'];

const inStore =
  (change: (store: Store, world: World) => Partial<Store>) =>
  (world: World): World => ({ ...world, store: { ...world.store, ...change(world.store, world) } });

const inEngine =
  (change: (engine: Engine) => Partial<Engine>) =>
  (world: World): World => ({ ...world, engine: { ...world.engine, ...change(world.engine) } });

const inAction =
  (change: (connected: Connected) => Partial<Connected>) =>
  (world: World): World => ({
    ...world,
    actions: world.actions.map(({ action, connected }) => ({
      action,
      connected: { ...connected, ...change(connected) },
    })),
  });

/** The policy hears something that is not so. */
const policyHears =
  (change: (request: PolicyRequest) => Partial<PolicyRequest>) =>
  (world: World): World => {
    const decide: World['policy']['decide'] = (request) => world.policy.decide({ ...request, ...change(request) });
    return { ...world, policy: { ...world.policy, decide } };
  };

const contextHears =
  (change: Partial<PolicyRequest['context']>, policy: Partial<World['policy']> = {}) =>
  (world: World): World => {
    const heard = policyHears(({ context }) => ({ context: { ...context, ...change } }))(world);
    return { ...heard, policy: { ...heard.policy, ...policy } };
  };

/** Both readings of a plan row are wrong in the same way. */
const rowReads = (change: (row: PlanRow, world: World) => PlanRow) =>
  inStore((store, world) => ({
    plan: async (id) => {
      const row = await store.plan(id);
      return row && change(row, world);
    },
    planForUpdate: async (transaction, id) => {
      const row = await store.planForUpdate(transaction, id);
      return row && change(row, world);
    },
  }));

type PlanClick = Extract<Inbound, { type: 'click' }>;

function resealed({ action }: PlanClick, row: PlanRow, place: Inbound['place']): string {
  const decision = decisions.find((each) => each === action) ?? 'approve-plan';
  return buttonValue(simulatedKey, row, { decision, place });
}

/** As if nothing but the id on a button were looked at. */
const trusting =
  (wrong: (inbound: PlanClick, row: PlanRow) => boolean): NonNullable<PlantedBug['inbound']> =>
  (inbound, database) => {
    if (inbound.type !== 'click') return inbound;
    const read = readButton(inbound.value);
    const row = database.rows().plans.find((each) => nonceIs(each, read));
    return row && wrong(inbound, row)
      ? { ...inbound, place: row.place, value: resealed(inbound, row, row.place) }
      : inbound;
  };

const nonceIs = ({ nonce }: PlanRow, read: ReturnType<typeof readButton>): boolean =>
  read?.kind === 'sealed' && read.nonce === nonce;

const approving: readonly PlantedBug[] = [
  { name: 'a button works in any channel', inbound: trusting(({ place }, row) => place.channel !== row.place.channel) },
  {
    name: 'the seal of a button is not checked',
    inbound: trusting(({ place }, row) => place.channel === row.place.channel),
  },
  {
    name: 'a chat account is enough for high risk',
    world: contextHears({ authStrength: 'strong' }, { needsSignIn: () => false }),
  },
  {
    name: 'whoever signed in, the chat account counts',
    inbound: (inbound) =>
      inbound.type === 'click' && inbound.signedIn
        ? { ...inbound, signedIn: { ...inbound.signedIn, person: inbound.actor.account } }
        : inbound,
  },
  {
    name: 'a sign-in counts for ever',
    inbound: (inbound) =>
      inbound.type === 'click' && inbound.signedIn
        ? { ...inbound, signedIn: { ...inbound.signedIn, atMs: inbound.atMs } }
        : inbound,
  },
  {
    name: 'guests count as members',
    world: (world) => {
      const platform: World['platform'] = (name) => ({
        ...world.platform(name),
        account: async ({ account }) => ({ name: account, standing: 'member' }),
      });
      return { ...world, platform };
    },
  },
  {
    name: 'anybody in the directory may approve',
    world: policyHears(({ principal }) => ({ principal: { ...principal, onCall: true } })),
  },
  {
    name: 'anybody may break the glass',
    world: policyHears(({ principal }) => ({ principal: { ...principal, groups: [...principal.groups, 'glass'] } })),
  },
  {
    name: 'the glass breaks without a reason',
    inbound: (inbound) =>
      inbound.type === 'click' && inbound.action === 'break-glass' ? { ...inbound, reason: taint('none') } : inbound,
  },
  { name: 'a plan that people approved is replaced by its next version', editsPastTheStore: true },
  {
    name: 'one approver is enough for any risk',
    world: (world) => ({ ...world, policy: { ...world.policy, approversNeeded: () => 1 } }),
  },
  {
    name: 'no rule against it means yes',
    world: (world) => {
      const decide: World['policy']['decide'] = (request) => ({ ...world.policy.decide(request), allow: true });
      return { ...world, policy: { ...world.policy, decide } };
    },
  },
  {
    name: 'one person counts as often as they click',
    world: (world) => {
      const twice = (row: PlanRow): PlanRow => ({
        ...row,
        approvals: row.approvals.map((approval, index) => ({ ...approval, by: `${approval.by}/${index}` })),
      });
      return rowReads(twice)(world);
    },
  },
  {
    name: 'an old button approves whatever the plan is now',
    inbound: (inbound, database) => {
      if (inbound.type !== 'click') return inbound;
      const row = database.rows().plans.findLast(({ plan }) => plan.id === readButton(inbound.value)?.plan);
      return row ? { ...inbound, value: resealed(inbound, row, row.place) } : inbound;
    },
  },
  {
    name: 'approvals move to the edited plan',
    world: inStore((store) => {
      const earlier = new Map<string, PlanRow['approvals'][number]>();
      const carried = (row: PlanRow | null): PlanRow | null => {
        for (const approval of row?.approvals ?? []) earlier.set(`${row?.plan.id} ${approval.by}`, approval);
        if (row === null) return null;
        const kept = [...earlier].filter(([key]) => key.startsWith(`${row.plan.id} `)).map(([, approval]) => approval);
        return { ...row, approvals: kept.map((approval) => ({ ...approval, digest: row.digest })) };
      };
      return {
        plan: async (id) => carried(await store.plan(id)),
        planForUpdate: async (transaction, id) => carried(await store.planForUpdate(transaction, id)),
      };
    }),
  },
  {
    name: 'a rejection is only written down',
    world: inStore((store) => ({
      // biome-ignore lint/complexity/useMaxParams: the port has five.
      movePlan: async (transaction, id, from, to, atMs) =>
        to === 'rejected' || store.movePlan(transaction, id, from, to, atMs),
    })),
  },
  {
    name: 'an approval is stored beside the transaction that audits it',
    world: inStore((store) => ({
      addApproval: async (_transaction, plan, approval) => {
        void Promise.resolve()
          .then(() => store.transact((own) => store.addApproval(own, plan, approval)))
          .catch(() => undefined);
        return true;
      },
    })),
  },
  {
    name: 'the workflow is woken before the approval commits',
    world: inEngine((engine) => ({ send: (_transaction, message) => engine.send(atOnce, message) })),
  },
  {
    name: 'a delivery is taken before its work is queued',
    world: (world) => {
      const claim: Store['claim'] = (_transaction, key, body) =>
        world.store.transact((own) => world.store.claim(own, key, body));
      const transact: Store['transact'] = (work) => work(atOnce);
      const later: Partial<Store> = { claim, transact };
      const audit: Store['audit'] = (transaction, entry) =>
        world.store.audit(transaction === atOnce ? null : transaction, entry);
      return { ...world, store: { ...world.store, ...later, audit, ...nowhere(world.store) } };
    },
  },
];

/** Without a transaction around them, writes commit one by one. */
const nowhere = (store: Store): Partial<Store> => ({
  planForUpdate: (_transaction, id) => store.plan(id),
  setPhase: (_transaction, id, phase) => store.setPhase(null, id, phase),
  // biome-ignore lint/complexity/useMaxParams: the port has five.
  movePlan: (_transaction, id, from, to, atMs) => store.movePlan(null, id, from, to, atMs),
  addApproval: (_transaction, plan, approval) => store.transact((own) => store.addApproval(own, plan, approval)),
  savePlan: (_transaction, sealed, place) => store.savePlan(null, sealed, place),
  setStopped: (_transaction, stopped) => store.setStopped(null, stopped),
});

const aloneHears = (change: Partial<PolicyRequest['context']['autonomy']>) =>
  policyHears(({ context }) => ({ context: { ...context, autonomy: { ...context.autonomy, ...change } } }));

const alone: readonly PlantedBug[] = [
  {
    name: 'a class that nobody set to auto runs alone',
    world: (world) => {
      const autonomy = (world.catalogue.autonomy ?? []).map(
        (rule) => ({ ...rule, level: 'auto', shadow: false, because: 'shadow 10 of 10 by 2026-11-17' }) as const,
      );
      return { ...world, catalogue: { ...world.catalogue, autonomy } };
    },
  },
  { name: 'the score of a class is not looked at', world: aloneHears({ earned: true }) },
  { name: 'a cause that is only likely is acted on alone', world: aloneHears({ confirmed: true }) },
  { name: 'free text is enough to act alone', world: aloneHears({ established: true }) },
  {
    name: 'any risk runs alone',
    world: policyHears(({ action, sealed }) =>
      action === 'auto-run' ? { sealed: { ...sealed, plan: { ...sealed.plan, risk: 1 } } } : {},
    ),
  },
  {
    name: 'what runs alone does not wait for anybody to stop it',
    world: (world) => ({ ...world, settings: { ...world.settings, aloneAfterMs: 0 } }),
  },
];

const executing: readonly PlantedBug[] = [
  {
    name: 'the kill switch is not read',
    world: inStore((store) => ({ stopped: async () => (await store.stopped()) && false })),
  },
  { name: 'a freeze is not read', world: contextHears({ frozen: false }) },
  {
    name: 'broken glass opens the kill switch too',
    world: policyHears(({ context }) => ({
      context: { ...context, stopped: context.stopped && !context.brokenGlass },
    })),
  },
  { name: 'a plan never gets too old', world: contextHears({ ageMs: 0 }) },
  {
    name: 'a plan may start any time after its approval',
    world: inStore((store, { clock }) => ({
      plan: async (id) => {
        const row = await store.plan(id);
        const approvals = row?.approvals.map((approval) => ({ ...approval, atMs: clock.nowMs() })) ?? [];
        return row && { ...row, approvals };
      },
    })),
  },
  { name: 'preconditions are not read again', world: inAction(() => ({ check: async () => done(null) })) },
  { name: 'the hourly limit counts nothing', world: inStore(() => ({ effectsSince: async () => 0 })) },
  { name: 'two plans may run on one service', world: contextHears({ runningOnService: 0 }) },
  {
    name: 'the intent is not audited',
    world: inStore((store) => ({
      audit: async (transaction, entry) => (entry.kind === 'effect.intent' ? 0 : store.audit(transaction, entry)),
    })),
  },
  {
    name: 'the intent is audited in the background',
    world: inStore((store) => ({
      audit: async (transaction, entry) => {
        if (entry.kind !== 'effect.intent') return store.audit(transaction, entry);
        void store.audit(transaction, entry).catch(() => undefined);
        return 0;
      },
    })),
  },
  {
    name: 'a step that has no outcome is simply done again',
    world: inAction(() => ({ reconcile: async () => done(null) })),
  },
  {
    name: 'a lost answer is asked for by doing it again',
    world: inAction(({ execute }) => ({
      execute: async (parameters, context) => {
        const first = await execute(parameters, context);
        return !first.ok && first.failure.kind === 'unknown' ? execute(parameters, context) : first;
      },
    })),
  },
  {
    name: 'the intent of an earlier attempt is forgotten',
    world: inStore((store) => ({
      effect: async () => null,
      intend: async (plan, step, body) => {
        await store.intend(plan, step, body);
        return true;
      },
    })),
  },
  {
    name: 'the kill switch does not reach a call that is under way',
    world: inAction(({ execute }) => ({
      execute: (parameters, context) => execute(parameters, { ...context, signal: new AbortController().signal }),
    })),
  },
  {
    name: 'an earlier attempt that nobody can ask about is told as not done',
    world: inStore((store) => ({
      audit: (transaction, entry) =>
        store.audit(
          transaction,
          entry.body['failure'] === 'unknown' ? { ...entry, body: { ...entry.body, failure: 'unavailable' } } : entry,
        ),
    })),
  },
  {
    name: 'a lost answer is told as not done',
    world: inAction(({ execute }) => ({
      execute: async (parameters, context) => {
        const result = await execute(parameters, context);
        return !result.ok && result.failure.kind === 'unknown'
          ? { ok: false, failure: { kind: 'refused', reason: 'it did not happen' } }
          : result;
      },
    })),
  },
];

export const plantedBugs: readonly PlantedBug[] = [...approving, ...alone, ...executing];
