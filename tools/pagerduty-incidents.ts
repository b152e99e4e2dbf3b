import { z } from 'zod';
import type { Window } from '../src/core/evidence.ts';
import { taint } from '../src/core/tainted.ts';
import { defineTool, type Finding } from '../src/tool.ts';
import { type PagerDutyClient, pagerdutyClient, pagerdutyEnvironment, pagerdutyRefusal } from './pagerduty/client.ts';
import {
  type Incident,
  incident,
  incidentResult,
  type Linked,
  linkedServices,
  noneLinked,
} from './pagerduty/vocabulary.ts';
import { counted } from './reading/counted.ts';
import { orFailure } from './reading/failure.ts';
import { fitView } from './reading/fit-view.ts';
import { pickServices, servicesInput } from './reading/scope.ts';
import { isoTime, probeWindow, readWindow, sayWindow, shortTime, windowInput } from './reading/window.ts';

const input = z.object({ services: servicesInput, ...windowInput });

export const tool = defineTool({
  name: 'pagerduty_incidents',
  source: 'pagerduty',
  description:
    'PagerDuty incidents of some services: those opened in a window and those still open, with urgency, number of alerts, ' +
    'who acknowledged and who is assigned.',
  environment: pagerdutyEnvironment,
  input,
  probes: ({ scope, window }) => {
    const linked = linkedServices(scope).slice(0, 20);
    return linked.length === 0 ? [] : [{ services: linked.map(({ service }) => service.id), ...probeWindow(window) }];
  },
  connect(environment) {
    const client = pagerdutyClient(environment);
    return async (asked, context) => {
      const picked = pickServices(asked.services, context.catalogue);
      if (!picked.ok) return picked.failure;
      const blocks = 'who is already working on this, and what else is open';
      const linked = linkedServices(picked.value);
      if (linked.length === 0) return noneLinked(asked.services, blocks);
      const names = linked.map(({ service }) => service.id);
      const attempt = {
        vendor: 'PagerDuty',
        asked: `incidents of ${names.join(', ')}`,
        nowMs: context.nowMs,
        blocks,
        grant: 'incidents.read',
      };
      return orFailure({ attempt, signal: context.signal, refusal: pagerdutyRefusal }, async () => {
        const window = readWindow(asked, context.nowMs);
        const read = await readIncidents(client, { linked, window, signal: context.signal });
        const found = read.incidents.map((one) => incidentResult(one, context.catalogue));
        return incidentsFinding({ client, found, names, linked, window, truncated: read.truncated });
      });
    };
  },
});

type Reading = { readonly linked: readonly Linked[]; readonly window: Window; readonly signal: AbortSignal };

const pagesMax = 5;

/** Opened in the window, and whatever is open now however old: each has its own request. Newest first. */
async function readIncidents(client: PagerDutyClient, { linked, window, signal }: Reading) {
  const services = linked.map(({ id }) => ['service_ids[]', id] as const);
  const shared = { path: '/incidents', member: 'incidents', item: incident, pagesMax, signal };
  const sort = ['sort_by', 'created_at:desc'] as const;
  const [opened, open] = await Promise.all([
    client.list({ ...shared, parameters: [...services, sort, ...between(window)] }),
    client.list({
      ...shared,
      parameters: [
        ...services,
        sort,
        ['date_range', 'all'],
        ['statuses[]', 'triggered'],
        ['statuses[]', 'acknowledged'],
      ],
    }),
  ]);
  const byId = new Map<string, Incident>([...open.items, ...opened.items].map((one) => [one.id, one]));
  const incidents = [...byId.values()].toSorted((one, other) => other.created_at - one.created_at);
  return { incidents, truncated: opened.truncated || open.truncated };
}

const between = ({ fromMs, toMs }: Window) =>
  [
    ['since', isoTime(fromMs)],
    ['until', isoTime(toMs)],
  ] as const;

type Told = ReturnType<typeof incidentResult>;
type Read = {
  readonly client: PagerDutyClient;
  readonly found: readonly Told[];
  readonly names: readonly string[];
  readonly linked: readonly Linked[];
  readonly window: Window;
  readonly truncated: boolean;
};

const keptMax = 200;

function incidentsFinding({ client, found, names, linked, window, truncated }: Read): Finding {
  const ids = linked.map(({ id }) => `service_ids[]=${id}`).join('&');
  const source = {
    query: `GET /incidents?${ids}&since=${isoTime(window.fromMs)}&until=${isoTime(window.toMs)}; GET /incidents?${ids}&date_range=all&statuses[]=triggered&statuses[]=acknowledged`,
    window,
    link: client.link(linked.length === 1 && linked[0] ? `/service-directory/${linked[0].id}` : '/incidents'),
  };
  if (found.length === 0) {
    return {
      kind: 'empty',
      searched: `incidents of ${names.join(', ')}, ${sayWindow(window)}, and open ones`,
      ...source,
    };
  }
  const open = found.filter(({ status }) => status !== 'resolved');
  return {
    kind: 'found',
    result: { incidents: found.length, open: open.length, list: found.slice(0, keptMax) },
    // Titles are whatever an alerting system, or a mail to it, said.
    provenance: 'C',
    ...source,
    headline: headlineOf(found, open),
    chart: null,
    view: fitView({
      head: [
        `PagerDuty incidents of ${names.join(', ')}, ${sayWindow(window)}, and those still open: ${found.length}, ${open.length} open`,
        'opened / status / urgency / service / title / acknowledged by / assigned to / alerts / id',
        ...(truncated ? ['not every incident was read'] : []),
      ],
      rows: [...open, ...found.filter(({ status }) => status === 'resolved')].map(rowOf),
      things: 'incidents',
    }),
    signals: {},
    truncated: truncated || found.length > keptMax,
  };
}

function headlineOf(found: readonly Told[], open: readonly Told[]): Extract<Finding, { kind: 'found' }>['headline'] {
  const latest = open[0] ?? found[0];
  if (latest === undefined) return ['No incidents.'];
  const by = latest.acknowledgedBy[0];
  const acknowledged = by === undefined ? [', not acknowledged'] : [', acknowledged by ', taint(by.name)];
  return [
    `${counted(found.length, 'PagerDuty incident')}, ${open.length} open; the latest, ${latest.status} on ${latest.service ?? 'another service'} since ${shortTime(Date.parse(latest.createdAt))} UTC`,
    ...acknowledged,
    ': ',
    taint(latest.title.slice(0, 160)),
  ];
}

function rowOf(one: Told): string {
  const acknowledged = one.acknowledgedBy.map(({ name, at }) => `${name} ${at.slice(11, 16)}`).join(', ') || 'nobody';
  return [
    shortTime(Date.parse(one.createdAt)),
    one.status,
    `${one.urgency}${one.priority === null ? '' : ` ${one.priority}`}`,
    one.service ?? one.pagerdutyService,
    one.title.slice(0, 160),
    acknowledged,
    one.assignedTo.join(', ') || 'nobody',
    String(one.alerts ?? '?'),
    one.id,
  ].join(' / ');
}
