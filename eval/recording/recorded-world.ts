/** A recording as a world that the lab's vendors can serve. Nothing people do changes it. */
import type { InitialFile, PullHistory } from '../../src/lab/changes.ts';
import { monitorValue, violates } from '../../src/lab/monitors.ts';
import type { Intervention, ShopEvent, ShopService, World } from '../../src/lab/world.ts';
import type { CallRow, ChangeRow, Recording, Scenario } from './format.ts';
import { recordedLogs } from './recorded-logs.ts';
import { type Lookup, lookupOf } from './recorded-values.ts';

const minuteMs = 60_000;

export type RecordedWorld = {
  readonly world: World;
  readonly history: readonly PullHistory[];
  readonly repositories: readonly string[];
  readonly initialFiles: (repository: string) => readonly InitialFile[];
  /** When people ask. */
  readonly startAtMs: number;
};

const serviceOf = ({ logs, ...service }: Scenario['services'][number]): ShopService => ({
  ...service,
  logsInCloudWatch: logs === 'cloudwatch',
});

/** @throws where the alert names a monitor that the scenario does not have. */
export function recordedWorld(recording: Recording): RecordedWorld {
  const { scenario } = recording;
  const zeroMs = Date.parse(scenario.zero);
  const at = (minutes: number): number => Math.round(zeroMs + minutes * minuteMs);
  return {
    world: worldOf(recording, { zeroMs, at }),
    history: recording.changes.map((change) => pullOf(change, at)),
    repositories: repositoriesOf(recording),
    initialFiles: (repository) => initialFilesOf(recording, repository),
    startAtMs: at(scenario.askedAt),
  };
}

type Time = { readonly zeroMs: number; readonly at: (minutes: number) => number };

function worldOf(recording: Recording, { zeroMs, at }: Time): World {
  const { scenario } = recording;
  const monitor = scenario.monitors.find(({ id }) => id === scenario.alert.monitor);
  if (monitor === undefined) throw new Error(`scenario.json: no monitor has the id ${scenario.alert.monitor}.`);
  const metric = metricOf(recording, zeroMs);
  const interventions: Intervention[] = [];
  return {
    system: scenario.system,
    services: scenario.services.map(serviceOf),
    monitors: scenario.monitors,
    alert: { monitor, triggeredAtMs: at(scenario.alert.triggeredAt) },
    metric,
    logs: recordedLogs({ scenario, zeroMs }, recording.logs),
    edge: edgeOf(recording.calls, zeroMs),
    events: eventsOf(recording, at),
    monitorState: (asked, atMs) => {
      const value = monitorValue((when) => metric(asked.service, asked.metric, when), atMs);
      if (value === null) return 'no-data';
      return violates(asked, value) ? 'alert' : 'ok';
    },
    intervene: (intervention) => void interventions.push(intervention),
    interventions: () => interventions,
  };
}

function metricOf({ metrics }: Recording, zeroMs: number): World['metric'] {
  const lookup = lookupOf(
    metrics.map(({ service, metric, from, every, values }) => ({
      name: `${service} ${metric}`,
      piece: { from, every, count: values.length, at: (index: number) => values[index] ?? null },
    })),
  );
  return (service, metric, atMs) => lookup(`${service} ${metric}`, Math.floor((atMs - zeroMs) / minuteMs));
}

type Calls = { readonly rate: number; readonly errorRatio: number; readonly p95Ms: number };

const callsAt =
  ({ rate, errorRatio, p95Ms }: CallRow) =>
  (index: number): Calls | null => {
    const [calls, failing, slow] = [rate[index], errorRatio[index], p95Ms[index]];
    if (calls == null || failing == null || slow == null) return null;
    return { rate: calls, errorRatio: failing, p95Ms: slow };
  };

function edgeOf(calls: readonly CallRow[], zeroMs: number): World['edge'] {
  const lookup: Lookup<Calls> = lookupOf(
    calls.map((row) => ({
      name: `${row.from} ${row.to}`,
      piece: { from: row.start, every: row.every, count: row.rate.length, at: callsAt(row) },
    })),
  );
  return (from, to, { fromMs, toMs }) => {
    let [count, errors, weighted] = [0, 0, 0];
    for (let minute = Math.floor((fromMs - zeroMs) / minuteMs); zeroMs + minute * minuteMs < toMs; minute += 1) {
      const vitals = lookup(`${from} ${to}`, minute);
      if (vitals === null) continue;
      const startMs = zeroMs + minute * minuteMs;
      const part = Math.min(toMs, startMs + minuteMs) - Math.max(fromMs, startMs);
      const own = (vitals.rate * part) / 1_000;
      count += own;
      errors += own * vitals.errorRatio;
      weighted += own * vitals.p95Ms;
    }
    return { calls: Math.round(count), errors: Math.round(errors), p95Ms: count > 0 ? weighted / count : 0 };
  };
}

function eventsOf({ events }: Recording, at: Time['at']): World['events'] {
  const all = events
    .map(({ at: minutes, ...event }): ShopEvent => ({ ...event, atMs: at(minutes) }))
    .toSorted((one, other) => one.atMs - other.atMs);
  return (fromMs, toMs) => all.filter(({ atMs }) => atMs >= fromMs && atMs < toMs);
}

const pullOf = ({ opened, merged, deploys, ...change }: ChangeRow, at: Time['at']): PullHistory => ({
  ...change,
  createdAtMs: at(opened),
  mergedAtMs: at(merged),
  deploys: deploys.map(({ service, started, live }) => ({ service, startedAtMs: at(started), liveAtMs: at(live) })),
  // Which change is to blame is not in the recording.
  faulty: false,
});

const repositoriesOf = ({ scenario, changes, files }: Recording): readonly string[] =>
  [
    ...new Set([
      ...scenario.services.flatMap(({ repository }) => repository ?? []),
      ...[...changes, ...files].map(({ repository }) => repository),
    ]),
  ].toSorted();

/** What each path held before the first change that touches it, and the files no change touches. */
function initialFilesOf({ changes, files }: Recording, repository: string): readonly InitialFile[] {
  const found = new Map(
    files.filter((file) => file.repository === repository).map(({ path, content }) => [path, content]),
  );
  const seen = new Set<string>();
  const inOrder = changes
    .filter((change) => change.repository === repository)
    .toSorted((one, other) => one.merged - other.merged);
  for (const { path, before } of inOrder.flatMap((change) => change.files)) {
    if (!seen.has(path) && before !== null) found.set(path, before);
    seen.add(path);
  }
  return [...found].map(([path, content]) => ({ path, content }));
}
