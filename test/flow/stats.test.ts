/** What `stats` says, in the channel and at a terminal: our words, how often they were right, and what the day cost. */
import { rmSync } from 'node:fs';
import { beforeEach, expect, it } from 'vitest';
import { printStats } from '../../src/commands/stats.ts';
import { calibrate } from '../../src/core/calibration.ts';
import type { Line } from '../../src/core/card.ts';
import { calibrationLines } from '../../src/flow/grade.ts';
import { inboundWorkflow } from '../../src/flow/handle-inbound.ts';
import type { World } from '../../src/flow/world.ts';
import { openDatabase } from '../../src/store/open-database.ts';
import { createStore } from '../../src/store/store.ts';
import { captured } from '../commands/captured.ts';
import { embeddedHome, silent } from '../store/databases.ts';
import { oneDatabase } from '../store/one-database.ts';
import { createFlowWorld, type FlowWorld, openIncident, sayMention } from '../support/flow-world.ts';
import { testKey } from '../support/plan-button.ts';

const database = oneDatabase();
let flow: FlowWorld;
beforeEach(async () => {
  flow = await createFlowWorld(database());
  return () => flow.engine.shutdown();
});

const graded = (grade: string, change: object = {}) => ({
  grade,
  word: 'Likely',
  score: 0.75,
  kind: 'bad-deploy',
  entity: 'payments',
  ...change,
});
const certificate = { kind: 'certificate', entity: 'checkout', score: null, word: 'Confirmed' };
const missed = { cause: { kind: 'config-change', service: 'checkout' } };
/** Twelve Likely bad deploys, three of them right; two Confirmed certificates, both right. */
const all = [
  ...Array.from({ length: 3 }, () => graded('right')),
  ...Array.from({ length: 5 }, () => graded('wrong', missed)),
  ...Array.from({ length: 3 }, () => graded('one-hop-short', missed)),
  graded('right-area'),
  graded('right', certificate),
  graded('right', certificate),
];
const said = [
  'When I said Confirmed I was right 2 of 2, too few to say',
  'When I said Likely I was right 3 of 12, between 9 and 53 %',
  'When I said bad deploy: 3 of 12, between 9 and 53 %',
  'When I named payments: 3 of 12, between 9 and 53 %',
  'Said bad deploy, was configuration change: 8',
  'Until that changes I say Possible where I would have said Likely of bad deploy',
  'right 5, one hop short 3, right area 1, wrong 5',
  'Brier score 0.438 (0 is perfect, always saying half is .25)',
];

const textOf = (line: Line): string =>
  line.flatMap((span) => (typeof span === 'string' ? span : Object.values(span))).join('');

it('says how right each word, kind and service was, what was missed, and what that takes back', () => {
  const rows = all.map((body, index) => ({ incident: `INC-${index + 1}`, body }));
  expect(calibrationLines(calibrate(rows)).map(textOf)).toEqual(said);
});

it('says that nothing was graded before anything was', () => {
  expect(calibrationLines(calibrate([])).map(textOf)).toEqual([
    'No verdict was graded yet. The closing message of an incident has the buttons.',
  ]);
});

async function recordGrades(world: Pick<World, 'store'>, incidentOf: (index: number) => Promise<string>) {
  for (const [index, body] of all.entries()) {
    const incident = await incidentOf(index);
    await world.store.audit(null, { kind: 'verdict.grade', incident, actor: 'sam', atMs: 1, body });
  }
}

it('answers stats in the channel with all of it, and what today cost, to the one who asked', async () => {
  const { world, channel, engine } = flow;
  engine.register('inbound', inboundWorkflow(world));
  await engine.launch();
  await recordGrades(world, async (index) => (await openIncident(world, `${channel}-${index}`)).id);
  await world.store.spend(null, world.clock.nowMs(), { dollars: 1.25, vendorCalls: 7 });
  await sayMention(flow, 'stats');
  const answer = (await flow.said()).at(-1);
  const told = JSON.stringify(answer?.card);
  for (const line of said.slice(2, 5)) expect(told).toContain(line);
  expect(told).toContain('{"word":"Possible"}');
  expect(told).toContain('Today: 1.25 dollars, 7 vendor calls');
  expect(answer?.audience).toBe('sam');
});

it('prints the same at a terminal, and as JSON with what it takes back', async () => {
  const home = await embeddedHome();
  const nowMs = Date.UTC(2026, 10, 20, 12);
  try {
    const opened = await openDatabase({ databaseUrl: null, homeDirectory: home, log: silent });
    const store = createStore(opened, { ...flow.clock, nowMs: () => nowMs }, testKey);
    await recordGrades({ store }, async (index) => (await openIncident({ ...flow.world, store }, `told-${index}`)).id);
    await store.spend(null, nowMs, { dollars: 1.25, vendorCalls: 7, inputTokens: 900, outputTokens: 80, seconds: 31 });
    await opened.close();
    const variables = { CAUSEWAY_HOME: home, LOG_LEVEL: 'silent' };
    const text = await captured(() => printStats(variables, { json: false, nowMs }));
    expect(text.exitCode).toBe(0);
    expect(text.stdout.trimEnd().split('\n')).toEqual([
      ...said,
      'Today: 1.25 of 50 dollars, 7 of 20000 vendor calls, 0 of 1500 model reads',
      'Today the model read 900 of 60000000 model input tokens, wrote 80 of 1500000 model output tokens and took 31 of 36000 seconds of investigating; all of it resets at 00:00 UTC',
    ]);
    const json = await captured(() => printStats(variables, { json: true, nowMs }));
    expect(JSON.parse(json.stdout)).toMatchObject({
      words: [
        { word: 'Confirmed', said: 2, right: 2 },
        { word: 'Likely', said: 12, right: 3 },
      ],
      services: [
        { service: 'payments', said: 12, right: 3 },
        { service: 'checkout', said: 2, right: 2 },
      ],
      lowered: [{ word: 'Likely', kind: 'bad-deploy', to: 'Possible', said: 12, right: 3 }],
      today: { spent: { dollars: 1.25, vendorCalls: 7, seconds: 31 }, bounds: { dollars: 50 } },
    });
  } finally {
    rmSync(home, { recursive: true, force: true, maxRetries: 3 });
  }
}, 60_000);
