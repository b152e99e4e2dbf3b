import { z } from 'zod';
import type { Service } from '../src/core/catalogue.ts';
import { taint } from '../src/core/tainted.ts';
import { defineTool, type Finding, type ToolContext } from '../src/tool.ts';
import { type Ask, type DatadogClient, datadogClient, datadogEnvironment } from './datadog/client.ts';
import { readServices } from './datadog/read-services.ts';
import { type Definition, findDefinition, listDefinitions } from './datadog/service-definitions.ts';
import { fitView } from './reading/fit-view.ts';
import { datadogTag, servicesInput } from './reading/scope.ts';
import { minuteMs } from './reading/window.ts';

const input = z.object({
  services: servicesInput
    .optional()
    .describe('Catalogue ids of the services; absent: every service in the Datadog catalogue'),
});

export const tool = defineTool({
  name: 'datadog_services',
  source: 'datadog',
  description:
    'What the Datadog service catalogue says of some services, or of all: owning team, tier, repository, runbook and ' +
    'dashboard links, contacts. Use it to find who owns a service and where its code is.',
  environment: datadogEnvironment,
  input,
  probes: () => [],
  connect(environment) {
    const client = datadogClient(environment);
    return (asked, context) => {
      const reading = {
        services: asked.services ?? [],
        context,
        asked: `service definitions of ${asked.services?.join(', ') ?? 'every service'}`,
        blocks: 'who owns a service and where its code is',
        grant: 'the scope apm_service_catalog_read',
      };
      return readServices(reading, async (services) => {
        const ask = client.asking(context.signal);
        const read = asked.services === undefined ? await listDefinitions(ask) : await findAll(ask, services);
        return servicesFinding({ ...read, asked: services }, client, context);
      });
    };
  },
});

async function findAll(ask: Ask, services: readonly Service[]) {
  const found = await Promise.all(services.map((service) => findDefinition(ask, datadogTag(service))));
  return { definitions: found.flatMap((one) => one ?? []), truncated: false };
}

type Read = {
  readonly definitions: readonly Definition[];
  readonly truncated: boolean;
  /** Empty: every service was asked for. */
  readonly asked: readonly Service[];
};

function servicesFinding(
  { definitions, truncated, asked }: Read,
  client: DatadogClient,
  context: ToolContext,
): Finding {
  const tags = asked.map(datadogTag);
  const source = {
    query: tags.length === 0 ? 'GET /api/v2/services/definitions' : `service:(${tags.join(' OR ')})`,
    // A definition has no history: it is what it is now.
    window: { fromMs: context.nowMs - minuteMs, toMs: context.nowMs },
    link: tags.length === 1 ? client.link('/services', { query: `service:${tags[0]}` }) : client.link('/services', {}),
  };
  if (definitions.length === 0) {
    const searched = `service definitions of ${tags.length === 0 ? 'every service' : tags.join(', ')}`;
    return { kind: 'empty', searched, ...source };
  }
  const missing = tags.filter((tag) => !definitions.some(({ service }) => service === tag));
  const first = definitions[0];
  const owner = definitions.length === 1 && first?.team ? ['; its team: ', taint(first.team.slice(0, 80))] : ['.'];
  return {
    kind: 'found',
    result: { count: definitions.length, asked: tags.length, missing, services: definitions.map(resultOf) },
    // Teams write them; nothing checks them.
    provenance: 'C',
    ...source,
    headline: [
      `Datadog describes ${definitions.length}${tags.length === 0 ? '' : ` of ${tags.length}`} services`,
      ...owner,
    ],
    chart: null,
    view: fitView({
      head: [
        'service | team | tier | lifecycle | repositories | description',
        ...(missing.length > 0 ? [`not described: ${missing.join(', ')}`] : []),
        ...(truncated ? ['there are more than two thousand definitions: the rest was not read'] : []),
      ],
      rows: definitions.flatMap((one) => (definitions.length > 5 ? [rowOf(one)] : [rowOf(one), ...detailsOf(one)])),
      things: 'lines',
    }),
    signals: {},
    truncated,
  };
}

const resultOf = (one: Definition) => ({
  ...one,
  contacts: one.contacts.slice(0, 10).map((contact) => ({ ...contact })),
  links: one.links.slice(0, 20).map((link) => ({ ...link })),
  tags: one.tags.slice(0, 50),
});

const rowOf = (one: Definition): string =>
  [
    one.service,
    one.team ?? '-',
    one.tier ?? '-',
    one.lifecycle ?? '-',
    one.repositories.join(' ') || '-',
    one.description.replaceAll(/\s+/gu, ' ').slice(0, 160),
  ].join(' | ');

const detailsOf = (one: Definition): readonly string[] => [
  ...one.contacts.slice(0, 5).map(({ type, contact }) => `  contact (${type.slice(0, 20)}): ${contact.slice(0, 100)}`),
  ...one.links
    .slice(0, 8)
    .map(({ type, name, url }) => `  ${type.slice(0, 20)}: ${name.slice(0, 60)} ${url.slice(0, 200)}`),
];
