/** Metrics by their own names; ours are in datadog.test.ts. */
import { describe, expect, it } from 'vitest';
import { tool } from '../../tools/datadog-metrics.ts';
import type { Answer, Asked } from './counterpart.ts';
import { datadogVariables, startDatadog } from './datadog-answers.ts';
import { ask, found, from, headline, minuteMs, nowMs, to } from './shop.ts';

const path = '/api/v1/query';
const measuring = async (answer: (asked: Asked) => Answer, more: object) => {
  const vendor = await startDatadog({ [path]: answer });
  const input = { services: ['checkout'], from, to, ...more };
  return { vendor, finding: await ask(tool, { environment: datadogVariables(vendor.url), input }) };
};

const series = (scope: string, after: number) => ({
  scope,
  pointlist: Array.from({ length: 60 }, (_, index) => [nowMs - (60 - index) * minuteMs, index < 40 ? 10 : after]),
});
const answering =
  (...all: readonly object[]) =>
  (): Answer => ({ body: { status: 'ok', series: all } });

describe('datadog_metrics by name', () => {
  it('builds the query from checked parts', async () => {
    const more = { name: 'jvm.gc.pause', aggregation: 'p95', tags: ['zone:eu-1a', 'version:1.2'], by: 'pod_name' };
    const { vendor, finding } = await measuring(answering(series('service:checkout,pod_name:a', 90)), more);

    const query = 'p95:jvm.gc.pause{service:checkout,env:prod,zone:eu-1a,version:1.2} by {pod_name}';
    expect(vendor.asked[0]?.query.get('query')).toBe(query);
    expect(found(finding).query).toBe(query);
    expect(new URL(found(finding).link).searchParams.get('exp_metric')).toBe(query);
  });

  it('counts and rates counters', async () => {
    const { vendor } = await measuring(answering(), { name: 'jobs.done', aggregation: 'sum', as: 'count' });
    expect(vendor.asked[0]?.query.get('query')).toBe('sum:jobs.done{service:checkout,env:prod}.as_count()');
  });

  it('tells the groups of a service apart, in result, engine and view, and keeps their names tainted', async () => {
    const groups = answering(
      series('pod_name:pod-a,service:checkout', 10),
      series('pod_name:<!here>,service:checkout', 90),
    );
    const { finding } = await measuring(groups, { name: 'jvm.heap', by: 'pod_name' });

    expect(found(finding).signals.series?.map(({ service, metric }) => [service, metric])).toEqual([
      ['checkout', 'jvm.heap{pod_name=pod-a}'],
      ['checkout', 'jvm.heap{pod_name=<!here>}'],
    ]);
    expect(headline(finding)).toBe(
      'jvm.heap of checkout <{pod_name=<!here>}> went from 10 to 90 at 2026-11-18 09:40 UTC.',
    );
    expect(found(finding).view.untrusted).toContain('checkout{pod_name=pod-a}: 10 / 10');
  });

  it('keeps the twenty highest groups, and says so', async () => {
    const all = Array.from({ length: 300 }, (_, index) => series(`pod_name:p${index},service:checkout`, index));
    const { finding } = await measuring(answering(...all), { name: 'jvm.heap', by: 'pod_name' });

    expect(found(finding).signals.series).toHaveLength(20);
    expect(found(finding).signals.series?.[0]?.metric).toBe('jvm.heap{pod_name=p299}');
    expect(found(finding).truncated).toBe(true);
  });

  it('is an answer when there is no such metric', async () => {
    const { finding } = await measuring(answering(), { name: 'no.such.metric' });
    expect(finding).toMatchObject({ kind: 'empty', searched: expect.stringContaining('no.such.metric of checkout') });
  });

  it.each([
    { name: 'a{*} + b' },
    { name: 'a.b', tags: ['env:*'] },
    { name: 'a.b', tags: ['env:prod} by {host'] },
    { name: 'a.b', by: 'host} + x{' },
    { name: 'a.b', aggregation: 'exec' },
    { name: 'a.b', metric: 'cpu_ratio' },
    {},
  ])('refuses %o before anything is asked', async (more) => {
    const { vendor, finding } = await measuring(answering(), more);

    expect(finding.kind).toBe('failed');
    expect(vendor.asked).toEqual([]);
  });
});
