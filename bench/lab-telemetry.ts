/** What the tools would read of a lab world at first look, built in process: same windows, no HTTP. */

import type { BuiltWorld } from '../src/lab/build-world.ts';
import type { FileChange, PullHistory } from '../src/lab/changes.ts';
import type { ShopEvent, ShopService, World, WorldMetric } from '../src/lab/world.ts';
import { mineTemplates, type TimeWindow } from '../src/rootcause/logs/log-templates.ts';
import {
  type ChangeEvent,
  type EdgeStat,
  knownMetrics,
  type LogTemplate,
  type Series,
  type Telemetry,
} from '../src/rootcause/telemetry.ts';
import { labInstances } from './lab-instances.ts';
import { unifiedDiff } from './unified-diff.ts';

const minute = 60_000;
const hour = 60 * minute;

type LookSettings = { readonly baselineMs: number; readonly leadMs: number; readonly lookbackMs: number };

/** As the flow and the tools have them: an hour of metrics, twenty minutes of logs, a day of changes. */
const firstLook: LookSettings = { baselineMs: hour, leadMs: 20 * minute, lookbackMs: 24 * hour };

export function labTelemetry({ world, history }: BuiltWorld, atMs: number, settings = firstLook): Telemetry {
  const { monitor, triggeredAtMs } = world.alert;
  const window = { fromMs: Math.min(triggeredAtMs, atMs) - settings.baselineMs, toMs: atMs };
  const suspect = { fromMs: Math.max(window.fromMs, triggeredAtMs - settings.leadMs), toMs: atMs };
  const scope = inScope(world.services, monitor.service);
  const { service, metric, comparator, threshold } = monitor;
  return {
    alert: { service, metric, comparator, threshold, triggeredAtMs },
    window,
    services: world.services.map(({ id, external }) => ({ id, external })),
    edges: world.services.flatMap(({ id, dependsOn }) => dependsOn.map((to) => ({ from: id, to }))),
    series: scope.flatMap((one) => seriesOf(world, one, window)),
    logs: scope.flatMap((one) => logsOf(world, one, suspect)),
    edgeStats: scope.flatMap((one) => one.dependsOn.map((to) => edgeOf(world, { from: one.id, to }, suspect))),
    changes: changesOf({ world, history }, { fromMs: atMs - settings.lookbackMs, toMs: atMs }),
    instances: labInstances({ world, history }, { scope, atMs }),
  };
}

function inScope(services: readonly ShopService[], id: string): readonly ShopService[] {
  const start = services.filter((service) => service.id === id);
  const callees = (from: readonly ShopService[]): readonly ShopService[] =>
    services.filter((service) => from.some((one) => one.dependsOn.includes(service.id)));
  const first = callees(start);
  const callers = services.filter((service) => service.dependsOn.includes(id));
  return [...new Set([...start, ...first, ...callers, ...callees(first)])];
}

function seriesOf(world: World, { id }: ShopService, window: TimeWindow): readonly Series[] {
  return knownMetrics.flatMap((metric: WorldMetric) => {
    const points: [number, number][] = [];
    const first = Math.ceil(window.fromMs / minute) * minute;
    for (let atMs = first; atMs + minute <= window.toMs; atMs += minute) {
      const value = world.metric(id, metric, atMs);
      if (value !== null) points.push([atMs, value]);
    }
    return points.length === 0 ? [] : [{ service: id, metric, points }];
  });
}

const before = ({ fromMs, toMs }: TimeWindow): TimeWindow => ({ fromMs: fromMs - (toMs - fromMs), toMs: fromMs });

function logsOf(world: World, { id }: ShopService, window: TimeWindow): readonly LogTemplate[] {
  const baseline = before(window);
  const lines = world.logs(id, baseline.fromMs, window.toMs);
  return mineTemplates(lines, window, baseline).map((template) => ({ ...template, service: id }));
}

function edgeOf(world: World, { from, to }: { from: string; to: string }, window: TimeWindow): EdgeStat {
  const now = world.edge(from, to, window);
  const then = world.edge(from, to, before(window));
  const ratio = ({ calls, errors }: { calls: number; errors: number }): number => (calls === 0 ? 0 : errors / calls);
  return {
    from,
    to,
    latencyMs: now.p95Ms,
    baselineLatencyMs: then.p95Ms,
    errorRatio: ratio(now),
    baselineErrorRatio: ratio(then),
  };
}

function changesOf(
  { world, history }: Pick<BuiltWorld, 'world' | 'history'>,
  window: TimeWindow,
): readonly ChangeEvent[] {
  const pulls = history.flatMap((pull) => changesOfPull(pull, world.services));
  const events = world.events(window.fromMs, window.toMs).map(changeOfEvent);
  return [...pulls, ...events].filter(({ atMs }) => atMs >= window.fromMs && atMs < window.toMs);
}

function changesOfPull(pull: PullHistory, services: readonly ShopService[]): readonly ChangeEvent[] {
  const sha = `${pull.repository}-${pull.number}`;
  const shared = { repository: pull.repository, sha };
  const change: ChangeEvent = {
    ...shared,
    id: `${pull.repository}#${pull.number}`,
    kind: 'pull-request',
    service: ownerOf(pull, services),
    atMs: pull.mergedAtMs,
    title: pull.title,
    pullNumber: pull.number,
    paths: pull.files.map((file) => file.path),
    diff: pull.files.map((file: FileChange) => unifiedDiff(file)).join('\n'),
  };
  const deploys = pull.deploys.map(
    ({ service, startedAtMs }): ChangeEvent => ({
      ...shared,
      id: `deploy:${sha}:${service}`,
      kind: 'deploy',
      service,
      atMs: startedAtMs,
      title: `Deploy ${service}`,
      pullNumber: null,
      paths: [],
      diff: '',
    }),
  );
  return [change, ...deploys];
}

function ownerOf(pull: PullHistory, services: readonly ShopService[]): string | null {
  const owners = pull.files.map(
    ({ path }) =>
      services.find((one) => one.repository === pull.repository && one.paths.some((prefix) => path.startsWith(prefix)))
        ?.id ?? services.find((one) => path.split(/[/.]/u).includes(one.id))?.id,
  );
  return owners.find((owner) => owner !== undefined) ?? null;
}

const kinds = {
  feature_flag: 'flag',
  configuration: 'config',
  infrastructure: 'config',
  scaling: 'scaling',
  certificate: 'certificate',
} as const;

const changeOfEvent = (event: ShopEvent): ChangeEvent => ({
  id: `event:${event.id}`,
  kind: kinds[event.changeType],
  service: event.service,
  atMs: event.atMs,
  title: event.title,
  repository: null,
  sha: null,
  pullNumber: null,
  paths: [],
  diff: '',
});
