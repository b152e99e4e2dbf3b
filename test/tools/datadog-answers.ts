/** A Datadog in which every tool finds something: its answers by path, for tests that vary one thing at a time. */
import { z } from 'zod';
import { type Answer, type Asked, startVendor } from './counterpart.ts';
import { at, from, minuteMs, nowMs, to } from './shop.ts';

export const datadogVariables = (url: string) => ({
  DATADOG_API_KEY: 'api-key-of-the-tests',
  DATADOG_APP_KEY: 'application-key-of-the-tests-1234',
  DATADOG_API_URL: url,
  DATADOG_WEB_URL: 'https://datadog.test',
});

const window = { from, to };

/** Each tool's plainest input. */
export const datadogInputs: { readonly [tool: string]: object } = {
  datadog_deployments: { services: ['checkout'], ...window },
  datadog_events: { services: ['checkout'], ...window },
  datadog_incidents: { services: ['checkout'], ...window },
  datadog_log_counts: { service: 'checkout', ...window },
  datadog_logs: { service: 'checkout', ...window },
  datadog_metrics: { metric: 'latency_p95_ms', services: ['checkout'], ...window },
  datadog_monitors: { services: ['checkout'], ...window },
  datadog_service_map: { services: ['checkout'], ...window },
  datadog_services: { services: ['checkout'] },
  datadog_slos: { services: ['checkout'], ...window },
  datadog_spans: { services: ['checkout'], ...window },
  datadog_traces: { service: 'checkout', ...window },
};

export const logBucket = (by: string, value: string, count: unknown) => ({
  by: { [by]: value },
  computes: { c0: count },
});

type SpanParts = {
  readonly trace: string;
  readonly span: string;
  readonly parent?: string;
  readonly service?: string;
  readonly resource?: string;
  readonly durationMs?: number;
  readonly failed?: boolean;
  readonly minutesAgo?: number;
};

export const spanRecord = (parts: SpanParts) => ({
  id: `${parts.trace}-${parts.span}`,
  type: 'spans',
  attributes: {
    custom: { duration: (parts.durationMs ?? 40) * 1_000_000 },
    end_timestamp: at(parts.minutesAgo ?? 10),
    operation_name: 'http.request',
    parent_id: parts.parent ?? '0',
    resource_name: parts.resource ?? 'POST /pay',
    service: parts.service ?? 'checkout',
    span_id: parts.span,
    start_timestamp: at(parts.minutesAgo ?? 10),
    status: parts.failed === true ? 'error' : 'ok',
    trace_id: parts.trace,
  },
});

export const deployment = (id: string, minutesAgo: number, more: object = {}) => ({
  id,
  type: 'dora_deployment',
  attributes: {
    service: 'checkout',
    env: 'prod',
    started_at: at(minutesAgo),
    finished_at: at(minutesAgo - 1),
    version: `v${id}`,
    git: { commit_sha: 'a'.repeat(40), repository_id: 'github.com/acme/shop' },
    ...more,
  },
});

export const incident = (id: number, more: object = {}) => ({
  data: {
    type: 'incidents',
    id: `${id}`,
    attributes: {
      public_id: id,
      title: `Incident ${id}`,
      created: at(30),
      resolved: null,
      state: 'active',
      severity: 'SEV-2',
      customer_impacted: true,
      fields: { services: { type: 'autocomplete', value: ['checkout'] }, teams: { type: 'autocomplete', value: null } },
      ...more,
    },
  },
});

export const definition = (service: string, more: object = {}) => ({
  type: 'service-definition',
  id: service,
  attributes: {
    meta: {},
    schema: {
      'schema-version': 'v2.2',
      'dd-service': service,
      team: 'payments-team',
      tier: 'Tier 1',
      description: 'Takes the money',
      links: [{ name: 'code', type: 'repo', url: 'https://github.com/acme/shop' }],
      integrations: { pagerduty: { 'service-url': 'https://acme.pagerduty.com/service-directory/PABC123' } },
      ...more,
    },
  },
});

export const objective = (id: string, more: object = {}) => ({
  data: {
    type: 'slo',
    id,
    attributes: {
      name: `Objective ${id}`,
      slo_type: 'metric',
      service_tags: ['service:checkout'],
      status: { sli: 99.5, error_budget_remaining: 50, state: 'ok' },
      thresholds: [{ timeframe: '30d', target: 99, target_display: '99.' }],
      ...more,
    },
  },
});

export const sloPage = (objectives: readonly object[]) => ({
  data: { type: '', attributes: { slos: objectives } },
});

const points = Array.from({ length: 60 }, (_, index) => [nowMs - (60 - index) * minuteMs, index < 40 ? 0.2 : 1.4]);

const answers: { readonly [path: string]: unknown } = {
  '/api/v1/monitor': [{ id: 7, name: 'Slow', query: 'avg(last_5m):p95:trace.http.request{service:checkout} > 0.8' }],
  '/api/v1/query': { status: 'ok', series: [{ scope: 'service:checkout,env:prod', pointlist: points }] },
  '/api/v1/service_dependencies': { web: { calls: ['checkout'] }, checkout: { calls: ['payments-api', 'postgres'] } },
  '/api/v1/slo/search': sloPage([objective('a'.repeat(32))]),
  '/api/v2/dora/deployments': { data: [deployment('1', 20)] },
  '/api/v2/events/search': {
    data: [
      {
        id: '1',
        type: 'event',
        attributes: {
          timestamp: at(12),
          message: 'turned on',
          tags: ['service:checkout', 'change_type:feature_flag'],
          attributes: { title: 'Flag turned on', status: 'error', monitor: { id: 7, groups: ['host:a'] } },
        },
      },
    ],
  },
  '/api/v2/incidents/search': { data: { attributes: { total: 1, incidents: [incident(41)] } } },
  '/api/v2/logs/analytics/aggregate': { data: { buckets: [logBucket('status', 'error', 12)] } },
  '/api/v2/logs/events/search': {
    data: [{ attributes: { message: 'db timeout', status: 'error', timestamp: at(5) } }],
  },
  '/api/v2/services/definitions/checkout': { data: definition('checkout') },
  '/api/v2/spans/analytics/aggregate': {
    data: [{ attributes: { by: { service: 'checkout', '@peer.service': 'cart' }, compute: { c0: 5e7, c1: 40 } } }],
  },
  '/api/v2/spans/events/search': {
    data: [spanRecord({ trace: 't1', span: 's1', durationMs: 900, failed: true })],
  },
};

/** All is well: the answer for the path, else 404 as Datadog writes it. */
export function healthyAnswer(asked: Asked): Answer {
  const body = answers[asked.path];
  if (body !== undefined) return { body };
  if (/^\/api\/v1\/slo\/[^/]+\/history$/u.test(asked.path)) {
    return { body: { data: { overall: { sli_value: 90, history: [] } }, errors: null } };
  }
  return { status: 404, body: { errors: ['Not found'] } };
}

/** A Datadog that answers some paths otherwise. */
export const startDatadog = (own: { readonly [path: string]: (asked: Asked) => Answer }) =>
  startVendor((asked) => own[asked.path]?.(asked) ?? healthyAnswer(asked));

const searchBody = z.object({
  filter: z.object({ query: z.string(), from: z.string(), to: z.string() }),
  page: z.object({ limit: z.number(), cursor: z.string().optional() }).optional(),
  group_by: z.array(z.object({ facet: z.string(), limit: z.number() })).optional(),
  compute: z.array(z.object({ type: z.string(), interval: z.string().optional() })).optional(),
});

/** The search in a request's body, whether Datadog wants it in an envelope or not. */
export function searchOf(asked: Asked): z.output<typeof searchBody> {
  const body: unknown = JSON.parse(asked.body);
  const wrapped = z.object({ data: z.object({ attributes: z.unknown() }) }).safeParse(body);
  return searchBody.parse(wrapped.success ? wrapped.data.data.attributes : body);
}

/** Whether a search is about the time before the window. */
export const isBaseline = (asked: Asked): boolean => Date.parse(searchOf(asked).filter.to) <= Date.parse(from);
