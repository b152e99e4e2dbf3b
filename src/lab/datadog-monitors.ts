import type { DatadogLab } from './datadog-metrics.ts';
import { datadogErrors } from './datadog-metrics.ts';
import { inDatadogUnit, monitorQuery } from './datadog-vocabulary.ts';
import { minuteMs } from './minute-buckets.ts';
import { systemNameOf } from './system-name.ts';
import { jsonAnswer, type VendorAnswer, type VendorRequest } from './vendor-http.ts';
import type { ShopMonitor, World } from './world.ts';

const states = { alert: 'Alert', ok: 'OK', 'no-data': 'No Data' } as const;
const dayMs = 86_400_000;
/** How far back a running alert's start is looked for. */
const maxAlertMinutes = 6 * 60;

/** Tags a monitor carries. */
export const monitorTags = (monitor: ShopMonitor): readonly string[] => ['env:prod', `service:${monitor.service}`];

type Transitions = { readonly triggeredAtMs: number | null; readonly resolvedAtMs: number | null };

/** The first minute in `[fromMs, toMs)` where the monitor is (`wanted`) or is no longer in alert. */
function firstMinute(
  world: World,
  monitor: ShopMonitor,
  search: { fromMs: number; toMs: number; wanted: boolean },
): number | null {
  for (let atMs = search.fromMs; atMs < search.toMs; atMs += minuteMs) {
    if ((world.monitorState(monitor, atMs) === 'alert') === search.wanted) return atMs;
  }
  return null;
}

function alertStart(world: World, monitor: ShopMonitor, nowMs: number): number {
  let startMs = nowMs;
  for (let minutes = 1; minutes <= maxAlertMinutes; minutes += 1) {
    const atMs = nowMs - minutes * minuteMs;
    if (world.monitorState(monitor, atMs) !== 'alert') break;
    startMs = atMs;
  }
  return startMs;
}

/** When a monitor last began to alert and, if it did, when it stopped. */
export function transitionsOf(world: World, monitor: ShopMonitor, nowMs: number): Transitions {
  const state = world.monitorState(monitor, nowMs);
  const alerted = world.alert.monitor.id === monitor.id && world.alert.triggeredAtMs <= nowMs;
  if (alerted) {
    const { triggeredAtMs } = world.alert;
    const search = { fromMs: triggeredAtMs + minuteMs, toMs: nowMs, wanted: false };
    return { triggeredAtMs, resolvedAtMs: state === 'alert' ? null : (firstMinute(world, monitor, search) ?? nowMs) };
  }
  return { triggeredAtMs: state === 'alert' ? alertStart(world, monitor, nowMs) : null, resolvedAtMs: null };
}

const seconds = (atMs: number | null): number | null => (atMs === null ? null : Math.floor(atMs / 1_000));
const isoTime = (atMs: number): string => new Date(atMs).toISOString().replace('Z', '+00:00');

/** Monitor timestamps lie well before the incident: nobody edited them for it. */
const createdAtMs = (world: World, monitor: ShopMonitor): number =>
  Math.floor(world.alert.triggeredAtMs / dayMs) * dayMs - (90 + (monitor.id % 30)) * dayMs;

function groupState(world: World, monitor: ShopMonitor, nowMs: number): object {
  const { triggeredAtMs, resolvedAtMs } = transitionsOf(world, monitor, nowMs);
  return {
    name: '*',
    status: states[world.monitorState(monitor, nowMs)],
    last_triggered_ts: seconds(triggeredAtMs),
    last_notified_ts: seconds(resolvedAtMs ?? triggeredAtMs),
    last_resolved_ts: seconds(resolvedAtMs),
    last_nodata_ts: null,
  };
}

function creatorOf(world: World): object {
  const system = systemNameOf(world);
  const address = `${system}@example.com`;
  return { name: `${system.charAt(0).toUpperCase()}${system.slice(1)} team`, handle: address, email: address, id: 1 };
}

function monitorRecord(lab: DatadogLab, monitor: ShopMonitor, withGroups: boolean): object {
  const nowMs = lab.nowMs();
  const { triggeredAtMs, resolvedAtMs } = transitionsOf(lab.world, monitor, nowMs);
  const changedAtMs = resolvedAtMs ?? triggeredAtMs;
  const atMs = createdAtMs(lab.world, monitor);
  return {
    id: monitor.id,
    org_id: 1,
    type: 'query alert',
    name: monitor.name,
    message: `{{#is_alert}}${monitor.name}{{/is_alert}} @slack-incidents`,
    tags: monitorTags(monitor),
    query: monitorQuery(monitor),
    options: {
      notify_audit: false,
      locked: false,
      include_tags: true,
      thresholds: { critical: inDatadogUnit(monitor.metric, monitor.threshold) },
      new_host_delay: 300,
      require_full_window: false,
      notify_no_data: false,
      silenced: {},
    },
    multi: false,
    created_at: atMs,
    created: isoTime(atMs),
    modified: isoTime(atMs),
    deleted: null,
    restricted_roles: null,
    priority: null,
    overall_state_modified: changedAtMs === null ? null : isoTime(changedAtMs),
    overall_state: states[lab.world.monitorState(monitor, nowMs)],
    creator: creatorOf(lab.world),
    matching_downtimes: [],
    ...(withGroups ? { state: { groups: { '*': groupState(lab.world, monitor, nowMs) } } } : {}),
  };
}

/** The tags of a comma-separated parameter. */
const tagList = (value: string | null): readonly string[] => (value ?? '').split(',').filter((tag) => tag !== '');

function wholeNumber(value: string | null, otherwise: number): number | null {
  if (value === null) return otherwise;
  return /^\d{1,9}$/.test(value) ? Number(value) : null;
}

/** `GET /api/v1/monitor`: by `name`, `tags` (scope) and `monitor_tags`; all at once unless `page` is given. */
export function listMonitors(lab: DatadogLab, request: VendorRequest): VendorAnswer {
  const { query } = request;
  const page = wholeNumber(query.get('page'), 0);
  const pageSize = wholeNumber(query.get('page_size'), 100);
  if (page === null || pageSize === null || pageSize > 1_000) return datadogErrors(400, 'Invalid page or page_size');
  const wanted = [...tagList(query.get('tags')), ...tagList(query.get('monitor_tags'))];
  const found = lab.world.monitors
    .filter((monitor) => wanted.every((tag) => monitorTags(monitor).includes(tag)))
    .filter((monitor) => monitor.name.toLowerCase().includes((query.get('name') ?? '').toLowerCase()))
    .toSorted((left, right) => left.id - right.id);
  const paged = query.has('page') || query.has('page_size');
  const shown = paged ? found.slice(page * pageSize, (page + 1) * pageSize) : found;
  return jsonAnswer(
    200,
    shown.map((monitor) => monitorRecord(lab, monitor, query.has('group_states'))),
  );
}

/** `GET /api/v1/monitor/{id}`. */
export function getMonitor(lab: DatadogLab, id: string, request: VendorRequest): VendorAnswer {
  const wanted = wholeNumber(id, 0);
  if (wanted === null) return datadogErrors(400, 'Invalid monitor id');
  const monitor = lab.world.monitors.find((candidate) => candidate.id === wanted);
  if (monitor === undefined) return datadogErrors(404, 'Monitor not found');
  return jsonAnswer(200, monitorRecord(lab, monitor, request.query.has('group_states')));
}
