/** What is scraped and which names there are, the way Prometheus lists it. */
import { exportedMetrics, type PrometheusSample, readSelector } from './prometheus-selector.ts';
import { systemNameOf } from './system-name.ts';
import type { World } from './world.ts';

/** The labels of every series a selector names; of all series without a metric's name. Null for a bad selector. */
export function seriesOf(world: World, selector: string): readonly PrometheusSample['labels'][] | null {
  const names = selector.trim().startsWith('{') ? exportedMetrics(world) : [''];
  const read = names.map((name) => readSelector(world, `${name}${selector}`));
  return read.some((one) => !one.ok)
    ? null
    : read.flatMap((one) => (one.ok ? one.value.map(({ labels }) => labels) : []));
}

/** The values of one label over every series, or over those a selector names. */
export function labelValues(world: World, label: string, selector: string | null): readonly string[] | null {
  const series = seriesOf(world, selector ?? '{}');
  return series === null ? null : [...new Set(series.flatMap((labels) => labels[label] ?? []))].toSorted();
}

/** Every exported metric is a gauge. */
export const metadata = (world: World): object =>
  Object.fromEntries(
    exportedMetrics(world).map((name) => [
      name,
      [{ type: 'gauge', help: `The ${systemNameOf(world)}'s ${name}.`, unit: '' }],
    ]),
  );

/** One target for each service of the system, all of them up. */
export function activeTargets(world: World, nowMs: number): readonly object[] {
  return world.services
    .filter(({ external }) => !external)
    .map(({ id }) => ({
      discoveredLabels: {},
      labels: { instance: `${id}:9100`, job: systemNameOf(world), service: id, env: 'prod' },
      scrapePool: systemNameOf(world),
      scrapeUrl: `http://${id}:9100/metrics`,
      globalUrl: `http://${id}:9100/metrics`,
      lastError: '',
      lastScrape: new Date(nowMs).toISOString(),
      lastScrapeDuration: 0.004,
      health: 'up',
      scrapeInterval: '1m',
      scrapeTimeout: '10s',
    }));
}

/** What may be done is what the flags switch on: nothing. */
export const flags: { readonly [flag: string]: string } = {
  'web.enable-admin-api': 'false',
  'web.enable-lifecycle': 'false',
  'web.enable-remote-write-receiver': 'false',
};
