/** One look at payments over tools whose answers the engine ranks: a deploy before failures that a monitor reports. */
import { expect } from 'vitest';
import type { Card } from '../../src/core/card.ts';
import { inboundWorkflow } from '../../src/flow/handle-inbound.ts';
import { incidentWorkflow } from '../../src/flow/incident.ts';
import type { Investigator } from '../../src/flow/investigator.ts';
import type { ConnectedTool } from '../../src/flow/world.ts';
import type { Point, Signals } from '../../src/rootcause/telemetry.ts';
import { type FlowWorld, sayMention } from './flow-world.ts';
import { tellingTool } from './telling-tool.ts';

const minuteMs = 60_000;
/** A sample a minute; `failing` says which of them, counted back from now. */
type Shape = { readonly usual: number; readonly failing: number; readonly isFailing: (minutesAgo: number) => boolean };

const series = (flow: FlowWorld, { usual, failing, isFailing }: Shape): readonly Point[] =>
  Array.from({ length: 120 }, (_, index) => {
    const ago = 119 - index;
    const value = isFailing(ago) ? failing : usual * (1 + (index % 3) / 50);
    return [flow.clock.nowMs() - ago * minuteMs, value] as const;
  });

const reading = (flow: FlowWorld, name: string, signals: Signals): ConnectedTool =>
  tellingTool({
    name,
    readsMonitors: name === 'monitors',
    result: { services: [{ service: 'payments', errorRatio: 0.01 }] },
    provenance: 'B',
    query: name,
    window: { fromMs: flow.clock.nowMs() - 120 * minuteMs, toMs: flow.clock.nowMs() },
    signals,
  });

/** `isFailing` says of which minutes, counted back from now. The status cards are told in their order. */
export async function lookAtPayments(
  flow: FlowWorld,
  isFailing: (minutesAgo: number) => boolean,
  investigator: Investigator | null,
) {
  const nowMs = flow.clock.nowMs();
  const alerting = {
    service: 'payments',
    metric: 'error_ratio',
    comparator: '>' as const,
    threshold: 0.05,
    triggeredAtMs: nowMs - 30 * minuteMs,
    monitor: '11',
    title: 'payments fails',
    query: 'errors',
    state: 'alert' as const,
  };
  const merged = {
    id: 'acme/payments#7',
    kind: 'deploy' as const,
    service: 'payments',
    atMs: nowMs - 41 * minuteMs,
    title: 'payments: read carts by id',
    repository: 'acme/payments',
    sha: '3f9ac2b1d2',
    pullNumber: 7,
    paths: ['payments/cart.ts'],
    diff: '-read(name)\n+read(id)',
  };
  const errors = {
    service: 'payments',
    metric: 'error_ratio',
    points: series(flow, { usual: 0.01, failing: 0.4, isFailing }),
  };
  const slow = {
    service: 'payments',
    metric: 'latency_p95_ms',
    points: series(flow, { usual: 100, failing: 2_000, isFailing: (ago) => ago >= 20 && ago < 40 }),
  };
  const panic = {
    service: 'payments',
    template: 'TypeError: cannot read <*> at cart.ts read(id)',
    level: 'error' as const,
    count: 500,
    baselineCount: 0,
    firstSeenMs: nowMs - 40 * minuteMs,
    sample: 'TypeError: cannot read 7 at cart.ts read(id)',
  };
  const tools = [
    reading(flow, 'monitors', { monitors: [alerting] }),
    reading(flow, 'metrics', { series: [errors, slow] }),
    reading(flow, 'merges', { changes: [merged] }),
    reading(flow, 'logs', { logs: [panic] }),
  ];
  const statuses: Card[] = [];
  const watched = flow.world.platform('web');
  const platform = () => ({
    ...watched,
    update: (...shown: Parameters<typeof watched.update>) => {
      if (shown[1].kind === 'status') statuses.push(shown[1]);
      return watched.update(...shown);
    },
  });
  const world = { ...flow.world, tools, investigator, platform };
  flow.engine.register('inbound', inboundWorkflow(world));
  flow.engine.register('incident', incidentWorkflow(world));
  await flow.engine.launch();
  await sayMention(flow, 'why does payments fail?');
  const { store } = world;
  const here = async () => (await store.incidents(100)).find(({ place }) => place.channel === flow.channel);
  const over = async () => {
    const incident = await here();
    return (
      incident?.phase === 'closed' ||
      (await store.tape(incident?.id ?? 'INC-0')).some(({ key }) => /no-plan/u.test(key))
    );
  };
  await expect.poll(over, { timeout: 5_000 }).toBe(true);
  const incident = await here();
  if (!incident) throw new Error('no incident was opened');
  return {
    phase: incident.phase,
    statuses,
    hypotheses: await store.hypotheses(incident.id),
    verdict: (await store.auditRows({ incident: incident.id, kind: 'verdict' })).at(-1)?.body,
    said: JSON.stringify((await flow.said()).flatMap(({ card }) => card ?? [])),
  };
}
