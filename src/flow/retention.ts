/** The word-for-word record of investigations: forgotten when it is too old, or when somebody asks for it. */
import type { IncidentId } from '../core/incident.ts';
import type { Engine, Store } from '../ports.ts';
import { channelQueue } from './handle-inbound.ts';
import { remediationId } from './submit-plan.ts';
import type { World } from './world.ts';

type Parts = {
  readonly store: Store;
  readonly clock: Pick<World['clock'], 'nowMs'>;
  readonly engine: Pick<Engine, 'forgetEnded'>;
};

const dayMs = 86_400_000;
/** What was said is kept by the engine as it came in, not redacted, until its delivery is handled; then for no longer. */
const deliveriesMs = 3_600_000;

/**
 * Destroys the key, the sealed turns and the tape of one incident; the chain keeps their digests and says so. Then what
 * the engine kept of its workflows that have ended, and of the deliveries in its channel.
 */
export async function forgetIncident(
  { store, clock, engine }: Parts,
  { incident, by }: { incident: IncidentId; by: string },
): Promise<number> {
  const rows = await store.transact(async (transaction) => {
    const forgotten = await store.forgetRaw(transaction, incident);
    const body = { because: 'asked', rows: forgotten };
    await store.audit(transaction, { kind: 'retention', incident, actor: by, atMs: clock.nowMs(), body });
    return forgotten;
  });
  return rows + (await forgetWorkflows({ store, engine }, incident));
}

async function forgetWorkflows({ store, engine }: Omit<Parts, 'clock'>, incident: IncidentId): Promise<number> {
  const known = await store.incident(incident);
  const plans = await store.plansOf(incident);
  const which = [
    { ids: [`incident:${incident}`, ...plans.map(({ plan }) => remediationId(plan.id))] },
    { idPrefix: `incident:${incident}:` },
    ...(known ? [{ idPrefix: 'inbound:', queueKey: channelQueue(known.place) }] : []),
  ];
  let gone = 0;
  for (const each of which) gone += (await engine.forgetEnded?.(each)) ?? 0;
  return gone;
}

/** The same for every incident whose newest row is older than this many days of the database's clock. */
export async function forgetOld({ store, clock, engine }: Parts, days: number): Promise<readonly string[]> {
  await engine.forgetEnded?.({ idPrefix: 'inbound:', endedForMs: deliveriesMs });
  await engine.forgetEnded?.({ endedForMs: days * dayMs });
  return store.transact(async (transaction) => {
    const incidents = await store.forgetRawBefore(transaction, days);
    for (const incident of incidents) {
      const body = { because: 'age', days };
      await store.audit(transaction, { kind: 'retention', incident, actor: 'causeway', atMs: clock.nowMs(), body });
    }
    return incidents;
  });
}

/** Why an incident's recording is gone, for people; null when nothing was deleted. */
export async function forgottenWhy(store: Store, incident: IncidentId): Promise<string | null> {
  const row = (await store.auditRows({ incident, kind: 'retention' })).at(-1);
  if (row === undefined) return null;
  const why =
    row.body['because'] === 'age' ? `it was older than ${Number(row.body['days'])} days` : `${row.actor} asked for it`;
  return `its recording was deleted on ${new Date(row.atMs).toISOString().slice(0, 10)} because ${why} (log entry ${row.seq})`;
}
