/** The scopes of an application key that the Datadog tools need, each with the cheapest read that proves it. */
import type { DatadogRequest } from './client.ts';

type Need = { readonly scopes: readonly string[]; readonly read: DatadogRequest };

const minuteMs = 60_000;

/** Every scope once; the reads ask for one thing of the last minutes. */
export function neededReads(nowMs: number): readonly Need[] {
  const range = { from: new Date(nowMs - 5 * minuteMs).toISOString(), to: new Date(nowMs).toISOString() };
  const filter = { query: '*', ...range };
  const seconds = { from: Math.floor(nowMs / 1_000) - 300, to: Math.floor(nowMs / 1_000) };
  return [
    {
      scopes: ['logs_read_data', 'logs_read_index_data'],
      read: { path: '/api/v2/logs/events/search', body: { filter, page: { limit: 1 }, sort: 'timestamp' } },
    },
    {
      scopes: ['timeseries_query'],
      read: { path: '/api/v1/query', parameters: { ...seconds, query: 'avg:system.load.1{*}' } },
    },
    { scopes: ['monitors_read'], read: { path: '/api/v1/monitor', parameters: { page: 0, page_size: 1 } } },
    {
      scopes: ['events_read'],
      read: { path: '/api/v2/events/search', body: { filter, page: { limit: 1 }, sort: 'timestamp' } },
    },
    {
      scopes: ['apm_read'],
      read: {
        path: '/api/v2/spans/events/search',
        body: { data: { attributes: { filter, page: { limit: 1 }, sort: '-timestamp' }, type: 'search_request' } },
      },
    },
    {
      scopes: ['apm_service_catalog_read'],
      read: { path: '/api/v2/services/definitions', parameters: { 'page[size]': 1, 'page[number]': 0 } },
    },
    { scopes: ['slos_read'], read: { path: '/api/v1/slo/search', parameters: { 'page[size]': 1, 'page[number]': 0 } } },
    {
      scopes: ['incident_read'],
      read: { path: '/api/v2/incidents/search', parameters: { query: 'state:active', 'page[size]': 1 } },
    },
    {
      scopes: ['dora_metrics_read'],
      read: {
        path: '/api/v2/dora/deployments',
        body: { data: { attributes: { ...range, limit: 1 }, type: 'dora_deployments_list_request' } },
      },
    },
  ];
}

export const neededScopes = (): readonly string[] => neededReads(0).flatMap(({ scopes }) => scopes);

/** A read that nobody needs is no harm; anything that changes, manages or unmasks is. */
const harmless = /^(?!.*(?:unmask|scanner|capture)).*_read(?:_data|_index_data)?$|^timeseries_query$/u;

export const excessOf = (granted: readonly string[]): readonly string[] =>
  granted.filter((scope) => !neededScopes().includes(scope) && !harmless.test(scope));
