/** What the record of graded verdicts takes back is not said on the first card either. */
import { beforeEach, expect, it } from 'vitest';
import { oneDatabase } from '../store/one-database.ts';
import { createFlowWorld, type FlowWorld, openIncident } from '../support/flow-world.ts';
import { lookAtPayments } from '../support/ranked-look.ts';

const database = oneDatabase();
let flow: FlowWorld;
beforeEach(async () => {
  flow = await createFlowWorld(database());
  return () => flow.engine.shutdown();
});

const failing = (minutesAgo: number): boolean => minutesAgo < 40;

it('lowers a word on the first card and on the last, and says so once', async () => {
  const { store, clock } = flow.world;
  for (let graded = 0; graded < 12; graded += 1) {
    const { id } = await openIncident(flow.world, `graded-${flow.channel}-${graded}`);
    const body = { grade: 'wrong', word: 'Likely', score: 0.7, kind: 'bad-deploy', entity: 'payments' };
    await store.audit(null, { kind: 'verdict.grade', incident: id, actor: 'sam', atMs: clock.nowMs(), body });
  }
  const { statuses, hypotheses, verdict, said } = await lookAtPayments(flow, failing, null);
  const leading = statuses.map(({ facts = [] }) => facts.find(({ label }) => label === 'Leading cause')?.value[0]);
  expect(leading.length).toBeGreaterThanOrEqual(2);
  expect(leading.every((word) => JSON.stringify(word) === JSON.stringify({ word: 'Possible' }))).toBe(true);
  expect(hypotheses[0]?.word).toBe('Possible');
  expect(verdict?.['lowered']).toHaveLength(1);
  expect(said.match(/is Possible and not Likely/gu)).toHaveLength(1);
});
