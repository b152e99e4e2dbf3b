/** A small catalogue, a moment, and how tests call a tool: through the loader's own connection. */
import type { Catalogue, Service } from '../../src/core/catalogue.ts';
import { connectTools } from '../../src/load-tools.ts';
import type { Finding, ProbeContext, Tool } from '../../src/tool.ts';

const service = (id: string, more: Partial<Service> = {}): Service => ({
  id,
  title: id,
  tier: 1,
  repository: 'acme/shop',
  paths: [`services/${id}/`],
  logGroups: [],
  datadogService: null,
  kubernetes: null,
  pagerdutyService: null,
  dependsOn: [],
  owners: ['shop-oncall'],
  external: false,
  ...more,
});

export const catalogue: Catalogue = {
  version: '0'.repeat(64),
  environment: 'prod',
  services: [
    service('checkout', {
      dependsOn: ['payments'],
      pagerdutyService: 'PCHECKT',
      logGroups: ['/shop/prod/checkout'],
      kubernetes: { namespace: 'shop', workload: 'checkout' },
    }),
    service('cart', { kubernetes: { namespace: 'shop', workload: 'cart' } }),
    service('payments', {
      repository: 'acme/payments',
      paths: [],
      pagerdutyService: 'PPAYMNT',
      datadogService: 'payments-api',
    }),
    service('cardgate', { repository: null, external: true }),
  ],
  groups: [],
  mcpServers: [],
  people: [],
};

export const nowMs = Date.parse('2026-11-18T10:00:00Z');
export const minuteMs = 60_000;
export const from = '2026-11-18T09:00:00Z';
export const to = '2026-11-18T10:00:00Z';
export const at = (minutesAgo: number): string => new Date(nowMs - minutesAgo * minuteMs).toISOString();

export const probeContext: ProbeContext = {
  catalogue,
  scope: catalogue.services,
  alert: {
    service: 'checkout',
    metric: 'latency_p95_ms',
    comparator: '>',
    threshold: 800,
    triggeredAtMs: nowMs - 2 * minuteMs,
  },
  window: { fromMs: nowMs - 70 * minuteMs, toMs: nowMs },
};

export type Asking = {
  readonly environment: { readonly [name: string]: string };
  readonly input: unknown;
  readonly signal?: AbortSignal;
};

export async function ask(tool: Tool, { environment, input, signal }: Asking): Promise<Finding> {
  const { connected, problems } = connectTools([tool], environment);
  const [only] = connected;
  if (only === undefined) throw new Error(`not connected: ${problems.join('; ')}`);
  return only.call(input, { signal: signal ?? new AbortController().signal, timeoutMs: 8_000, nowMs, catalogue });
}

export function found(finding: Finding): Extract<Finding, { kind: 'found' }> {
  if (finding.kind !== 'found') throw new Error(`expected a found finding, got ${JSON.stringify(finding)}`);
  return finding;
}

export function failure(finding: Finding): Extract<Finding, { kind: 'failed' }> {
  if (finding.kind !== 'failed') throw new Error(`expected a failed finding, got ${finding.kind}`);
  return finding;
}

/** Headline as one text, outside text in angle brackets. */
export const headline = (finding: Finding): string =>
  found(finding)
    .headline.map((part) => (typeof part === 'string' ? part : `<${part.untrusted}>`))
    .join('');
