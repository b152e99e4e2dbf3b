/** The shop's monitors as alerting rules, the way `/api/v1/rules` and `/api/v1/alerts` list them. */
import { transitionsOf } from './datadog-monitors.ts';
import { minuteMs } from './minute-buckets.ts';
import { exportedMetric } from './prometheus-selector.ts';
import type { ShopMonitor, World } from './world.ts';

/** Monitors look at the mean of five minutes; a rule of the same team would wait as long. */
const waitSeconds = 300;

const scaled = (value: number, scale: number): number => Number((value * scale).toPrecision(12));

/** The alert of a monitor that alerts now. */
export function activeAlert(world: World, monitor: ShopMonitor, nowMs: number): readonly object[] {
  if (world.monitorState(monitor, nowMs) !== 'alert') return [];
  const { scale } = exportedMetric(world, monitor.metric);
  const value = world.metric(monitor.service, monitor.metric, nowMs - minuteMs);
  const { triggeredAtMs } = transitionsOf(world, monitor, nowMs);
  // Whole seconds, as Datadog tells the same moment.
  const firedAtMs = Math.floor((triggeredAtMs ?? nowMs) / 1_000) * 1_000;
  return [
    {
      labels: { alertname: monitor.name, service: monitor.service, env: 'prod' },
      annotations: {},
      state: 'firing',
      activeAt: new Date(firedAtMs - waitSeconds * 1_000).toISOString(),
      value: String(value === null ? Number.NaN : scaled(value, scale)),
    },
  ];
}

function ruleOf(world: World, monitor: ShopMonitor, nowMs: number): object {
  const { name, scale } = exportedMetric(world, monitor.metric);
  const alerts = activeAlert(world, monitor, nowMs);
  return {
    state: alerts.length > 0 ? 'firing' : 'inactive',
    name: monitor.name,
    query: `${name}{service="${monitor.service}"} ${monitor.comparator} ${scaled(monitor.threshold, scale)}`,
    duration: waitSeconds,
    keepFiringFor: 0,
    labels: { env: 'prod' },
    annotations: {},
    alerts,
    health: 'ok',
    evaluationTime: 0.0004,
    lastEvaluation: new Date(nowMs).toISOString(),
    type: 'alerting',
  };
}

/** One group for each service, as a team would write its rule files. */
export function ruleGroups(world: World, nowMs: number): readonly object[] {
  const services = [...new Set(world.monitors.map(({ service }) => service))];
  return services.map((service) => ({
    name: service,
    file: `/etc/prometheus/rules/${service}.yml`,
    interval: 60,
    limit: 0,
    rules: world.monitors
      .filter((monitor) => monitor.service === service)
      .map((monitor) => ruleOf(world, monitor, nowMs)),
    evaluationTime: 0.001,
    lastEvaluation: new Date(nowMs).toISOString(),
  }));
}
