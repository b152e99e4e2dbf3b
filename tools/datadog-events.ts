import { z } from 'zod';
import type { Catalogue, Service } from '../src/core/catalogue.ts';
import type { Window } from '../src/core/evidence.ts';
import { taint } from '../src/core/tainted.ts';
import type { ChangeEvent } from '../src/rootcause/telemetry.ts';
import { defineTool, type Finding } from '../src/tool.ts';
import { datadogClient, datadogEnvironment } from './datadog/client.ts';
import { instant, readSearch } from './datadog/search.ts';
import { termOf } from './datadog/search-term.ts';
import { orFailure } from './reading/failure.ts';
import { fitView } from './reading/fit-view.ts';
import { httpRefusal } from './reading/http-error.ts';
import { datadogTag, pickServices, servicesInput } from './reading/scope.ts';
import { isoTime, minuteMs, probeWindow, readWindow, sayWindow, shortTime, windowInput } from './reading/window.ts';

const input = z.object({ services: servicesInput, ...windowInput });

const eventAnswer = z.object({
  id: z.string().min(1),
  attributes: z.object({
    message: z.string().default(''),
    tags: z.array(z.string()).default([]),
    timestamp: instant,
    attributes: z.object({ title: z.string().optional(), service: z.string().optional() }).optional(),
  }),
});
type EventAnswer = z.output<typeof eventAnswer>;

const lookbackMs = 24 * 60 * minuteMs;

export const tool = defineTool({
  name: 'datadog_events',
  source: 'datadog',
  description:
    'Changes that are not code, from Datadog events: feature flags, configuration, scaling, certificates and ' +
    'infrastructure, per service in a window.',
  environment: datadogEnvironment,
  input,
  probes: ({ scope, window }) =>
    scope.length === 0
      ? []
      : [
          {
            services: scope.slice(0, 20).map((service) => service.id),
            ...probeWindow({ fromMs: Math.min(window.fromMs, window.toMs - lookbackMs), toMs: window.toMs }),
          },
        ],
  connect(environment) {
    const client = datadogClient(environment);
    return async (asked, context) => {
      const picked = pickServices(asked.services, context.catalogue);
      if (!picked.ok) return picked.failure;
      const window = readWindow(asked, context.nowMs);
      const query = `service:(${picked.value.map((service) => termOf(datadogTag(service))).join(' OR ')}) change_type:*`;
      const attempt = {
        vendor: 'Datadog',
        asked: `events matching ${query}`,
        nowMs: context.nowMs,
        blocks: 'which flags, settings or certificates changed',
        grant: 'the scope events_read',
      };
      return orFailure({ attempt, signal: context.signal, refusal: httpRefusal }, async () => {
        const read = await readSearch(client.asking(context.signal), {
          path: '/api/v2/events/search',
          query,
          window,
          sort: '-timestamp',
          pageSize: 100,
          pagesMax: 3,
          item: eventAnswer,
        });
        const link = client.link('/event/explorer', {
          query,
          from_ts: String(window.fromMs),
          to_ts: String(window.toMs),
        });
        const changes = read.items.flatMap((event) => changeOf(event, context.catalogue));
        return eventFinding({ changes, truncated: read.truncated, services: picked.value, query, window, link });
      });
    };
  },
});

const kinds: { readonly [type: string]: ChangeEvent['kind'] } = {
  feature_flag: 'flag',
  configuration: 'config',
  infrastructure: 'infrastructure',
  scaling: 'scaling',
  certificate: 'certificate',
};

const tagValue = (tags: readonly string[], name: string): string | undefined =>
  tags.find((tag) => tag.startsWith(`${name}:`))?.slice(name.length + 1);

/** The text of an event is free text: it is shown, but not handed to the engine as a diff. */
type ToldChange = { readonly change: ChangeEvent; readonly message: string };

/** One event per service it is tagged with would count twice: the first tag decides. Other events are no changes. */
function changeOf(event: EventAnswer, catalogue: Catalogue): readonly ToldChange[] {
  const { attributes } = event;
  const kind = kinds[tagValue(attributes.tags, 'change_type') ?? ''];
  if (kind === undefined) return [];
  const tag = tagValue(attributes.tags, 'service') ?? attributes.attributes?.service;
  const service = catalogue.services.find((one) => datadogTag(one) === tag);
  const title = attributes.attributes?.title ?? attributes.message.split('\n', 1)[0] ?? '';
  const flag = tagValue(attributes.tags, 'flag');
  const change = {
    id: `event:${event.id}`,
    kind,
    service: service?.id ?? null,
    atMs: attributes.timestamp,
    title: flag === undefined || title.includes(flag) ? title : `${title} (${flag})`,
    repository: null,
    sha: null,
    pullNumber: null,
    // The engine and the runbooks know a flag by this.
    paths: flag === undefined ? [] : [`flag:${flag}`],
    diff: '',
  };
  return [{ change, message: attributes.message.slice(0, 2_000) }];
}

type EventRead = {
  readonly changes: readonly ToldChange[];
  readonly truncated: boolean;
  readonly services: readonly Service[];
  readonly query: string;
  readonly window: Window;
  readonly link: string;
};

function eventFinding({ changes, truncated, services, ...source }: EventRead): Finding {
  const newest = changes.toSorted((one, other) => other.change.atMs - one.change.atMs);
  const first = newest[0]?.change;
  if (first === undefined) {
    const names = services.map((service) => service.id).join(', ');
    return { kind: 'empty', searched: `change events of ${names}, ${sayWindow(source.window)}`, ...source };
  }
  const where = `${first.kind} on ${first.service ?? 'an unknown service'} at ${shortTime(first.atMs)} UTC`;
  return {
    kind: 'found',
    result: { count: newest.length, changes: newest.map(resultOf) },
    // That it happened is the platform's record; its words are anybody's.
    provenance: 'A',
    ...source,
    headline: [`${newest.length} changes outside code; the latest, ${where}: `, taint(first.title.slice(0, 160))],
    chart: null,
    view: fitView({
      head: [
        'at | kind | service | title | text | id',
        ...(truncated ? ['there are older events in the window that were not read'] : []),
      ],
      rows: newest.map(rowOf),
      things: 'changes',
    }),
    signals: { changes: newest.map(({ change }) => change) },
    truncated,
  };
}

const resultOf = ({ change, message }: ToldChange) => ({
  id: change.id,
  kind: change.kind,
  service: change.service,
  at: isoTime(change.atMs),
  title: change.title,
  message,
});

function rowOf({ change, message }: ToldChange): string {
  const text = message.replaceAll(/\s+/gu, ' ').slice(0, 200);
  return `${shortTime(change.atMs)} | ${change.kind} | ${change.service ?? '?'} | ${change.title.slice(0, 160)} | ${text} | ${change.id}`;
}
