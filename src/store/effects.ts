import { z } from 'zod';
import type { Clock, Store } from '../ports.ts';
import type { Database } from './open-database.ts';
import { storedJson } from './stored-evidence.ts';

type EffectRoom = Pick<Store, 'intend' | 'effect' | 'settleEffect' | 'effectsSince' | 'setStopped' | 'stopped'>;

const storedEffect = z.object({ intent: storedJson, outcome: storedJson.nullable() });
const killSwitch = 'stopped';

export function effectRoom(database: Database, clock: Pick<Clock, 'nowMs'>): EffectRoom {
  return {
    async intend(plan, step, body) {
      const row = { plan, step, intent: JSON.stringify(body), outcome: null, at_ms: clock.nowMs() };
      const query = database
        .writer(null)
        .insertInto('effect')
        .values(row)
        .onConflict((conflict) => conflict.doNothing());
      return ((await query.executeTakeFirst()).numInsertedOrUpdatedRows ?? 0n) > 0n;
    },
    async effect(plan, step) {
      const query = database.reader().selectFrom('effect').select(['intent', 'outcome']);
      const row = await query.where('plan', '=', plan).where('step', '=', step).executeTakeFirst();
      return row === undefined ? null : storedEffect.parse(row);
    },
    async settleEffect(plan, step, outcome) {
      const query = database
        .writer(null)
        .updateTable('effect')
        .set({ outcome: JSON.stringify(outcome) });
      const { numUpdatedRows } = await query.where('plan', '=', plan).where('step', '=', step).executeTakeFirst();
      if (numUpdatedRows === 0n) throw new Error(`Plan ${plan} has no intent for step ${step}: nothing to settle.`);
    },
    async effectsSince(sinceMs) {
      const query = database.reader().selectFrom('effect').where('at_ms', '>=', sinceMs);
      return Number(
        (await query.select((count) => count.fn.countAll().as('effects')).executeTakeFirstOrThrow()).effects,
      );
    },
    async setStopped(transaction, stopped) {
      const query = database.writer(transaction).insertInto('control').values({ name: killSwitch, value: stopped });
      await query.onConflict((conflict) => conflict.column('name').doUpdateSet({ value: stopped })).execute();
    },
    async stopped() {
      const query = database.reader().selectFrom('control').select('value').where('name', '=', killSwitch);
      return (await query.executeTakeFirst())?.value ?? false;
    },
  };
}
