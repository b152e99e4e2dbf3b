import { monitorTags } from './datadog-monitors.ts';
import { datadogQuery, inDatadogUnit } from './datadog-vocabulary.ts';
import { minuteMs } from './minute-buckets.ts';
import type { ShopMonitor, World } from './world.ts';

export type MonitorAlert = {
  readonly world: World;
  readonly monitor: ShopMonitor;
  readonly atMs: number;
  /** Where the monitor's page is: `DATADOG_WEB_URL`. */
  readonly webUrl: string;
};

const windowMinutes = 5;

/** The mean of the monitor's last five complete minutes, in the query's unit; null without data. */
function evaluatedValue({ world, monitor, atMs }: MonitorAlert): number | null {
  const values = Array.from({ length: windowMinutes }, (_, index) =>
    world.metric(monitor.service, monitor.metric, atMs - (index + 1) * minuteMs),
  ).filter((value) => value !== null);
  if (values.length === 0) return null;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Number(inDatadogUnit(monitor.metric, mean).toPrecision(4));
}

/** The message Datadog's chat integration posts when a monitor triggers. Values are in the query's unit. */
export function monitorAlertText(alert: MonitorAlert): string {
  const { monitor, atMs, webUrl } = alert;
  const threshold = `${monitor.comparator} ${inDatadogUnit(monitor.metric, monitor.threshold)}`;
  return [
    `[Triggered] ${monitor.name}`,
    `${datadogQuery(monitor.metric, monitor.service)} was ${threshold} on average during the last ${windowMinutes}m.`,
    `Metric value: ${evaluatedValue(alert) ?? 'no data'}`,
    `Threshold: ${threshold}`,
    `Tags: ${monitorTags(monitor).join(', ')}`,
    `The monitor was last triggered at ${new Date(atMs).toUTCString()}.`,
    `Monitor: ${webUrl}/monitors/${monitor.id}`,
  ].join('\n');
}
