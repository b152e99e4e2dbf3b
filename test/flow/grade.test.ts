/** One click after the incident says whether the verdict was right, and shows how right they were so far. */
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { taint } from '../../src/core/tainted.ts';
import { calibrationOf, gradeVerdict } from '../../src/flow/grade.ts';
import type { Database } from '../../src/store/open-database.ts';
import { embeddedDatabases } from '../store/databases.ts';
import { clickOn, createFlowWorld, type FlowWorld, openIncident } from '../support/flow-world.ts';

const databases = embeddedDatabases();
let database: Database;
let flow: FlowWorld;

beforeAll(async () => {
  database = await databases.open();
});
beforeEach(async () => {
  flow = await createFlowWorld(database);
});
afterAll(async () => {
  await database.close();
  await databases.stop();
});

const rowsOf = (incident: string) => flow.world.store.auditRows({ incident, kind: 'verdict.grade' });
const whispered = async () => (await flow.said()).at(-1)?.card?.fallback ?? '';

it('keeps the grade with the verdict as it stood, once per click, and counts it', async () => {
  const incident = await openIncident(flow.world, flow.channel);
  await flow.world.store.saveHypotheses(null, incident.id, [
    {
      id: 'H1',
      kind: 'bad-deploy',
      entity: 'checkout',
      change: null,
      mechanism: taint('m'),
      supports: [],
      refutes: [],
      wrongIf: taint('w'),
      score: 0.8,
      word: 'Likely',
      by: 'engine',
    },
  ]);
  const click = clickOn(flow, `${incident.id}:right`, 'w-lee');
  await gradeVerdict(flow.world, click);
  await gradeVerdict(flow.world, click);
  expect(await rowsOf(incident.id)).toMatchObject([
    { actor: 'lee', body: { grade: 'right', word: 'Likely', score: 0.8, entity: 'checkout' } },
  ]);
  expect((await calibrationOf(flow.world)).words).toContainEqual({ word: 'Likely', said: 1, right: 1 });
  expect(await whispered()).toContain('Grade recorded');
});

it('a grade by a stranger or for no incident is refused and records nothing', async () => {
  const incident = await openIncident(flow.world, flow.channel);
  await gradeVerdict(flow.world, clickOn(flow, `${incident.id}:right`, 'w-nobody'));
  expect(await whispered()).toContain('not in the directory');
  await gradeVerdict(flow.world, clickOn(flow, 'INC-9999:right', 'w-lee'));
  expect(await whispered()).toContain('no such incident');
  expect(await rowsOf(incident.id)).toEqual([]);
});
