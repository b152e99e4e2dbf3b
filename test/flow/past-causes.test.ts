/** Graded, closed incidents of a service decide between causes that score alike, and nothing else. Over the real store. */
import { beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import { compileHypotheses } from '../../src/core/compile-hypotheses.ts';
import type { Incident, Symptom } from '../../src/core/incident.ts';
import { taint } from '../../src/core/tainted.ts';
import { startLook } from '../../src/flow/first-look.ts';
import type { ConnectedTool } from '../../src/flow/world.ts';
import type { Point, Series, Signals } from '../../src/rootcause/telemetry.ts';
import { defineTool, type Finding } from '../../src/tool.ts';
import { oneDatabase } from '../store/one-database.ts';
import { createFlowWorld, type FlowWorld, openIncident } from '../support/flow-world.ts';

const minute = 60_000;
const database = oneDatabase();
let flow: FlowWorld;
let service: string;
let services = 0;

beforeEach(async () => {
  flow = await createFlowWorld(database());
  services += 1;
  service = `front-${services}`;
});

const symptomNow = (): Symptom => ({
  service,
  title: taint('errors'),
  monitor: 'm1',
  metric: 'error_ratio',
  query: 'q',
  comparator: '>',
  threshold: 0.05,
  triggeredAtMs: flow.clock.nowMs() - 5 * minute,
});

/** Two services below the alerting one fail in the same way at the same time. */
function signalsNow(): Signals {
  const nowMs = flow.clock.nowMs();
  const points = Array.from({ length: 60 }, (_, at): Point => {
    const value = at < 50 ? 0.004 : 0.4;
    return [nowMs - (60 - at) * minute, value + 0.0003 * (at % 3)];
  });
  const series = [service, 'alpha', 'omega'].map((id): Series => ({ service: id, metric: 'error_ratio', points }));
  return {
    series,
    edges: [
      { from: service, to: 'alpha' },
      { from: service, to: 'omega' },
    ],
  };
}

function probing(): ConnectedTool {
  const finding = (): Finding => ({
    kind: 'found',
    result: {},
    provenance: 'B',
    query: 'q',
    window: { fromMs: 1, toMs: 2 },
    link: 'https://vendor.test/',
    headline: ['read'],
    chart: null,
    view: taint('read'),
    signals: signalsNow(),
    truncated: false,
  });
  const tool = defineTool({
    name: 'metrics',
    source: 'metrics',
    description: 'a tool of this test',
    environment: z.object({}),
    input: z.object({}),
    probes: () => [{}],
    connect: () => async () => finding(),
  });
  return { tool, call: async () => finding() };
}

async function look() {
  const opened = await openIncident(flow.world, flow.channel);
  const incident: Incident = { ...opened, symptom: symptomNow() };
  const looking = await startLook(
    { ...flow.world, tools: [probing()] },
    {
      step: (_, run) => run(),
      waitFor: () => Promise.resolve(null),
      pauseUntil: () => Promise.resolve(),
    },
    {
      incident,
      round: { key: null, atMs: flow.clock.nowMs(), question: null },
      monitors: { reads: [], most: async () => [], all: async () => [] },
    },
  );
  return looking.all();
}

async function earlier(phase: Incident['phase'], body: { readonly [name: string]: string }): Promise<void> {
  const { store } = flow.world;
  const { id } = await openIncident(flow.world, flow.channel);
  await store.setSymptom(null, id, symptomNow(), null);
  await store.setPhase(null, id, phase);
  await store.audit(null, { kind: 'verdict.grade', incident: id, actor: 'lee', atMs: flow.clock.nowMs(), body });
}

const leadOf = async () => (await look()).ranking.causes[0]?.entity;

it('the cause that an earlier incident turned out to have leads one that scores alike', async () => {
  expect(await leadOf()).toBe('alpha');

  await earlier('closed', { grade: 'right', kind: 'infrastructure', entity: 'omega' });

  expect(await leadOf()).toBe('omega');
});

it('nothing becomes Likely by it', async () => {
  await earlier('closed', { grade: 'right', kind: 'infrastructure', entity: 'omega' });
  const { ranking, telemetry } = await look();
  const evidence = [{ id: 'E1', source: 'metrics', provenance: 'B' }] as const;

  const [lead] = compileHypotheses(ranking, { evidence, changes: telemetry.changes });

  expect(lead?.entity).toBe('omega');
  expect(['Possible', 'Inconclusive']).toContain(lead?.word);
});

it.each([
  ['is still open', 'settled', { grade: 'right', kind: 'infrastructure', entity: 'omega' }],
  [
    'was graded wrong and nobody said what it was',
    'closed',
    { grade: 'wrong', kind: 'infrastructure', entity: 'omega' },
  ],
] as const)('an incident that %s is no memory', async (_, phase, body) => {
  await earlier(phase, body);

  expect(await leadOf()).toBe('alpha');
});
