/** From a recipe to the files of its folder. Without dice of its own: the same recipe always gives the same bytes. */
import { drawInteger, hexadecimal, keyOf } from '../../src/lab/dice.ts';
import type { ChangeRow, EventRow, MetricRow, Recording, Scenario } from '../recording/format.ts';
import type { Truth } from '../recording/truth.ts';
import { type Simulation, simulation } from './simulate.ts';
import type { EventSketch, Recipe } from './sketch.ts';
import { changeRows } from './write-changes.ts';
import { logRows } from './write-logs.ts';
import { callRows, metricRows } from './write-series.ts';

export type Composed = { readonly recording: Recording; readonly truth: Truth };

export function composeRecording(recipe: Recipe): Composed {
  const simulate = simulation(recipe);
  const quiet = simulation({ ...recipe, effects: [] });
  const metrics = metricRows(recipe, simulate);
  const { changes, files } = changeRows(recipe);
  const events = (recipe.events ?? [])
    .map((event) => eventRow(recipe, event))
    .toSorted((one, other) => one.at - other.at);
  const scenario = scenarioOf(recipe, { metrics, quiet });
  return {
    recording: {
      scenario,
      metrics,
      calls: callRows(recipe, simulate),
      logs: logRows(recipe, simulate),
      changes,
      files,
      events,
    },
    truth: truthOf(recipe, { changes, events }),
  };
}

function eventRow({ folder }: Recipe, { flag, ...event }: EventSketch): EventRow {
  return {
    id: hexadecimal(keyOf('event', folder, event.title, event.at), 16),
    ...event,
    tags: ['env:prod', `service:${event.service}`, ...(flag === undefined ? [] : [`flag:${flag}`])],
  };
}

const metricTitles: { readonly [metric: string]: string } = {
  latency_p95_ms: 'p95 latency is high',
  error_ratio: 'error rate is high',
};

type Known = { readonly metrics: readonly MetricRow[]; readonly quiet: Simulation };

function scenarioOf(recipe: Recipe, known: Known): Scenario {
  const { system, alert, title, zero, asked, missing = [] } = recipe;
  const monitors = monitorsOf(recipe, known);
  const own = monitors.find(
    ({ service, metric, name }) => service === alert.service && metric === alert.metric && name === alert.name,
  );
  if (own === undefined) throw new Error(`${recipe.folder}: its monitor got lost`);
  const minute = alert.firesAt ?? firesAt(own, known.metrics);
  if (minute === null)
    throw new Error(`${recipe.folder}: ${own.name} (${own.comparator} ${own.threshold}) never fires`);
  const triggeredAt = Number((minute + drawInteger(keyOf(recipe.folder), 5, [4, 26]) / 60).toFixed(2));
  return {
    format: 1,
    title,
    system: system.name,
    zero,
    askedAt: Number((triggeredAt + (alert.askedAfter ?? 1)).toFixed(2)),
    asked: asked ?? '@causeway what is wrong here, and what changed?',
    alert: { monitor: own.id, triggeredAt, note: alert.note ?? null },
    monitors: [...monitors],
    services: system.services.map(({ id, title: name, tier, kind, logs, pods, calls = {} }) => ({
      id,
      title: name,
      tier,
      repository: kind === 'code' ? system.repository : null,
      paths: kind === 'code' ? [system.folderOf(id)] : [],
      dependsOn: Object.keys(calls),
      external: kind === 'external',
      owners: [`${system.owner}-oncall`],
      logs,
      pods,
    })),
    missing: [...missing],
  };
}

/** Latency and errors of every service, the one that fires, and what the recipe adds. */
function monitorsOf({ system, alert, monitors = [] }: Recipe, { quiet }: Known): Scenario['monitors'] {
  const usual = system.services
    .filter(({ kind }) => kind === 'code')
    .flatMap(({ id, title }) =>
      (['latency_p95_ms', 'error_ratio'] as const).map((metric) => ({
        service: id,
        metric,
        name: `${title}: ${metricTitles[metric]}`,
      })),
    );
  const asked = [alert, ...monitors].map(({ service, metric, name, comparator, threshold }) => ({
    service,
    metric,
    name,
    comparator,
    threshold,
  }));
  const others = usual.filter(
    (one) => !asked.some(({ service, metric }) => service === one.service && metric === one.metric),
  );
  const base = drawInteger(keyOf('monitors', system.name), 1, [20_000, 90_000]) * 10;
  return [...asked, ...others].map((monitor, index) => ({
    id: base + index * 7,
    name: monitor.name,
    service: monitor.service,
    metric: monitor.metric,
    comparator: ('comparator' in monitor ? monitor.comparator : undefined) ?? '>',
    threshold:
      ('threshold' in monitor ? monitor.threshold : undefined) ??
      usualThreshold(quiet, monitor.service, monitor.metric),
  }));
}

/** Well above the busiest quarter of an hour of the last day. */
function usualThreshold(quiet: Simulation, service: string, metric: string): number {
  const minutes = Array.from({ length: 110 }, (_, index) => 60 - index * 15);
  const vitals = minutes.flatMap((minute) => quiet(minute).services.get(service) ?? []);
  if (metric === 'latency_p95_ms') return Math.ceil((Math.max(...vitals.map(({ ms }) => ms)) * 1.6) / 10) * 10;
  if (metric === 'error_ratio') {
    const most = Math.max(...vitals.map(({ errors }) => errors));
    return Number(Math.max(0.02, Math.ceil(most * 2.2 * 100) / 100).toFixed(2));
  }
  throw new Error(`${service} ${metric}: give the monitor a threshold`);
}

const confirmMinutes = 3;

/** The minute in which the mean of five has crossed the threshold for the third time in a row. */
function firesAt(monitor: Scenario['monitors'][number], metrics: readonly MetricRow[]): number | null {
  const row = metrics.find(
    ({ service, metric, every }) => service === monitor.service && metric === monitor.metric && every === 1,
  );
  if (row === undefined) return null;
  let inRow = 0;
  for (let minute = -60; minute < 34; minute += 1) {
    const five = row.values.slice(minute - row.from - 5, minute - row.from).filter((value) => value !== null);
    const mean = five.reduce((total, value) => total + value, 0) / five.length;
    const crossed = monitor.comparator === '>' ? mean > monitor.threshold : mean < monitor.threshold;
    inRow = crossed ? inRow + 1 : 0;
    if (inRow === confirmMinutes) return minute;
  }
  return null;
}

function truthOf(
  { folder, truth }: Recipe,
  { changes, events }: { changes: readonly ChangeRow[]; events: readonly EventRow[] },
): Truth {
  const named = (title: string | null): string | null => {
    if (title === null) return null;
    const pull = changes.find((one) => one.title === title);
    const event = events.find((one) => one.title === title);
    if (pull === undefined && event === undefined) throw new Error(`${folder}: nothing is titled "${title}"`);
    return pull === undefined ? `event:${event?.id}` : `${pull.repository}#${pull.number}`;
  };
  const { kind, entity, change, alternates = [], onset, why, hardness } = truth;
  return {
    kind,
    entity,
    change: named(change),
    alternates: alternates.map((one) => ({ ...one, change: named(one.change) })),
    onset,
    why,
    hardness,
  };
}
