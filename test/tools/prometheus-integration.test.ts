import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Tool } from '../../src/tool.ts';
import { integration } from '../../tools/prometheus/integration.ts';
import { tool as historyTool } from '../../tools/prometheus-alert-history.ts';
import { tool as alertsTool } from '../../tools/prometheus-alerts.ts';
import { tool as metricsTool } from '../../tools/prometheus-metrics.ts';
import { tool as queryTool } from '../../tools/prometheus-query.ts';
import { tool as seriesTool } from '../../tools/prometheus-series.ts';
import { tool as targetsTool } from '../../tools/prometheus-targets.ts';
import { type Answer, type Asked, startVendor, unreachableUrl } from './counterpart.ts';
import { checkNamed, discover, examine, examineAt, states } from './integration-checks.ts';
import { missingPrograms, type RealPrometheus, startPrometheus } from './real-prometheus.ts';
import { ask, failure, from, to } from './shop.ts';

const one = { integration, environment: (url: string) => ({ PROMETHEUS_URL: url }) };
const success = (data: unknown): Answer => ({ body: { status: 'success', data } });
const refused = (status: number, errorType: string): Answer => ({
  status,
  body: { status: 'error', errorType, error: '' },
});
const flagsOff = { 'web.enable-admin-api': 'false', 'web.enable-lifecycle': 'false' };
const fine = ({ path }: Asked): Answer => {
  switch (path) {
    case '/api/v1/query':
      return success({ resultType: 'vector', result: [] });
    case '/api/v1/status/flags':
      return success(flagsOff);
    case '/api/v1/alertmanagers':
      return success({ activeAlertmanagers: [{ url: 'http://a/api/v2/alerts' }], droppedAlertmanagers: [] });
    case '/api/v1/label/service/values':
      return success(['search', 'checkout']);
    default:
      return refused(503, 'unavailable');
  }
};
const except = (path: string, answer: Answer) => (asked: Asked) => (asked.path === path ? answer : fine(asked));

describe('the Prometheus integration', () => {
  it('finds nothing wrong, and its write can delete nothing', async () => {
    const { vendor, checks } = await examine(one, fine);

    expect(states(checks)).toEqual([
      'reachable ok',
      'clock ok',
      'read ok',
      'scopes ok',
      'write refused ok',
      'alertmanager ok',
    ]);
    const writes = vendor.asked.filter(({ method }) => method !== 'GET');
    expect(writes.map(({ method, path, query, body }) => [method, path, query.toString(), body])).toContainEqual([
      'POST',
      '/api/v1/admin/tsdb/delete_series',
      '',
      '',
    ]);
    expect(vendor.asked.every(({ path }) => !path.startsWith('/-/'))).toBe(true);
  });

  it('complains of flags that allow writing', async () => {
    const flags = { ...flagsOff, 'web.enable-admin-api': 'true' };
    const { checks } = await examine(one, except('/api/v1/status/flags', success(flags)));

    expect(checkNamed(checks, 'scopes')).toMatchObject({
      state: 'problem',
      says: 'must not hold --web.enable-admin-api',
      fix: 'Grant exactly what deploy/prometheus/allowed-requests.json lists.',
    });
  });

  it('complains when a write is not refused for want of a permission', async () => {
    const path = '/api/v1/admin/tsdb/delete_series';
    const rejected = await examine(one, except(path, refused(400, 'bad_data')));
    const done = await examine(one, except(path, { status: 204, body: '' }));

    expect(checkNamed(rejected.checks, 'write refused')?.state).toBe('problem');
    expect(checkNamed(done.checks, 'write refused')?.state).toBe('problem');
  });

  it('takes a server without that API, or a proxy that forbids it, for well guarded', async () => {
    const path = '/api/v1/admin/tsdb/delete_series';
    for (const status of [403, 404]) {
      const { checks } = await examine(one, except(path, { status, body: '' }));
      expect(checkNamed(checks, 'write refused')?.state).toBe('ok');
    }
  });

  it('says which grant is missing', async () => {
    const { checks } = await examine(one, except('/api/v1/query', { status: 403 }));
    expect(checkNamed(checks, 'read')).toMatchObject({
      state: 'problem',
      fix: 'Grant GET /api/v1/query to the Prometheus credentials.',
    });
  });

  it('notices a clock ten minutes off', async () => {
    const date = new Date(Date.now() - 600_000).toUTCString();
    const { checks } = await examine(one, (asked) => ({ ...fine(asked), headers: { date } }));
    expect(checkNamed(checks, 'clock')).toMatchObject({
      state: 'problem',
      says: expect.stringMatching(/^our clock is (599|60\d) s ahead$/u),
    });
  });

  it('says that it cannot be reached, and nothing else', async () => {
    const checks = await examineAt(one, await unreachableUrl());
    expect(checks).toMatchObject([
      { name: 'reachable', state: 'problem', fix: expect.stringContaining('PROMETHEUS_URL') },
    ]);
  });

  it('says that alerts reach nobody', async () => {
    const none = success({ activeAlertmanagers: [], droppedAlertmanagers: [] });
    const { checks } = await examine(one, except('/api/v1/alertmanagers', none));
    expect(checkNamed(checks, 'alertmanager')?.state).toBe('problem');
  });

  it('asks no other flags and Alertmanagers of what only speaks its query API', async () => {
    const { checks } = await examine(one, ({ path }) =>
      path === '/api/v1/query' ? success({ resultType: 'vector', result: [] }) : { status: 404, body: 'no' },
    );
    expect(states(checks)).toEqual([
      'reachable ok',
      'clock ok',
      'read ok',
      'scopes unknown',
      'write refused ok',
      'alertmanager unknown',
    ]);
  });

  it('drafts services from the values of the service label', async () => {
    expect(await discover(one, fine)).toEqual([
      { name: 'checkout', seen: 'Prometheus label service="checkout"' },
      { name: 'search', seen: 'Prometheus label service="search"' },
    ]);
  });
});

describe('deploy/prometheus/allowed-requests.json', () => {
  const file = new URL('../../deploy/prometheus/allowed-requests.json', import.meta.url);
  const { allow } = z.object({ allow: z.array(z.string()) }).parse(JSON.parse(readFileSync(file, 'utf8')));
  const requestsIn = (text: string): readonly string[] =>
    [...text.matchAll(/GET \/[\w/]+/gu)].map(([request]) => request);

  it('allows what each tool says it needs, and nothing that writes', async () => {
    const inputs: readonly (readonly [Tool, object])[] = [
      [alertsTool, {}],
      [targetsTool, {}],
      [historyTool, { service: 'checkout', rule: 'up', from, to }],
      [metricsTool, { service: 'checkout', metric: 'up', from, to }],
      [queryTool, { metric: 'up', from, to }],
      [seriesTool, { service: 'checkout', from, to }],
    ];
    const vendor = await startVendor(() => ({ status: 403 }));
    const needed = [];
    for (const [tool, input] of inputs) {
      const { fix } = failure(await ask(tool, { environment: { PROMETHEUS_URL: vendor.url }, input }));
      needed.push(...requestsIn(fix));
    }

    expect(new Set(needed).size).toBe(7);
    expect(allow).toEqual(expect.arrayContaining(needed));
    expect(allow.every((request) => /^GET \/api\/v1\/(?!admin)[\w/]+$/u.test(request))).toBe(true);
  });

  it('allows every request that the integration itself makes to read', async () => {
    const { vendor } = await examine(one, fine);
    await discover(one, fine);
    const reads = vendor.asked.filter(({ method }) => method === 'GET').map(({ method, path }) => `${method} ${path}`);

    expect(allow).toEqual(expect.arrayContaining([...new Set(reads)]));
  });
});

if (missingPrograms.length > 0) {
  process.stderr.write(
    `skipped: the Prometheus integration on a real server (install ${missingPrograms.join(', ')})\n`,
  );
}

describe.skipIf(missingPrograms.length > 0)('on a real Prometheus with its admin API on', () => {
  let server: RealPrometheus;
  beforeAll(async () => {
    server = await startPrometheus({ adminApi: true });
  }, 30_000);
  afterAll(() => server?.close());

  it('finds the flag and the write that is not refused, and deletes nothing', async () => {
    const checks = await examineAt(one, server.url);
    const query = 'count_over_time(pool_ratio[2h])';
    const answer = await fetch(`${server.url}/api/v1/query?${new URLSearchParams({ query }).toString()}`);

    // It finds its Alertmanager seconds later.
    expect(states(checks).slice(0, 5)).toEqual([
      'reachable ok',
      'clock ok',
      'read ok',
      'scopes problem',
      'write refused problem',
    ]);
    expect(await answer.text()).toContain('"273"');
  });
});
