import { z } from 'zod';
import type { Window } from '../src/core/evidence.ts';
import { type Tainted, taint } from '../src/core/tainted.ts';
import { defineTool, type Finding, type ToolContext } from '../src/tool.ts';
import { isNamedAfter } from './kubernetes/belonging.ts';
import { type KubernetesClient, kubernetesClient } from './kubernetes/client.ts';
import { kubernetesEnvironment } from './kubernetes/environment.ts';
import { type ClusterEvent, eventObject, readEvent } from './kubernetes/objects.ts';
import { objectName, type Workplace } from './kubernetes/place.ts';
import { cutText } from './kubernetes/problem.ts';
import { pathOf } from './kubernetes/read-cluster.ts';
import { readPlace } from './kubernetes/read-place.ts';
import { fitView } from './reading/fit-view.ts';
import { serviceInput } from './reading/scope.ts';
import { isoTime, readWindow, sayWindow, shortTime, windowInput } from './reading/window.ts';

const input = z.object({
  service: serviceInput,
  ...windowInput,
  object: z
    .string()
    .regex(objectName)
    .optional()
    .describe('Only events about the object of this name, such as a pod; default: everything of the workload'),
  warnings: z.boolean().default(false).describe('Only events of type Warning'),
});

const blocks = 'what Kubernetes did to the pods and why';

export const tool = defineTool({
  name: 'kubernetes_events',
  source: 'kubernetes',
  description:
    'Kubernetes events about one service: its workload, pods and autoscaler, newest first, with counts. ' +
    'A cluster keeps events for about an hour.',
  environment: kubernetesEnvironment,
  input,
  // kubernetes_health reads the warnings among them already.
  probes: () => [],
  connect(environment) {
    const client = kubernetesClient(environment);
    return (asked, context) => {
      const reading = { service: asked.service, context, things: 'events', blocks, needs: 'list on events' };
      return readPlace(reading, (place) => readEvents(client, { ...asked, ...place }, context));
    };
  },
});

type Asked = Omit<z.output<typeof input>, 'service'> & Workplace;

async function readEvents(client: KubernetesClient, asked: Asked, { nowMs, signal }: ToolContext): Promise<Finding> {
  const { namespace, workload, object } = asked;
  const window = readWindow(asked, nowMs);
  const path = pathOf(namespace, 'events');
  const selector = selectorOf(asked);
  const parameters = selector === '' ? {} : { fieldSelector: selector };
  const listed = await client.list({ path, parameters, item: eventObject, signal });
  const events = listed.items
    .map(readEvent)
    .filter((event) => object !== undefined || isNamedAfter(event.name, workload))
    .filter((event) => happenedIn(event, window))
    .toSorted((one, other) => (other.lastMs ?? 0) - (one.lastMs ?? 0));
  const query = `kubectl -n ${namespace} get events${selector === '' ? '' : ` --field-selector ${selector}`}`;
  const asking = { query, window, link: client.link({ namespace, workload, path }) };
  if (events.length > 0) {
    const read = { service: asked.service.id, events, truncated: listed.truncated };
    return { ...eventsFinding(read, sayWindow(window)), ...asking };
  }
  const searched = `events about ${namespace}/${object ?? workload}, ${sayWindow(window)}; a cluster keeps them for about an hour`;
  return { kind: 'empty', searched, ...asking };
}

/** Field selectors are joined by commas and have no other grammar to escape for these names. */
const selectorOf = ({ object, warnings }: Asked): string =>
  [object === undefined ? '' : `involvedObject.name=${object}`, warnings ? 'type=Warning' : '']
    .filter((part) => part !== '')
    .join(',');

const happenedIn = ({ firstMs, lastMs }: ClusterEvent, window: Window): boolean =>
  (lastMs ?? 0) >= window.fromMs && (firstMs ?? 0) < window.toMs;

type Read = { readonly service: string; readonly events: readonly ClusterEvent[]; readonly truncated: boolean };

const eventsMax = 200;

/** Provenance A: controllers and kubelets write events; their messages may quote outside text. */
function eventsFinding(
  read: Read,
  during: string,
): Omit<Extract<Finding, { kind: 'found' }>, 'query' | 'window' | 'link'> {
  const { service, events } = read;
  return {
    kind: 'found',
    result: {
      service,
      events: events.length,
      warnings: events.filter(({ warning }) => warning).length,
      shown: events.slice(0, eventsMax).map(resultOf),
    },
    provenance: 'A',
    headline: headlineOf(read),
    chart: null,
    view: fitView({
      head: [
        `Kubernetes events of ${service}, ${during}, newest first; kept for about an hour`,
        ...(read.truncated ? ['not every event was read: counts are lower bounds'] : []),
        'last / first / times / type / object / reason: message',
      ],
      rows: events.map(rowOf),
      things: 'events',
    }),
    signals: {},
    truncated: read.truncated || events.length > eventsMax,
  };
}

const timeOf = (atMs: number | null): string | null => (atMs === null ? null : isoTime(atMs));

const resultOf = (event: ClusterEvent) => ({
  last: timeOf(event.lastMs),
  first: timeOf(event.firstMs),
  count: event.count,
  type: event.warning ? 'Warning' : 'Normal',
  object: `${event.kind} ${event.name}`,
  container: event.container,
  reason: event.reason,
  message: cutText(event.message),
});

function headlineOf({ service, events }: Read): readonly (string | Tainted)[] {
  const warnings = events.filter(({ warning }) => warning);
  const says = `${service}: ${events.length} Kubernetes events, ${warnings.length} of them warnings`;
  const most = warnings.toSorted((one, other) => other.count - one.count)[0];
  if (most === undefined) return [`${says}.`];
  return [
    `${says}; the most frequent, ${most.count} times: `,
    taint(cutText(`${most.reason} ${most.message}`).slice(0, 160)),
  ];
}

function rowOf({ lastMs, firstMs, count, warning, kind, name, reason, message }: ClusterEvent): string {
  const clock = (atMs: number | null) => (atMs === null ? '?' : shortTime(atMs).slice(11));
  return `${clock(lastMs)} / ${clock(firstMs)} / ${count} / ${warning ? 'Warning' : 'Normal'} / ${kind} ${name} / ${reason}: ${cutText(message).slice(0, 220)}`;
}
