import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type BuiltWorld, buildWorld } from '../../src/lab/build-world.ts';
import { startDatadog } from '../../src/lab/datadog.ts';
import { monitorAlertText } from '../../src/lab/datadog-alert.ts';
import { datadogQuery } from '../../src/lab/datadog-vocabulary.ts';
import type { RunningVendor } from '../../src/lab/vendor-http.ts';

const monitorShape = z.object({ id: z.number(), overall_state: z.string(), query: z.string() });
const seriesShape = z.object({ series: z.array(z.object({ pointlist: z.array(z.tuple([z.number(), z.number()])) })) });
const timedShape = z.object({ data: z.array(z.object({ attributes: z.object({ timestamp: z.string() }) })) });

describe.each(['bad-deploy', 'certificate-expiry', 'feature-flag'])('Datadog over the shop with %s', (fault) => {
  let built: BuiltWorld;
  let vendor: RunningVendor;
  beforeAll(async () => {
    built = buildWorld({ seed: 7, fault });
    vendor = await startDatadog({ world: built.world, nowMs: () => built.startAtMs, port: 0 });
  });
  afterAll(() => vendor.close());

  const headers = {
    'dd-api-key': 'lab-api-key',
    'dd-application-key': 'lab-application-key',
    'content-type': 'application/json',
  };
  const get = async (path: string) => (await fetch(`${vendor.url}${path}`, { headers })).json();
  const post = async (path: string, body: object) =>
    (await fetch(`${vendor.url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) })).json();
  const points = async (query: string, fromMs: number) => {
    const window = {
      from: String(Math.floor(fromMs / 1_000)),
      to: String(Math.floor(built.startAtMs / 1_000) + 3_600),
    };
    const answer = seriesShape.parse(
      await get(`/api/v1/query?${new URLSearchParams({ ...window, query }).toString()}`),
    );
    return answer.series.flatMap(({ pointlist }) => pointlist);
  };

  test('the monitor in the alert text is the one in alert, and its value violates the threshold', async () => {
    const { monitor, triggeredAtMs } = built.world.alert;
    const text = monitorAlertText({ world: built.world, monitor, atMs: triggeredAtMs, webUrl: vendor.url });
    const id = /\/monitors\/(\d+)$/.exec(text)?.[1];
    const value = Number(/^Metric value: (.+)$/m.exec(text)?.[1]);
    const [, comparator, threshold] = /^Threshold: ([<>]) (.+)$/m.exec(text) ?? [];
    const found = monitorShape.parse(await get(`/api/v1/monitor/${id}`));
    expect(found).toMatchObject({ id: monitor.id, overall_state: 'Alert' });
    expect(comparator === '>' ? value > Number(threshold) : value < Number(threshold)).toBe(true);
  });

  test('the monitored query changes at the onset', async () => {
    const { monitor } = built.world.alert;
    const found = await points(datadogQuery(monitor.metric, monitor.service), built.truth.onsetMs - 7_200_000);
    const mean = (values: readonly number[]) => values.reduce((sum, each) => sum + each, 0) / values.length;
    const before = found.filter(([atMs]) => atMs < built.truth.onsetMs - 60_000).map(([, value]) => value);
    const after = found.slice(-2).map(([, value]) => value);
    expect(before.length).toBeGreaterThan(110);
    expect(mean(after)).toBeGreaterThan(1.5 * mean(before));
  });

  test('no point, line or event lies after now', async () => {
    const nowMs = built.startAtMs;
    const filter = { query: '*', from: String(nowMs - 300_000), to: String(nowMs + 3_600_000) };
    const logs = timedShape.parse(await post('/api/v2/logs/events/search', { filter, page: { limit: 1_000 } }));
    const events = timedShape.parse(
      await post('/api/v2/events/search', { filter: { ...filter, from: 'now-5d' }, page: { limit: 1_000 } }),
    );
    const service = built.world.alert.monitor.service;
    const metrics = await points(datadogQuery('request_rate', service), nowMs - 600_000);
    const times = [...logs.data, ...events.data].map(({ attributes }) => Date.parse(attributes.timestamp));
    expect(Math.min(logs.data.length, events.data.length, metrics.length)).toBeGreaterThan(0);
    expect(Math.max(...times)).toBeLessThanOrEqual(nowMs);
    expect(metrics.at(-1)?.[0]).toBeLessThanOrEqual(nowMs - 60_000);
  });
});
