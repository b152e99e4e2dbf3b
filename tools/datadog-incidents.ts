import { z } from 'zod';
import type { Service } from '../src/core/catalogue.ts';
import type { Window } from '../src/core/evidence.ts';
import { taint } from '../src/core/tainted.ts';
import { defineTool, type Finding } from '../src/tool.ts';
import { datadogClient, datadogEnvironment } from './datadog/client.ts';
import { type Incident, searchIncidents } from './datadog/incidents.ts';
import { readServices } from './datadog/read-services.ts';
import { fitView } from './reading/fit-view.ts';
import { datadogTag, servicesInput } from './reading/scope.ts';
import { isoTime, readWindow, sayWindow, shortTime, windowInput } from './reading/window.ts';

const input = z.object({
  services: servicesInput.optional().describe('Catalogue ids: incidents that name one of them come first'),
  ...windowInput,
});

export const tool = defineTool({
  name: 'datadog_incidents',
  source: 'datadog',
  description:
    'Incidents in Datadog Incident Management that are open now or were declared or resolved in a window, with ' +
    'severity, state and services. Use it to see whether somebody already works on this.',
  environment: datadogEnvironment,
  input,
  probes: () => [],
  connect(environment) {
    const client = datadogClient(environment);
    return (asked, context) => {
      const query = 'state:(active OR stable OR resolved)';
      const reading = {
        services: asked.services ?? [],
        context,
        asked: `incidents with ${query}`,
        blocks: 'whether somebody already works on this',
        grant: 'the scope incident_read',
      };
      return readServices(reading, async (services) => {
        const window = readWindow(asked, context.nowMs);
        const read = await searchIncidents(client.asking(context.signal), { query, window });
        return incidentFinding({ ...read, services }, { query, window, link: client.link('/incidents', { query }) });
      });
    };
  },
});

type Read = {
  readonly incidents: readonly Incident[];
  readonly truncated: boolean;
  readonly services: readonly Service[];
};
type Source = { readonly query: string; readonly window: Window; readonly link: string };

function incidentFinding({ incidents, truncated, services }: Read, source: Source): Finding {
  if (incidents.length === 0) {
    return { kind: 'empty', searched: `incidents open now or in ${sayWindow(source.window)}`, ...source };
  }
  const names = new Set(services.flatMap((service) => [service.id, datadogTag(service)]));
  const isRelated = (incident: Incident): boolean => incident.services.some((name) => names.has(name));
  const weight = (incident: Incident): number => (isRelated(incident) ? 2 : 0) + (incident.open ? 1 : 0);
  const ordered = incidents.toSorted((one, other) => weight(other) - weight(one) || other.createdMs - one.createdMs);
  const open = incidents.filter((incident) => incident.open).length;
  const related = incidents.filter(isRelated).length;
  const first = ordered[0];
  const what =
    first === undefined ? [] : [` The first, IR-${first.id}, `, taint(`${first.state}: ${first.title}`.slice(0, 160))];
  return {
    kind: 'found',
    result: { count: incidents.length, open, related, incidents: ordered.map((one) => resultOf(one, isRelated(one))) },
    // People declare them, and write what they believe.
    provenance: 'C',
    ...source,
    headline: [`${incidents.length} incidents in Datadog, ${open} open, ${related} naming these services.`, ...what],
    chart: null,
    view: fitView({
      head: [
        `incidents open now or declared or resolved in ${sayWindow(source.window)}`,
        ...(truncated ? ['there are older ones that were not read'] : []),
        'id | state | severity | declared | services | customers | title',
      ],
      rows: ordered.map(rowOf),
      things: 'incidents',
    }),
    signals: {},
    truncated,
  };
}

const resultOf = (incident: Incident, related: boolean) => ({
  id: incident.id,
  title: incident.title,
  state: incident.state,
  severity: incident.severity,
  open: incident.open,
  related,
  services: incident.services,
  teams: incident.teams,
  customerImpacted: incident.customerImpacted,
  declared: isoTime(incident.createdMs),
  resolved: incident.resolvedMs === null ? null : isoTime(incident.resolvedMs),
});

const rowOf = (incident: Incident): string =>
  [
    `IR-${incident.id}`,
    incident.state,
    incident.severity,
    shortTime(incident.createdMs),
    incident.services.join(' ') || '-',
    incident.customerImpacted ? 'impacted' : '-',
    incident.title.replaceAll(/\s+/gu, ' ').slice(0, 200),
  ].join(' | ');
