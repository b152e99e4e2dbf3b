/**
 * We do not load Datadog's client (seconds and 190 MB). Goal: ask exactly what it asks. Method: both ask the same
 * server, which compares. `GET /api/v1/service_dependencies` is documented, and not in their client.
 */
import { createConfiguration } from '@datadog/datadog-api-client/dist/packages/datadog-api-client-common/configuration.js';
import { BaseServerConfiguration } from '@datadog/datadog-api-client/dist/packages/datadog-api-client-common/servers.js';
import { AuthenticationApi } from '@datadog/datadog-api-client/dist/packages/datadog-api-client-v1/apis/AuthenticationApi.js';
import { MetricsApi } from '@datadog/datadog-api-client/dist/packages/datadog-api-client-v1/apis/MetricsApi.js';
import { MonitorsApi } from '@datadog/datadog-api-client/dist/packages/datadog-api-client-v1/apis/MonitorsApi.js';
import { ServiceLevelObjectivesApi } from '@datadog/datadog-api-client/dist/packages/datadog-api-client-v1/apis/ServiceLevelObjectivesApi.js';
import { DORAMetricsApi } from '@datadog/datadog-api-client/dist/packages/datadog-api-client-v2/apis/DORAMetricsApi.js';
import { EventsApi } from '@datadog/datadog-api-client/dist/packages/datadog-api-client-v2/apis/EventsApi.js';
import { IncidentsApi } from '@datadog/datadog-api-client/dist/packages/datadog-api-client-v2/apis/IncidentsApi.js';
import { KeyManagementApi } from '@datadog/datadog-api-client/dist/packages/datadog-api-client-v2/apis/KeyManagementApi.js';
import { LogsApi } from '@datadog/datadog-api-client/dist/packages/datadog-api-client-v2/apis/LogsApi.js';
import { ServiceDefinitionApi } from '@datadog/datadog-api-client/dist/packages/datadog-api-client-v2/apis/ServiceDefinitionApi.js';
import { SpansApi } from '@datadog/datadog-api-client/dist/packages/datadog-api-client-v2/apis/SpansApi.js';
import { expect, it } from 'vitest';
import type { Tool } from '../../src/tool.ts';
import { integration } from '../../tools/datadog/integration.ts';
import { tool as deployments } from '../../tools/datadog-deployments.ts';
import { tool as events } from '../../tools/datadog-events.ts';
import { tool as incidents } from '../../tools/datadog-incidents.ts';
import { tool as logCounts } from '../../tools/datadog-log-counts.ts';
import { tool as logs } from '../../tools/datadog-logs.ts';
import { tool as metrics } from '../../tools/datadog-metrics.ts';
import { tool as monitors } from '../../tools/datadog-monitors.ts';
import { tool as serviceMap } from '../../tools/datadog-service-map.ts';
import { tool as services } from '../../tools/datadog-services.ts';
import { tool as slos } from '../../tools/datadog-slos.ts';
import { tool as spans } from '../../tools/datadog-spans.ts';
import { tool as traces } from '../../tools/datadog-traces.ts';
import { type Asked, startVendor } from './counterpart.ts';
import { ask, from, nowMs, to } from './shop.ts';

const environment = (url: string) => ({ DATADOG_API_KEY: 'api-key', DATADOG_APP_KEY: 'app-key', DATADOG_API_URL: url });
const official = (url: string) => {
  const configuration = createConfiguration({
    baseServer: new BaseServerConfiguration(url, {}),
    authMethods: { apiKeyAuth: 'api-key', appKeyAuth: 'app-key' },
  });
  configuration.unstableOperations['v2.searchIncidents'] = true;
  return configuration;
};
const fromSeconds = Date.parse(from) / 1_000;
const filter = { from: new Date(from).toISOString(), to: new Date(to).toISOString() };

type Official = (configuration: ReturnType<typeof official>) => Promise<unknown>;
type Call = {
  readonly name: string;
  readonly tool: Tool;
  readonly input: object;
  readonly call: Official;
  /** What our server answers; else nothing found. */
  readonly answer?: object;
};
const window = { from, to };
const instants = { from: new Date(from), to: new Date(to) };
const calls: readonly Call[] = [
  {
    name: 'a metric by its name',
    tool: metrics,
    input: { name: 'jvm.heap', aggregation: 'max', by: 'host', services: ['cart'], from, to },
    call: (configuration) =>
      new MetricsApi(configuration).queryMetrics({
        from: fromSeconds,
        to: nowMs / 1_000,
        query: 'max:jvm.heap{service:cart,env:prod} by {host}',
      }),
  },
  {
    name: 'the history of monitors',
    tool: monitors,
    input: { services: ['cart'], monitor: 42, ...window },
    answer: { id: 42, query: 'composite', data: [] },
    call: (configuration) =>
      new EventsApi(configuration).searchEvents({
        body: {
          filter: { query: 'source:alert @monitor.id:42', ...filter },
          sort: '-timestamp',
          page: { limit: 100 },
        },
      }),
  },
  {
    name: 'counts of logs',
    tool: logCounts,
    input: { service: 'cart', ...window },
    answer: { data: { buckets: [] } },
    call: (configuration) =>
      new LogsApi(configuration).aggregateLogs({
        body: {
          compute: [{ aggregation: 'count', type: 'total' }],
          filter: { query: 'service:cart env:prod', ...filter },
          groupBy: [{ facet: 'status', limit: 50, sort: { aggregation: 'count', order: 'desc', type: 'measure' } }],
        },
      }),
  },
  {
    name: 'counts of logs over time',
    tool: logCounts,
    input: { service: 'cart', by: '@http.status_code', ...window },
    answer: { data: { buckets: [] } },
    call: (configuration) =>
      new LogsApi(configuration).aggregateLogs({
        body: {
          compute: [{ aggregation: 'count', interval: '2m', type: 'timeseries' }],
          filter: { query: 'service:cart env:prod', from: '2026-11-18T08:00:00.000Z', to: filter.to },
          groupBy: [
            {
              facet: '@http.status_code',
              limit: 5,
              sort: { aggregation: 'count', order: 'desc', type: 'measure' },
            },
          ],
        },
      }),
  },
  {
    name: 'failing spans',
    tool: traces,
    input: { service: 'cart', ...window },
    call: (configuration) =>
      new SpansApi(configuration).listSpans({
        body: {
          data: {
            type: 'search_request',
            attributes: {
              filter: { query: 'service:cart env:prod status:error', ...filter },
              page: { limit: 50 },
              sort: '-timestamp',
            },
          },
        },
      }),
  },
  {
    name: 'the calls of kept spans',
    tool: serviceMap,
    input: { services: ['cart'], ...window },
    call: (configuration) =>
      new SpansApi(configuration).aggregateSpans({
        body: {
          data: {
            type: 'aggregate_request',
            attributes: {
              compute: [{ aggregation: 'count', type: 'total' }],
              filter: { query: 'env:prod @peer.service:*', ...filter },
              groupBy: [
                { facet: 'service', limit: 100 },
                { facet: '@peer.service', limit: 100 },
              ],
            },
          },
        },
      }),
  },
  {
    name: 'every service definition',
    tool: services,
    input: {},
    call: (configuration) =>
      new ServiceDefinitionApi(configuration).listServiceDefinitions({
        pageSize: 100,
        pageNumber: 0,
        schemaVersion: 'v2.2',
      }),
  },
  {
    name: 'one service definition',
    tool: services,
    input: { services: ['cart'] },
    call: (configuration) =>
      new ServiceDefinitionApi(configuration).getServiceDefinition({ serviceName: 'cart', schemaVersion: 'v2.2' }),
  },
  {
    name: 'service level objectives',
    tool: slos,
    input: { services: ['cart'], ...window },
    call: (configuration) =>
      new ServiceLevelObjectivesApi(configuration).searchSLO({ query: 'service:cart', pageSize: 100, pageNumber: 0 }),
  },
  {
    name: 'the history of an objective',
    tool: slos,
    input: { services: ['cart'], ...window },
    answer: { data: { attributes: { slos: [{ data: { id: '0'.repeat(32), attributes: {} } }] } } },
    call: (configuration) =>
      new ServiceLevelObjectivesApi(configuration).getSLOHistory({
        sloId: '0'.repeat(32),
        fromTs: fromSeconds,
        toTs: nowMs / 1_000,
      }),
  },
  {
    name: 'incidents',
    tool: incidents,
    input: window,
    call: (configuration) =>
      new IncidentsApi(configuration).searchIncidents({
        query: 'state:(active OR stable OR resolved)',
        sort: '-created',
        pageSize: 50,
        pageOffset: 0,
      }),
  },
  {
    name: 'deployments',
    tool: deployments,
    input: { services: ['cart'], ...window },
    call: (configuration) =>
      new DORAMetricsApi(configuration).listDORADeployments({
        body: {
          data: {
            type: 'dora_deployments_list_request',
            attributes: { ...instants, limit: 100, query: 'service:cart env:prod', sort: '-started_at' },
          },
        },
      }),
  },
  {
    name: 'metrics',
    tool: metrics,
    input: { metric: 'disk_ratio', services: ['cart'], from, to },
    call: (configuration) =>
      new MetricsApi(configuration).queryMetrics({
        from: fromSeconds,
        to: nowMs / 1_000,
        query: 'max:system.disk.in_use{service:cart,env:prod}',
      }),
  },
  {
    name: 'monitors',
    tool: monitors,
    input: { services: ['cart'] },
    call: (configuration) =>
      new MonitorsApi(configuration).listMonitors({
        groupStates: 'all',
        monitorTags: 'service:cart',
        page: 0,
        pageSize: 100,
      }),
  },
  {
    name: 'one monitor',
    tool: monitors,
    input: { services: ['cart'], monitor: 42 },
    call: (configuration) => new MonitorsApi(configuration).getMonitor({ monitorId: 42, groupStates: 'all' }),
  },
  {
    name: 'logs',
    tool: logs,
    input: { service: 'cart', from, to },
    call: (configuration) =>
      new LogsApi(configuration).listLogs({
        body: { filter: { query: 'service:cart env:prod', ...filter }, sort: 'timestamp', page: { limit: 1_000 } },
      }),
  },
  {
    name: 'events',
    tool: events,
    input: { services: ['cart'], from, to },
    call: (configuration) =>
      new EventsApi(configuration).searchEvents({
        body: {
          filter: { query: 'service:(cart) change_type:*', ...filter },
          sort: '-timestamp',
          page: { limit: 100 },
        },
      }),
  },
  {
    name: 'spans',
    tool: spans,
    input: { services: ['cart'], from, to },
    call: (configuration) =>
      new SpansApi(configuration).aggregateSpans({
        body: {
          data: {
            type: 'aggregate_request',
            attributes: {
              compute: [
                { aggregation: 'pc95', metric: '@duration', type: 'total' },
                { aggregation: 'count', type: 'total' },
              ],
              filter: { query: 'service:cart env:prod', ...filter },
              groupBy: [
                { facet: 'service', limit: 100 },
                { facet: '@peer.service', limit: 100 },
              ],
            },
          },
        },
      }),
  },
];

const essence = (asked: Asked) => ({
  method: asked.method,
  path: asked.path,
  query: Object.fromEntries(asked.query),
  body: asked.body === '' ? null : JSON.parse(asked.body),
  type: asked.headers['content-type'] ?? null,
  keys: [asked.headers['dd-api-key'], asked.headers['dd-application-key']],
});

it.each(calls)('asks for $name exactly as the official client does', async ({ tool, input, call, answer }) => {
  const theirs = await startVendor(() => ({ body: { data: [] } }));
  const ours = await startVendor(({ path }) =>
    // So that the calls of kept spans are asked for.
    path === '/api/v1/service_dependencies' ? { status: 403 } : { body: answer ?? { data: [], series: [] } },
  );

  await call(official(theirs.url)).catch(() => null);
  await ask(tool, { environment: environment(ours.url), input });

  expect(theirs.asked).toHaveLength(1);
  expect(ours.asked.map(essence)).toContainEqual(theirs.asked.map(essence)[0]);
});

const examined: readonly { readonly name: string; readonly call: Official }[] = [
  { name: 'the validity of both keys', call: (configuration) => new KeyManagementApi(configuration).validateAPIKey() },
  {
    name: 'the scopes of the own key',
    call: (configuration) => new KeyManagementApi(configuration).listCurrentUserApplicationKeys({ pageSize: 100 }),
  },
  {
    name: 'a monitor that cannot exist to be changed',
    call: (configuration) =>
      new MonitorsApi(configuration).updateMonitor({
        monitorId: Number.MAX_SAFE_INTEGER,
        body: { name: 'causeway doctor: must be refused' },
      }),
  },
];

it.each(examined)('doctor asks for $name exactly as the official client does', async ({ call }) => {
  const theirs = await startVendor(() => ({ body: {} }));
  const ours = await startVendor(() => ({ body: {} }));
  const given = integration.environment.parse(environment(ours.url));

  await call(official(theirs.url)).catch(() => null);
  await integration.connect(given).examine({
    signal: new AbortController().signal,
    nowMs,
    environment: 'prod',
    repositories: [],
    namespaces: [],
    logGroups: [],
  });

  expect(theirs.asked).toHaveLength(1);
  expect(ours.asked.map(essence)).toContainEqual(theirs.asked.map(essence)[0]);
});

it('doctor asks for the validity of the API key where the official client does', async () => {
  const theirs = await startVendor(() => ({ body: { valid: true } }));

  await new AuthenticationApi(official(theirs.url)).validate();

  expect(theirs.asked.map(({ method, path }) => [method, path])).toEqual([['GET', '/api/v1/validate']]);
});
