/**
 * We do not load Datadog's client (seconds and 190 MB). Goal: ask exactly what it asks. Method: both ask the same
 * server, which compares. And answers recorded from Datadog are read by our tools.
 */
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { createConfiguration } from '@datadog/datadog-api-client/dist/packages/datadog-api-client-common/configuration.js';
import { BaseServerConfiguration } from '@datadog/datadog-api-client/dist/packages/datadog-api-client-common/servers.js';
import { MetricsApi } from '@datadog/datadog-api-client/dist/packages/datadog-api-client-v1/apis/MetricsApi.js';
import { MonitorsApi } from '@datadog/datadog-api-client/dist/packages/datadog-api-client-v1/apis/MonitorsApi.js';
import { EventsApi } from '@datadog/datadog-api-client/dist/packages/datadog-api-client-v2/apis/EventsApi.js';
import { LogsApi } from '@datadog/datadog-api-client/dist/packages/datadog-api-client-v2/apis/LogsApi.js';
import { SpansApi } from '@datadog/datadog-api-client/dist/packages/datadog-api-client-v2/apis/SpansApi.js';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Tool } from '../../src/tool.ts';
import { tool as events } from '../../tools/datadog-events.ts';
import { tool as logs } from '../../tools/datadog-logs.ts';
import { tool as metrics } from '../../tools/datadog-metrics.ts';
import { tool as monitors } from '../../tools/datadog-monitors.ts';
import { tool as spans } from '../../tools/datadog-spans.ts';
import { type Asked, startVendor } from './counterpart.ts';
import { ask, from, nowMs, to } from './shop.ts';

const environment = (url: string) => ({ DATADOG_API_KEY: 'api-key', DATADOG_APP_KEY: 'app-key', DATADOG_API_URL: url });
const official = (url: string) =>
  createConfiguration({
    baseServer: new BaseServerConfiguration(url, {}),
    authMethods: { apiKeyAuth: 'api-key', appKeyAuth: 'app-key' },
  });
const fromSeconds = Date.parse(from) / 1_000;
const filter = { from: new Date(from).toISOString(), to: new Date(to).toISOString() };

type Official = (configuration: ReturnType<typeof official>) => Promise<unknown>;
type Call = { readonly name: string; readonly tool: Tool; readonly input: object; readonly call: Official };
const calls: readonly Call[] = [
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

it.each(calls)('asks for $name exactly as the official client does', async ({ tool, input, call }) => {
  const theirs = await startVendor(() => ({ body: { data: [] } }));
  const ours = await startVendor(() => ({ body: { data: [], series: [] } }));

  await call(official(theirs.url)).catch(() => null);
  await ask(tool, { environment: environment(ours.url), input });

  expect(theirs.asked).toHaveLength(1);
  expect(ours.asked.map(essence)).toContainEqual(theirs.asked.map(essence)[0]);
});

// CAUSEWAY_DATA, or the data folder beside the repository.
// biome-ignore lint/style/noProcessEnv: the one optional input of the tests.
const data = process.env['CAUSEWAY_DATA'] ?? resolve(import.meta.dirname, '../../../shared/data');
const recorded = `${data}/datadog`;
const har = z.object({
  log: z.object({
    entries: z.array(
      z.object({
        request: z.object({ method: z.string(), url: z.string() }),
        response: z.object({ status: z.number(), content: z.object({ text: z.string().default('') }) }),
      }),
    ),
  }),
});

/** The recorded answer of the last request to `path` in a recording. */
function recordedAnswer(recording: string, path: string) {
  const { entries } = har.parse(JSON.parse(readFileSync(`${recorded}/${recording}/recording.har`, 'utf8'))).log;
  const entry = entries.find(({ request }) => new URL(request.url).pathname === path);
  return { status: entry?.response.status ?? 0, body: entry?.response.content.text ?? '' };
}

type Recording = {
  readonly recording: string;
  readonly path: string;
  readonly tool: Tool;
  readonly input: object;
  readonly expected: object;
};
const recordings: readonly Recording[] = [
  {
    recording: 'v1/Monitors_4022238206/Get-all-monitors-returns-OK-response-with-pagination_1138556425',
    path: '/api/v1/monitor',
    tool: monitors,
    input: { services: ['cart'] },
    expected: { kind: 'found', signals: { monitors: [{ comparator: '>', threshold: 0.2, state: 'no-data' }, {}] } },
  },
  {
    recording: 'v1/Monitors_4022238206/Get-a-monitor-s-details-returns-OK-response_3416600972',
    path: '/api/v1/monitor/155844758',
    tool: monitors,
    input: { services: ['cart'], monitor: 155_844_758 },
    expected: { kind: 'found', signals: { monitors: [{ monitor: '155844758', state: 'no-data' }] } },
  },
  {
    recording: 'v2/Logs_1370058150/Search-logs-returns-OK-response_3514533342',
    path: '/api/v2/logs/events/search',
    tool: logs,
    input: { service: 'cart', from, to },
    expected: { kind: 'empty' },
  },
  {
    recording: 'v2/Events_3416228/Search-events-returns-OK-response_1787219696',
    path: '/api/v2/events/search',
    tool: events,
    input: { services: ['cart'], from, to },
    expected: { kind: 'empty' },
  },
  {
    recording: 'v2/Events_3416228/Search-events-returns-Bad-Request-response_3045307122',
    path: '/api/v2/events/search',
    tool: events,
    input: { services: ['cart'], from, to },
    expected: { kind: 'failed', retryable: false, reason: expect.stringContaining('rejected (400)') },
  },
];

const present = existsSync(recorded);

describe.runIf(present)('answers recorded from Datadog (skipped without CAUSEWAY_DATA)', () => {
  it.each(recordings)('reads $recording', async (one) => {
    const answer = recordedAnswer(one.recording, one.path);
    const vendor = await startVendor(() => answer);

    const finding = await ask(one.tool, { environment: environment(vendor.url), input: one.input });

    expect(finding).toMatchObject(one.expected);
  });
});
