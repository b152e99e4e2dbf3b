import {
  getDefinition,
  listDefinitions,
  noDeployments,
  noIncidents,
  noObjectives,
  serviceDependencies,
} from './datadog-catalogue.ts';
import { getEvents, searchEvents } from './datadog-events.ts';
import { aggregateLogs, searchLogs } from './datadog-logs.ts';
import { answerMetricQuery, type DatadogLab, datadogErrors } from './datadog-metrics.ts';
import { getMonitor, listMonitors } from './datadog-monitors.ts';
import { datadogPage } from './datadog-page.ts';
import { aggregateSpans, searchSpans } from './datadog-spans.ts';
import {
  jsonAnswer,
  type RunningVendor,
  startVendorServer,
  type VendorAnswer,
  type VendorOptions,
  type VendorRequest,
} from './vendor-http.ts';

export type DatadogOptions = VendorOptions & {
  readonly apiKey?: string;
  readonly applicationKey?: string;
  /** Requests per endpoint and minute of the lab's clock; more are answered 429. */
  readonly requestsPerMinute?: number;
};

type Route = (lab: DatadogLab, request: VendorRequest) => VendorAnswer;

const routes: Readonly<Record<string, Route>> = {
  'GET /api/v1/validate': () => jsonAnswer(200, { valid: true }),
  'GET /api/v2/validate_keys': () => jsonAnswer(200, { status: 'ok' }),
  'GET /api/v1/query': answerMetricQuery,
  'GET /api/v1/service_dependencies': serviceDependencies,
  'GET /api/v2/services/definitions': listDefinitions,
  'GET /api/v1/slo/search': noObjectives,
  'GET /api/v2/incidents/search': noIncidents,
  'POST /api/v2/dora/deployments': noDeployments,
  'GET /api/v1/monitor': listMonitors,
  'POST /api/v2/logs/events/search': searchLogs,
  'POST /api/v2/logs/analytics/aggregate': aggregateLogs,
  'POST /api/v2/events/search': searchEvents,
  'GET /api/v2/events': getEvents,
  'POST /api/v2/spans/analytics/aggregate': aggregateSpans,
  'POST /api/v2/spans/events/search': searchSpans,
};

const monitorPath = /^\/api\/v1\/monitor\/([^/]+)$/;
const definitionPath = /^\/api\/v2\/services\/definitions\/([^/]+)$/;
const periodSeconds = 60;

function routeOf(request: VendorRequest): { readonly name: string; readonly run: Route } | null {
  const key = `${request.method} ${request.path}`;
  const run = routes[key];
  if (run !== undefined) return { name: key, run };
  // The lab's keys read: what Datadog would change is forbidden, whatever it is.
  if (request.method !== 'GET' && request.method !== 'POST')
    return { name: key, run: () => datadogErrors(403, 'Forbidden') };
  const id = request.method === 'GET' ? monitorPath.exec(request.path)?.[1] : undefined;
  if (id !== undefined) return { name: 'GET /api/v1/monitor/id', run: (lab, asked) => getMonitor(lab, id, asked) };
  const service = request.method === 'GET' ? definitionPath.exec(request.path)?.[1] : undefined;
  if (service === undefined) return null;
  return { name: 'GET /api/v2/services/definitions/id', run: (lab) => getDefinition(lab, decodeURIComponent(service)) };
}

type Budget = { periodStart: number; used: number };

/** Datadog's fixed-window limits: what is left travels in every answer's headers. */
function createRateLimit(limit: number, nowMs: () => number) {
  const budgets = new Map<string, Budget>();
  return (name: string): { readonly allowed: boolean; readonly headers: Readonly<Record<string, string>> } => {
    const nowSeconds = Math.floor(nowMs() / 1_000);
    const periodStart = nowSeconds - (nowSeconds % periodSeconds);
    const budget = budgets.get(name);
    const used = (budget?.periodStart === periodStart ? budget.used : 0) + 1;
    budgets.set(name, { periodStart, used });
    return {
      allowed: used <= limit,
      headers: {
        'x-ratelimit-limit': String(limit),
        'x-ratelimit-period': String(periodSeconds),
        'x-ratelimit-remaining': String(Math.max(0, limit - used)),
        'x-ratelimit-reset': String(periodStart + periodSeconds - nowSeconds),
        'x-ratelimit-name': name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '_'),
      },
    };
  };
}

function answerRoute(lab: DatadogLab, request: VendorRequest, take: ReturnType<typeof createRateLimit>): VendorAnswer {
  const route = routeOf(request);
  if (route === null) return datadogErrors(404, 'Not found');
  const { allowed, headers } = take(route.name);
  const answer = allowed ? route.run(lab, request) : datadogErrors(429, 'Too many requests');
  return { ...answer, headers: { ...answer.headers, ...headers } };
}

/** Datadog's v1 and v2 read APIs and the pages its links lead to. */
export async function startDatadog(options: DatadogOptions): Promise<RunningVendor> {
  const { apiKey = 'lab-api-key', applicationKey = 'lab-application-key', requestsPerMinute = 600 } = options;
  let url = '';
  const lab: DatadogLab = { world: options.world, nowMs: options.nowMs, webUrl: () => url };
  const take = createRateLimit(requestsPerMinute, options.nowMs);
  const server = await startVendorServer(options.port, (request) => {
    if (!request.path.startsWith('/api/')) return datadogPage(lab, request);
    const known = request.headers['dd-api-key'] === apiKey;
    // Datadog's key validation needs no application key.
    const complete = request.headers['dd-application-key'] === applicationKey || request.path === '/api/v1/validate';
    return known && complete ? answerRoute(lab, request, take) : datadogErrors(403, 'Forbidden');
  });
  url = server.url;
  return {
    ...server,
    environment: {
      DATADOG_API_KEY: apiKey,
      DATADOG_APP_KEY: applicationKey,
      DATADOG_SITE: 'datadoghq.com',
      DATADOG_API_URL: url,
      DATADOG_WEB_URL: url,
    },
  };
}
