import { z } from 'zod';
import type { Window } from '../src/core/evidence.ts';
import { taint } from '../src/core/tainted.ts';
import type { ChangeEvent } from '../src/rootcause/telemetry.ts';
import { defineTool, type Finding, type ToolContext } from '../src/tool.ts';
import { changeEvent, changesOf, type PagerDutyChange } from './pagerduty/changes.ts';
import { type PagerDutyClient, pagerdutyClient, pagerdutyEnvironment, pagerdutyRefusal } from './pagerduty/client.ts';
import { type OtherIncidents, readOthers } from './pagerduty/other-incidents.ts';
import { type Linked, linkedServices, noneLinked, pagerdutyId } from './pagerduty/vocabulary.ts';
import { counted } from './reading/counted.ts';
import { orFailure } from './reading/failure.ts';
import { fitView } from './reading/fit-view.ts';
import { pickServices, servicesInput } from './reading/scope.ts';
import { isoTime, minuteMs, probeWindow, readWindow, sayWindow, shortTime, windowInput } from './reading/window.ts';

const input = z.object({
  services: servicesInput,
  incident: pagerdutyId.optional().describe('Id of an incident: also the changes and incidents related to it'),
  ...windowInput,
});

/** Changes bite late. */
const lookbackMs = 24 * 60 * minuteMs;

export const tool = defineTool({
  name: 'pagerduty_related',
  source: 'pagerduty',
  description:
    'What may hang together with an incident, from PagerDuty: change events of some services in a window, and for one ' +
    'incident its related changes, related incidents elsewhere and similar past ones. Look back at least a day.',
  environment: pagerdutyEnvironment,
  input,
  probes: ({ scope, window }) => {
    const linked = linkedServices(scope).slice(0, 12);
    const asked = { fromMs: Math.min(window.fromMs, window.toMs - lookbackMs), toMs: window.toMs };
    return linked.length === 0 ? [] : [{ services: linked.map(({ service }) => service.id), ...probeWindow(asked) }];
  },
  connect(environment) {
    const client = pagerdutyClient(environment);
    return async (asked, context) => {
      const picked = pickServices(asked.services, context.catalogue);
      if (!picked.ok) return picked.failure;
      const blocks = 'which reported changes and other incidents could explain this';
      const linked = linkedServices(picked.value);
      if (linked.length === 0) return noneLinked(asked.services, blocks);
      const names = linked.map(({ service }) => service.id);
      const attempt = {
        vendor: 'PagerDuty',
        asked: `change events of ${names.join(', ')}`,
        nowMs: context.nowMs,
        blocks,
        grant: 'change_events.read and incidents.read',
      };
      return orFailure({ attempt, signal: context.signal, refusal: pagerdutyRefusal }, async () => {
        const window = readWindow(asked, context.nowMs);
        const reading = { client, linked, window, signal: context.signal };
        const [changes, others] = await Promise.all([
          readChanges(reading),
          asked.incident === undefined ? nothing : readOthers(client, asked.incident, context.signal),
        ]);
        return relatedFinding({ ...reading, changes, others, names, incident: asked.incident }, context);
      });
    };
  },
});

const nothing: OtherIncidents = { changes: [], related: [], past: [], notRead: [] };

type Reading = {
  readonly client: PagerDutyClient;
  readonly linked: readonly Linked[];
  readonly window: Window;
  readonly signal: AbortSignal;
};

const pagesMax = 3;

async function readChanges({ client, linked, window, signal }: Reading) {
  const lists = await Promise.all(
    linked.map(({ id }) =>
      client.list({
        path: `/services/${id}/change_events`,
        parameters: [
          ['since', isoTime(window.fromMs)],
          ['until', isoTime(window.toMs)],
        ],
        member: 'change_events',
        item: changeEvent,
        pagesMax,
        signal,
      }),
    ),
  );
  return { items: lists.flatMap(({ items }) => items), truncated: lists.some(({ truncated }) => truncated) };
}

type Read = Reading & {
  readonly changes: { readonly items: readonly PagerDutyChange[]; readonly truncated: boolean };
  readonly others: OtherIncidents;
  readonly names: readonly string[];
  readonly incident: string | undefined;
};

const changesMax = 100;

/** Recent changes are on the page of a service. */
const directoryOf = (linked: readonly Linked[]): string =>
  linked.length === 1 && linked[0] ? `/service-directory/${linked[0].id}` : '/service-directory';

function relatedFinding(
  { client, linked, window, changes, others, names, incident }: Read,
  context: ToolContext,
): Finding {
  const byId = new Map([...others.changes, ...changes.items].map((one) => [one.id, one]));
  const events = [...byId.values()].toSorted((one, other) => other.timestamp - one.timestamp);
  const signals = events.flatMap((one) => changesOf(one, context.catalogue));
  const { related, past, notRead } = others;
  const source = {
    query: [
      ...linked.map(({ id }) => `GET /services/${id}/change_events`),
      ...(incident === undefined
        ? []
        : [`GET /incidents/${incident}/related_change_events, /related_incidents, /past_incidents`]),
      `${isoTime(window.fromMs)} to ${isoTime(window.toMs)}`,
    ].join('; '),
    window,
    link: client.link(incident === undefined ? directoryOf(linked) : `/incidents/${incident}`),
  };
  if (events.length + related.length + past.length === 0 && notRead.length === 0) {
    return { kind: 'empty', searched: `change events of ${names.join(', ')}, ${sayWindow(window)}`, ...source };
  }
  const result = events.slice(0, changesMax).map((one) => resultOf(one, signals));
  return {
    kind: 'found',
    result: { changes: events.length, list: result, related, past, notRead },
    // Whoever holds an integration key can report a change, and says itself when it was.
    provenance: 'C',
    ...source,
    headline: headlineOf(result, { changes: events.length, related: related.length, past: past.length }),
    chart: null,
    view: fitView({
      head: [
        `change events of ${names.join(', ')}, ${sayWindow(window)}: ${events.length}; related incidents ${related.length}; similar past incidents ${past.length}`,
        ...notRead.map((what) => `not read: ${what}`),
        ...(changes.truncated ? ['not every change event was read'] : []),
      ],
      rows: [
        ...result.map(({ at, kind, service, summary, why }) =>
          [at, kind, service ?? '?', summary.slice(0, 200), why ?? ''].join(' / '),
        ),
        ...related.map(({ id, at, title, why }) => `related incident ${id} ${at} ${title.slice(0, 160)} (${why})`),
        ...past.map(({ id, at, title, score }) => `past incident ${id} ${at} ${title.slice(0, 160)} (score ${score})`),
      ],
      things: 'changes and incidents',
    }),
    signals: { changes: signals },
    truncated: changes.truncated || events.length > changesMax || notRead.length > 0,
  };
}

function resultOf(event: PagerDutyChange, signals: readonly ChangeEvent[]) {
  const signal = signals.find(({ id }) => id === `pagerduty:${event.id}`);
  return {
    id: event.id,
    at: isoTime(event.timestamp),
    kind: signal?.kind ?? 'deploy',
    service: signal?.service ?? null,
    summary: event.summary.slice(0, 400),
    source: event.source?.slice(0, 100) ?? null,
    why: event.correlation_reason?.reason ?? null,
  };
}

type Counts = { readonly changes: number; readonly related: number; readonly past: number };

function headlineOf(
  list: readonly ReturnType<typeof resultOf>[],
  { changes, related, past }: Counts,
): Extract<Finding, { kind: 'found' }>['headline'] {
  const says = `${counted(changes, 'change event')}, ${counted(related, 'related incident')} and ${counted(past, 'similar past incident')} in PagerDuty`;
  const latest = list[0];
  if (latest === undefined) return [`${says}.`];
  return [
    `${says}; the latest change, ${latest.kind} on ${latest.service ?? 'an unknown service'} at ${shortTime(Date.parse(latest.at))} UTC: `,
    taint(latest.summary.slice(0, 160)),
  ];
}
