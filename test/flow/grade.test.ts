/** One click after the incident says whether the verdict was right, and shows how right they were so far. */
import { beforeEach, expect, it } from 'vitest';
import { calibrate } from '../../src/core/calibration.ts';
import { taint } from '../../src/core/tainted.ts';
import { calibrationOf, gradeVerdict, nameCause } from '../../src/flow/grade.ts';
import { oneDatabase } from '../store/one-database.ts';
import { clickOn, createFlowWorld, type FlowWorld, openIncident } from '../support/flow-world.ts';

const database = oneDatabase();
let flow: FlowWorld;

beforeEach(async () => {
  flow = await createFlowWorld(database());
});

const likely = (world: FlowWorld['world'], incident: Parameters<typeof world.store.saveHypotheses>[1]) =>
  world.store.saveHypotheses(null, incident, [
    {
      id: 'H1',
      kind: 'bad-deploy',
      entity: 'payments',
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

const rowsOf = (incident: string) => flow.world.store.auditRows({ incident, kind: 'verdict.grade' });
const whispered = async () => (await flow.said()).at(-1)?.card?.fallback ?? '';

it('keeps the grade with the verdict as it stood, once per click, and counts it', async () => {
  const incident = await openIncident(flow.world, flow.channel);
  await likely(flow.world, incident.id);
  const click = clickOn(flow, `${incident.id}:right`, 'w-lee');
  await gradeVerdict(flow.world, click);
  await gradeVerdict(flow.world, click);
  expect(await rowsOf(incident.id)).toMatchObject([
    { actor: 'lee', body: { grade: 'right', word: 'Likely', score: 0.8, entity: 'payments' } },
  ]);
  expect(calibrate(await rowsOf(incident.id)).words).toContainEqual({ word: 'Likely', said: 1, right: 1 });
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
const naming = (incident: string, chosen: { readonly [name: string]: string }) => ({
  ...clickOn(flow, incident, 'w-lee'),
  action: 'name-cause' as const,
  chosen,
});

it('asks for the real cause after a grade other than right, and keeps it with the grade', async () => {
  const { world } = flow;
  const incident = await openIncident(world, flow.channel);
  await likely(world, incident.id);
  await gradeVerdict(world, clickOn(flow, `${incident.id}:wrong`, 'w-lee'));
  const asked = (await flow.said()).at(-1)?.card?.actions?.[0];
  expect(asked).toMatchObject({ id: 'name-cause', value: incident.id });
  expect(asked?.choices?.map(({ name }) => name)).toEqual(['kind', 'service']);
  await nameCause(world, naming(incident.id, { kind: 'network', service: 'payments' }));
  expect((await rowsOf(incident.id)).at(-1)?.body).toMatchObject({
    grade: 'wrong',
    word: 'Likely',
    kind: 'bad-deploy',
    cause: { kind: 'network', service: 'payments' },
  });
  expect((await calibrationOf(world)).missed).toContainEqual({ said: 'bad-deploy', real: 'network', times: 1 });
});

it('asks nothing after right, and takes no cause that is not on the lists or of nobody graded', async () => {
  const { world } = flow;
  const incident = await openIncident(world, flow.channel);
  await nameCause(world, naming(incident.id, { kind: 'network' }));
  await gradeVerdict(world, clickOn(flow, `${incident.id}:wrong`, 'w-lee'));
  await nameCause(world, naming(incident.id, { kind: 'gremlins', service: 'nowhere' }));
  await gradeVerdict(world, clickOn(flow, `${incident.id}:right`, 'w-lee'));
  expect((await flow.said()).at(-1)?.card?.actions ?? []).toEqual([]);
  await nameCause(world, naming(incident.id, { kind: 'network' }));
  expect((await rowsOf(incident.id)).map(({ body }) => [body['grade'], body['cause'] ?? null])).toEqual([
    ['wrong', null],
    ['right', null],
  ]);
});

it.each(['guest', 'stranger', 'inactive'] as const)(
  'a %s may not grade, although the directory knows them',
  async (standing) => {
    const { world } = flow;
    const incident = await openIncident(world, flow.channel);
    const platform = { ...world.platform('web'), account: async () => ({ name: 'Lee', standing }) };
    await gradeVerdict({ ...world, platform: () => platform }, clickOn(flow, `${incident.id}:right`, 'w-lee'));
    expect(await whispered()).toContain('Guests cannot grade');
    expect(await rowsOf(incident.id)).toEqual([]);
  },
);
