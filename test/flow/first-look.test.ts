/** The first card waits for nobody who hangs, and what comes late still counts. Over the real store. */
import { beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import { taint } from '../../src/core/tainted.ts';
import { inboundWorkflow } from '../../src/flow/handle-inbound.ts';
import { incidentWorkflow } from '../../src/flow/incident.ts';
import { remediationWorkflow } from '../../src/flow/remediate.ts';
import type { ConnectedTool } from '../../src/flow/world.ts';
import { defineTool, type Finding } from '../../src/tool.ts';
import { countCost } from '../../src/tool-cost.ts';
import { oneDatabase } from '../store/one-database.ts';
import { createFlowWorld, type FlowWorld, sayMention } from '../support/flow-world.ts';

const database = oneDatabase();
let flow: FlowWorld;
let release: () => void;
let tools: readonly ConnectedTool[];

beforeEach(async () => {
  flow = await createFlowWorld(database());
  const late = Promise.withResolvers<void>();
  release = late.resolve;
  tools = [probing('metrics'), probing('logs'), probing('changes'), probing('traces', late.promise)];
  const world = { ...flow.world, tools };
  flow.engine.register('inbound', inboundWorkflow(world));
  flow.engine.register('incident', incidentWorkflow(world));
  flow.engine.register('remediation', remediationWorkflow(world));
  await flow.engine.launch();
  return () => flow.engine.shutdown();
});

/** A tool with one probe; it answers when `until` is over. */
function probing(name: string, until: Promise<void> = Promise.resolve()): ConnectedTool {
  const tool = defineTool({
    name,
    source: name,
    description: 'a tool of this test',
    environment: z.object({}),
    input: z.object({}),
    probes: () => [{}],
    connect: () => async () => finding(name),
  });
  const call = async (): Promise<Finding> => {
    countCost({ requests: 2, charactersRead: 10 });
    await until;
    return finding(name);
  };
  return { tool, call };
}

const finding = (name: string): Finding => ({
  kind: 'found',
  result: { name },
  provenance: 'B',
  query: name,
  window: { fromMs: 1, toMs: 2 },
  link: 'https://vendor.test/',
  headline: [name],
  chart: null,
  view: taint(name),
  signals: {},
  truncated: false,
});

const incidentHere = async () => {
  const here = (await flow.world.store.incidents(100)).find(({ place }) => place.channel === flow.channel);
  if (!here) throw new Error('no incident was opened');
  return here.id;
};
const sources = async () => {
  const status = (await flow.said()).find(({ card }) => card?.kind === 'status');
  return Object.fromEntries((status?.card?.tasks?.items ?? []).map(({ id, state }) => [id, state]));
};
const audited = async (kind: string) => {
  const rows = await flow.world.store.auditRows({ incident: await incidentHere() });
  return rows.filter((row) => row.kind === kind).map(({ body }) => body);
};
const firstCards = async () =>
  (await audited('message.posted')).filter(({ key }) => typeof key === 'string' && key.startsWith('first-card:'))
    .length;

it('posts the first card while one source hangs, and says that it has no answer yet', async () => {
  await sayMention(flow, 'why is checkout slow?');
  await expect.poll(firstCards, { timeout: 5_000 }).toBe(1);

  expect(await sources()).toEqual({
    metrics: 'complete',
    logs: 'complete',
    changes: 'complete',
    traces: 'in_progress',
  });
  release();
});

it('counts what the late source brings, and posts no second card for it', async () => {
  await sayMention(flow, 'why is checkout slow?');
  await expect.poll(firstCards, { timeout: 5_000 }).toBe(1);

  flow.clock.advance(1_000);
  release();
  await expect.poll(sources, { timeout: 5_000 }).toMatchObject({ traces: 'complete' });

  const evidence = await flow.world.store.evidence(await incidentHere());
  expect(evidence.map(({ tool }) => tool).toSorted()).toEqual(['changes', 'logs', 'metrics', 'traces']);
  expect(await firstCards()).toBe(1);
  const statuses = (await flow.said()).filter(({ card }) => card?.kind === 'status');
  expect(new Set(statuses.map(({ id }) => id)).size).toBe(1);
});

it('keeps the cost of every call apart, although all run at once', async () => {
  release();
  await sayMention(flow, 'why is checkout slow?');
  await expect.poll(async () => (await audited('tool.result')).length, { timeout: 5_000 }).toBe(4);

  const costs = (await audited('tool.result')).map(({ requests, charactersRead }) => ({ requests, charactersRead }));
  expect(costs).toEqual(Array.from({ length: 4 }, () => ({ requests: 2, charactersRead: 10 })));
});
