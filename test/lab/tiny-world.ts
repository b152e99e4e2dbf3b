/** A hand-written world with two services and known numbers, for the vendor stand-ins' tests. */
import type { LogLine, ShopEvent, ShopMonitor, ShopService, World, WorldMetric } from '../../src/lab/world.ts';

export const minuteMs = 60_000;
/** 2026-11-20 10:00:00 UTC: the fault's onset. */
export const onsetMs = Date.UTC(2026, 10, 20, 10);
/** Ten minutes and half a minute later: the running minute is never complete. */
export const nowMs = onsetMs + 10 * minuteMs + 30_000;

const service = (id: string, more: Partial<ShopService>): ShopService => ({
  id,
  title: id,
  tier: 1,
  external: false,
  repository: 'acme/shop',
  paths: [`services/${id}`],
  dependsOn: [],
  owners: ['shop-oncall'],
  logsInCloudWatch: false,
  pods: 1,
  ...more,
});

const services = [
  service('checkout', { logsInCloudWatch: true, dependsOn: ['cart', 'cardgate'] }),
  service('cart', {}),
  service('search', {}),
  service('cardgate', { external: true, repository: null }),
];

const monitor = (id: number, more: Partial<ShopMonitor>): ShopMonitor => ({
  id,
  name: `checkout latency ${id}`,
  service: 'checkout',
  metric: 'latency_p95_ms',
  comparator: '>',
  threshold: 500,
  ...more,
});

const monitors = [
  monitor(101, {}),
  monitor(102, { name: 'cart errors', service: 'cart', metric: 'error_ratio', threshold: 0.05 }),
  monitor(103, { name: 'cart CPU', service: 'cart', metric: 'cpu_ratio', threshold: 0.9 }),
  monitor(104, {
    name: 'cart certificate',
    service: 'cart',
    metric: 'certificate_days',
    comparator: '<',
    threshold: 7,
  }),
  monitor(105, { name: '<script>alert(1)</script>', service: 'cart', metric: 'memory_ratio', threshold: 0.9 }),
];

const steady: Partial<Record<WorldMetric, number>> = {
  latency_p95_ms: 200,
  error_ratio: 0.02,
  request_rate: 50,
  cpu_ratio: 0.4,
  memory_ratio: 0.5,
  pool_ratio: 0.25,
  restart_count: 0,
  throttle_count: 3,
};

function metric(of: string, name: WorldMetric, atMs: number): number | null {
  if (of === 'cardgate' || of === 'search') return null;
  if (of === 'checkout' && name === 'latency_p95_ms' && atMs >= onsetMs) return 900;
  return steady[name] ?? null;
}

/** One line every ten seconds; every third is an error, as JSON in checkout and plain elsewhere. */
function logs(of: string, fromMs: number, toMs: number): readonly LogLine[] {
  const lines: LogLine[] = [];
  for (let atMs = Math.ceil(fromMs / 10_000) * 10_000; atMs < toMs; atMs += 10_000) {
    const level = atMs % 30_000 === 0 ? 'error' : 'info';
    const text = level === 'error' ? 'payment timed out after 3000 ms' : 'request served';
    const message =
      of === 'checkout' ? JSON.stringify({ level, message: text, order: { id: 7 } }) : `${level.toUpperCase()} ${text}`;
    lines.push({ atMs, service: of, pod: `${of}-1`, level, message, requestId: `r${atMs}` });
  }
  return lines;
}

const events: readonly ShopEvent[] = [-50, -40, -30, -20, -10, 30].map((minute, index) => ({
  id: `e${index}`,
  atMs: onsetMs + minute * minuteMs,
  title: `Flag new-cart turned ${index % 2 === 0 ? 'on' : 'off'}`,
  text: 'Changed by robin',
  service: index < 4 ? 'cart' : 'checkout',
  changeType: 'feature_flag',
  tags: ['flag:new-cart'],
}));

const alert = { monitor: monitor(101, {}), triggeredAtMs: onsetMs + 5 * minuteMs };

export const tinyWorld: World = {
  services,
  monitors,
  alert,
  metric,
  logs,
  edge: (_from, to, { fromMs, toMs }) => {
    const calls = Math.round((toMs - fromMs) / 1_000);
    return { calls, errors: to === 'cardgate' ? Math.round(calls / 10) : 0, p95Ms: to === 'cardgate' ? 800 : 40 };
  },
  events: (fromMs, toMs) => events.filter((event) => event.atMs >= fromMs && event.atMs < toMs),
  monitorState: ({ id }, atMs) => {
    if (id === 104) return 'no-data';
    return id === 101 && atMs >= alert.triggeredAtMs ? 'alert' : 'ok';
  },
  intervene: () => {
    throw new Error('the tiny world cannot be changed');
  },
  interventions: () => [],
};
