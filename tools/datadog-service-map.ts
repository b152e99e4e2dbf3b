import { z } from 'zod';
import type { Catalogue, Service } from '../src/core/catalogue.ts';
import type { Window } from '../src/core/evidence.ts';
import { defineTool, type Finding } from '../src/tool.ts';
import { datadogClient, datadogEnvironment } from './datadog/client.ts';
import { callsAround, type Dependencies, readDependencies } from './datadog/dependencies.ts';
import { readServices } from './datadog/read-services.ts';
import { anyOf } from './datadog/search-term.ts';
import { fitView } from './reading/fit-view.ts';
import { datadogTag, servicesInput } from './reading/scope.ts';
import { readWindow, sayWindow, windowInput } from './reading/window.ts';

const input = z.object({
  services: servicesInput,
  hops: z.int().min(1).max(3).default(2).describe('How many calls away from the services, down and up; 1 to 3'),
  ...windowInput,
});

const callsMax = 300;

export const tool = defineTool({
  name: 'datadog_service_map',
  source: 'datadog',
  description:
    'Who calls whom around some services, from Datadog APM in a window: what they depend on and who depends on them, ' +
    'databases and outside services included. Finds calls that the catalogue does not know.',
  environment: datadogEnvironment,
  input,
  // The catalogue already says who calls whom; datadog_spans measures those calls.
  probes: () => [],
  connect(environment) {
    const client = datadogClient(environment);
    return (asked, context) => {
      const { environment: env } = context.catalogue;
      const reading = {
        services: asked.services,
        context,
        asked: `service dependencies of env ${env}`,
        blocks: 'who calls whom',
        grant: 'the scope apm_read',
      };
      return readServices(reading, async (services) => {
        const window = readWindow(asked, context.nowMs);
        const all = await readDependencies(client.asking(context.signal), { environment: env, window });
        const calls = callsAround(all.calls, services.map(datadogTag), asked.hops);
        const link = client.link('/apm/map', { env, start: String(window.fromMs), end: String(window.toMs) });
        const query = sayQuery(all.readFrom, env, window);
        const read = { calls, readFrom: all.readFrom, services, catalogue: context.catalogue };
        return mapFinding(read, { query, window, link });
      });
    };
  },
});

function sayQuery(readFrom: Dependencies['readFrom'], env: string, { fromMs, toMs }: Window): string {
  if (readFrom === 'spans') return `${anyOf('env', [env])} @peer.service:* | count by service, @peer.service`;
  const range = `start=${Math.floor(fromMs / 1_000)}&end=${Math.ceil(toMs / 1_000)}`;
  return `GET /api/v1/service_dependencies?env=${encodeURIComponent(env)}&${range}`;
}

type Read = Dependencies & {
  readonly services: readonly Service[];
  readonly catalogue: Catalogue;
};
type Source = { readonly query: string; readonly window: Window; readonly link: string };

function mapFinding({ calls, readFrom, services, catalogue }: Read, source: Source): Finding {
  const ids = services.map((service) => service.id);
  if (calls.length === 0) {
    return { kind: 'empty', searched: `calls from and to ${ids.join(', ')}, ${sayWindow(source.window)}`, ...source };
  }
  const byTag = new Map(catalogue.services.map((service) => [datadogTag(service), service]));
  const idOf = (tag: string): string => byTag.get(tag)?.id ?? tag;
  const edges = calls.slice(0, callsMax).map(({ from, to }) => ({ from: idOf(from), to: idOf(to) }));
  const unlisted = edges.filter(({ from, to }) => isUnlisted(catalogue, from, to));
  const touching = edges.filter(({ from, to }) => ids.includes(from) || ids.includes(to));
  const truncated = calls.length > callsMax;
  return {
    kind: 'found',
    result: { readFrom, calls: edges, notInCatalogue: unlisted, count: calls.length },
    provenance: 'B',
    ...source,
    headline: [
      `${counted(calls.length, 'call')} around ${ids.join(', ')}; ${unlisted.length} of them not in the catalogue.`,
    ],
    chart: null,
    view: fitView({
      head: [
        `who calls whom around ${ids.join(', ')}, ${sayWindow(source.window)}; * is not in the catalogue`,
        ...(readFrom === 'spans'
          ? ['from kept spans, since the service map may not be read: calls may be missing']
          : []),
        ...(truncated ? [`only ${callsMax} of ${calls.length} calls were kept`] : []),
      ],
      rows: [...touching, ...edges.filter((edge) => !touching.includes(edge))].map(
        (edge) => `${edge.from} -> ${edge.to}${unlisted.includes(edge) ? ' *' : ''}`,
      ),
      things: 'calls',
    }),
    signals: { edges },
    truncated,
  };
}

const counted = (count: number, thing: string): string => `${count} ${thing}${count === 1 ? '' : 's'}`;

const isUnlisted = (catalogue: Catalogue, from: string, to: string): boolean =>
  !catalogue.services.some((service) => service.id === from && service.dependsOn.includes(to));
