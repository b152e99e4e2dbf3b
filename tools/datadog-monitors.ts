import { z } from 'zod';
import type { Catalogue, Service } from '../src/core/catalogue.ts';
import type { Window } from '../src/core/evidence.ts';
import { type Tainted, taint } from '../src/core/tainted.ts';
import type { MonitorState } from '../src/rootcause/telemetry.ts';
import { defineTool, type Finding, type ToolContext } from '../src/tool.ts';
import { type Ask, type DatadogClient, datadogClient, datadogEnvironment } from './datadog/client.ts';
import { type History, readTransitions, type Transition } from './datadog/transitions.ts';
import { readMonitorQuery } from './datadog/vocabulary.ts';
import { orFailure } from './reading/failure.ts';
import { fitView } from './reading/fit-view.ts';
import { httpRefusal } from './reading/http-error.ts';
import { datadogTag, pickServices, servicesInput } from './reading/scope.ts';
import { round } from './reading/series-shape.ts';
import { isoTime, minuteMs, readWindow, sayWindow, shortTime, windowInput } from './reading/window.ts';

const input = z.object({
  services: servicesInput,
  monitor: z.int().positive().optional().describe('Datadog monitor id: only this monitor'),
  from: windowInput.from
    .optional()
    .describe('With to: also when each monitor changed its state from here, ISO with zone'),
  to: windowInput.to.optional().describe('With from: until here, ISO with zone; at most 7 days after from'),
});

// Groups are keyed by their tags.
const monitorAnswer = z.object({
  id: z.number(),
  name: z.string().default(''),
  query: z.string(),
  tags: z.array(z.string()).default([]),
  overall_state: z.string().optional(),
  state: z
    .object({
      groups: z.record(z.string(), z.object({ last_triggered_ts: z.number().nullish() })).optional(),
    })
    .optional(),
});
type MonitorAnswer = z.output<typeof monitorAnswer>;

export const tool = defineTool({
  name: 'datadog_monitors',
  readsMonitors: true,
  source: 'datadog',
  description:
    'The monitors of some services in Datadog: what each watches, its threshold in our units, its state now and when it ' +
    'last triggered; with a window, every change of state in it.',
  environment: datadogEnvironment,
  input,
  probes: ({ scope }) => (scope.length === 0 ? [] : [{ services: scope.slice(0, 20).map((service) => service.id) }]),
  connect(environment) {
    const client = datadogClient(environment);
    return async (asked, context) => {
      const picked = pickServices(asked.services, context.catalogue);
      if (!picked.ok) return picked.failure;
      const attempt = {
        vendor: 'Datadog',
        asked: asked.monitor === undefined ? `monitors of ${asked.services.join(', ')}` : `monitor ${asked.monitor}`,
        nowMs: context.nowMs,
        blocks: 'what alerts now and at which threshold',
        grant: asked.from === undefined ? 'the scope monitors_read' : 'the scopes monitors_read and events_read',
      };
      return orFailure({ attempt, signal: context.signal, refusal: httpRefusal }, async () => {
        const ask = client.asking(context.signal);
        const read =
          asked.monitor === undefined
            ? await listMonitors(ask, picked.value)
            : { monitors: [await getMonitor(ask, asked.monitor)], truncated: false };
        const history = await readHistory(ask, read.monitors, windowOf(asked, context.nowMs));
        return monitorFinding(client, { ...read, history, services: picked.value }, context);
      });
    };
  },
});

/** Null unless both ends are given. */
const windowOf = ({ from, to }: z.output<typeof input>, nowMs: number): Window | null =>
  from === undefined || to === undefined ? null : readWindow({ from, to }, nowMs);

async function readHistory(ask: Ask, monitors: readonly MonitorAnswer[], window: Window | null) {
  if (window === null || monitors.length === 0) return null;
  const read = await readTransitions(
    ask,
    monitors.map(({ id }) => id),
    window,
  );
  return { ...read, window };
}

const pagesMax = 5;
const pageSize = 100;

/** Tags in one request must all match, so each service has its own. */
async function listMonitors(ask: Ask, services: readonly Service[]) {
  const lists = await Promise.all(services.map((service) => listPages(ask, `service:${datadogTag(service)}`)));
  const byId = new Map(lists.flatMap((list) => list.monitors).map((monitor) => [monitor.id, monitor]));
  return { monitors: [...byId.values()], truncated: lists.some((list) => list.truncated) };
}

async function listPages(ask: Ask, monitorTags: string) {
  const monitors: MonitorAnswer[] = [];
  for (let page = 0; page < pagesMax; page += 1) {
    const parameters = { group_states: 'all', monitor_tags: monitorTags, page, page_size: pageSize };
    const answered = await ask({ path: '/api/v1/monitor', parameters }, z.array(monitorAnswer));
    monitors.push(...answered);
    if (answered.length < pageSize) return { monitors, truncated: false };
  }
  return { monitors, truncated: true };
}

const getMonitor = (ask: Ask, id: number): Promise<MonitorAnswer> =>
  ask({ path: `/api/v1/monitor/${id}`, parameters: { group_states: 'all' } }, monitorAnswer);

type Read = {
  readonly monitors: readonly MonitorAnswer[];
  readonly truncated: boolean;
  /** Null when no window was given. */
  readonly history: (History & { readonly window: Window }) | null;
  readonly services: readonly Service[];
};

function monitorFinding(client: DatadogClient, read: Read, context: ToolContext): Finding {
  const query = `tag:(${read.services.map((service) => `service:${datadogTag(service)}`).join(' OR ')})`;
  const window = read.history?.window ?? { fromMs: context.nowMs - minuteMs, toMs: context.nowMs };
  const only = read.monitors.length === 1 ? read.monitors[0] : undefined;
  const link =
    only === undefined ? client.link('/monitors/manage', { q: query }) : client.link(`/monitors/${only.id}`, {});
  if (read.monitors.length === 0) {
    const searched = `monitors tagged with ${read.services.map((service) => service.id).join(', ')}`;
    return { kind: 'empty', searched, query, window, link };
  }
  const states = read.monitors
    .map((monitor) => stateOf(monitor, context.catalogue))
    .toSorted((one, other) => urgency[one.state] - urgency[other.state] || other.triggeredAtMs - one.triggeredAtMs);
  return {
    kind: 'found',
    result: {
      monitors: states.map(resultOf),
      ...(read.history === null ? {} : { transitions: read.history.transitions.map(transitionOf) }),
    },
    provenance: 'B',
    query,
    window,
    link,
    headline: headlineOf(states),
    chart: null,
    view: viewOf(states, read),
    signals: { monitors: states },
    truncated: read.truncated || read.history?.truncated === true,
  };
}

function viewOf(states: readonly MonitorState[], { history, truncated }: Read): Tainted {
  const changes = history?.transitions ?? [];
  return fitView({
    head: [
      'state | service | watches | last triggered | title | id',
      ...(truncated ? ['there are more monitors that were not read'] : []),
      ...(history === null ? [] : [`${changes.length} changes of state in ${sayWindow(history.window)}, below`]),
      ...(history?.truncated === true ? ['only the newest of them were read'] : []),
    ],
    rows: [
      ...states.slice(0, 20).map(rowOf),
      ...changes.map(
        ({ atMs, monitor, to, groups }) => `${shortTime(atMs)} | ${to} | id ${monitor} | ${groups.join(' ')}`,
      ),
      ...states.slice(20).map(rowOf),
    ],
    things: 'lines',
  });
}

const transitionOf = ({ atMs, ...transition }: Transition) => ({ at: isoTime(atMs), ...transition });

const urgency = { alert: 0, warn: 1, 'no-data': 2, ok: 3 } as const;

const stateWords: { readonly [word: string]: MonitorState['state'] } = {
  Alert: 'alert',
  Warn: 'warn',
  'No Data': 'no-data',
};

function stateOf(monitor: MonitorAnswer, catalogue: Catalogue): MonitorState {
  const meaning = readMonitorQuery(monitor.query);
  const tag = meaning?.tag ?? monitor.tags.find((one) => one.startsWith('service:'))?.slice('service:'.length) ?? '';
  const service = catalogue.services.find((one) => datadogTag(one) === tag);
  return {
    monitor: String(monitor.id),
    title: monitor.name,
    query: monitor.query,
    state: stateWords[monitor.overall_state ?? ''] ?? 'ok',
    service: service?.id ?? tag,
    metric: meaning?.metric ?? monitor.query,
    comparator: meaning?.comparator ?? '>',
    threshold: meaning?.threshold ?? 0,
    triggeredAtMs: lastTriggered(monitor),
  };
}

/** Zero when it never triggered. Datadog counts in seconds. */
function lastTriggered(monitor: MonitorAnswer): number {
  const seconds = Object.values(monitor.state?.groups ?? {}).map((group) => group.last_triggered_ts ?? 0);
  return Math.max(0, ...seconds) * 1_000;
}

const resultOf = (state: MonitorState) => ({
  ...state,
  threshold: round(state.threshold),
  triggeredAt: state.triggeredAtMs === 0 ? null : isoTime(state.triggeredAtMs),
});

function headlineOf(states: readonly MonitorState[]): Extract<Finding, { kind: 'found' }>['headline'] {
  const alerting = states.filter((state) => state.state === 'alert');
  const first = alerting[0];
  if (first === undefined) return [`None of ${states.length} monitors alerts now.`];
  const since = first.triggeredAtMs === 0 ? '' : ` since ${shortTime(first.triggeredAtMs)} UTC`;
  return [
    `${alerting.length} of ${states.length} monitors alert; ${first.service}${since}: `,
    taint(`${first.title} (${first.metric} ${first.comparator} ${round(first.threshold)})`),
  ];
}

function rowOf(state: MonitorState): string {
  const since = state.triggeredAtMs === 0 ? 'never triggered' : `last triggered ${shortTime(state.triggeredAtMs)}`;
  const watches = `${state.metric.slice(0, 200)} ${state.comparator} ${round(state.threshold)}`;
  return `${state.state} | ${state.service} | ${watches} | ${since} | ${state.title.slice(0, 120)} | id ${state.monitor}`;
}
