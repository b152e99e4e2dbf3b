/** Datadog's service map and service catalogue over the shop, and the products that the shop does not use: empty. */
import type { DatadogLab } from './datadog-metrics.ts';
import { datadogErrors } from './datadog-metrics.ts';
import { jsonAnswer, type VendorAnswer, type VendorRequest } from './vendor-http.ts';
import type { ShopService } from './world.ts';

/** `GET /api/v1/service_dependencies?env=prod`. */
export function serviceDependencies(lab: DatadogLab, request: VendorRequest): VendorAnswer {
  if (request.query.get('env') === null) return datadogErrors(400, 'Missing required parameter: env');
  const isShop = request.query.get('env') === 'prod';
  const services = isShop ? lab.world.services : [];
  return jsonAnswer(200, Object.fromEntries(services.map(({ id, dependsOn }) => [id, { calls: dependsOn }])));
}

const own = (lab: DatadogLab): readonly ShopService[] => lab.world.services.filter((service) => !service.external);

function definitionRecord(service: ShopService): object {
  const { repository, paths } = service;
  const url = `https://github.com/${repository}/tree/main/${paths[0] ?? ''}`;
  return {
    id: service.id,
    type: 'service-definition',
    attributes: {
      meta: { 'ingested-schema-version': 'v2.2', 'ingestion-source': 'api', warnings: [] },
      schema: {
        'schema-version': 'v2.2',
        'dd-service': service.id,
        description: service.title,
        team: service.owners[0],
        tier: String(service.tier),
        links: repository === null ? [] : [{ name: 'Source', type: 'repo', provider: 'github', url }],
      },
    },
  };
}

/** `GET /api/v2/services/definitions` with `page[size]` and `page[number]`. */
export function listDefinitions(lab: DatadogLab, request: VendorRequest): VendorAnswer {
  const size = Number(request.query.get('page[size]') ?? 10);
  const start = size * Number(request.query.get('page[number]') ?? 0);
  if (!Number.isInteger(size) || !Number.isInteger(start)) return datadogErrors(400, 'invalid page');
  const data = own(lab).slice(start, start + size);
  return jsonAnswer(200, { data: data.map(definitionRecord) });
}

/** `GET /api/v2/services/definitions/<service>`. */
export function getDefinition(lab: DatadogLab, name: string): VendorAnswer {
  const service = own(lab).find(({ id }) => id === name);
  return service === undefined ? datadogErrors(404, 'Not Found') : jsonAnswer(200, { data: definitionRecord(service) });
}

export const noObjectives = (): VendorAnswer =>
  jsonAnswer(200, { data: { type: '', attributes: { slos: [], facets: {} } }, meta: { pagination: { total: 0 } } });

export const noIncidents = (): VendorAnswer =>
  jsonAnswer(200, {
    data: { type: 'incidents_search_results', attributes: { total: 0, facets: {}, incidents: [] } },
    meta: { pagination: { offset: 0, next_offset: 0, size: 0 } },
  });

export const noDeployments = (): VendorAnswer => jsonAnswer(200, { data: [] });
