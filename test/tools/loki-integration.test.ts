import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { integration } from '../../tools/loki/integration.ts';
import { tool as contextTool } from '../../tools/loki-log-context.ts';
import { tool as logsTool } from '../../tools/loki-logs.ts';
import { tool as patternsTool } from '../../tools/loki-patterns.ts';
import { type Answer, type Asked, startVendor, unreachableUrl } from './counterpart.ts';
import { checkNamed, discover, examine, examineAt, states } from './integration-checks.ts';
import { ask, at, failure, from, to } from './shop.ts';

const one = { integration, environment: (url: string) => ({ LOKI_URL: url, LOKI_TOKEN: 'hunter2' }) };
const fine = ({ path }: Asked): Answer => {
  if (path === '/loki/api/v1/push') return { status: 403, body: 'access denied' };
  if (path.endsWith('/values')) return { body: { status: 'success', data: ['search', 'checkout'] } };
  return { body: { status: 'success', data: ['service_name', 'pod'] } };
};
const pushing = (answer: Answer) => (asked: Asked) => (asked.path === '/loki/api/v1/push' ? answer : fine(asked));

describe('the Loki integration', () => {
  it('finds nothing wrong, and its push holds no line', async () => {
    const { vendor, checks } = await examine(one, fine);

    expect(states(checks)).toEqual(['reachable ok', 'clock ok', 'read ok', 'scopes unknown', 'write refused ok']);
    const writes = vendor.asked.filter(({ method }) => method !== 'GET');
    expect(writes.map(({ path, body }) => [path, JSON.parse(body)])).toEqual([['/loki/api/v1/push', { streams: [] }]]);
    expect(JSON.stringify(checks)).not.toContain('hunter2');
  });

  it.each([204, 400, 422])('complains when a push is answered with %i', async (status) => {
    const { checks } = await examine(one, pushing({ status, body: '' }));
    expect(checkNamed(checks, 'write refused')).toMatchObject({
      state: 'problem',
      fix: expect.stringContaining('deploy/loki/allowed-requests.json'),
    });
  });

  it('takes a gateway that passes only reads for well guarded', async () => {
    const { checks } = await examine(one, pushing({ status: 404, body: '' }));
    expect(checkNamed(checks, 'write refused')?.state).toBe('ok');
  });

  it('says which grant is missing', async () => {
    const { checks } = await examine(one, () => ({ status: 401, body: '' }));
    expect(checkNamed(checks, 'read')).toMatchObject({
      state: 'problem',
      fix: 'Renew the Loki credentials; they need logs:read.',
    });
  });

  it('notices a clock ten minutes off, and a page that is not the API', async () => {
    const date = new Date(Date.now() + 600_000).toUTCString();
    const { checks } = await examine(one, () => ({ body: '<!doctype html>', headers: { date } }));

    expect(checkNamed(checks, 'clock')).toMatchObject({ state: 'problem', says: expect.stringContaining('behind') });
    expect(checkNamed(checks, 'read')?.fix).toContain("not a proxy's page");
  });

  it('says that it cannot be reached, and nothing else', async () => {
    const checks = await examineAt(one, await unreachableUrl());
    expect(checks).toMatchObject([{ name: 'reachable', state: 'problem', fix: expect.stringContaining('LOKI_URL') }]);
  });

  it('drafts services from the values of the service label', async () => {
    expect(await discover(one, fine)).toEqual([
      { name: 'checkout', seen: 'Loki label service_name="checkout"' },
      { name: 'search', seen: 'Loki label service_name="search"' },
    ]);
  });
});

describe('deploy/loki/allowed-requests.json', () => {
  const file = new URL('../../deploy/loki/allowed-requests.json', import.meta.url);
  const granted = z
    .object({ allow: z.array(z.string()), accessPolicyScopes: z.array(z.string()) })
    .parse(JSON.parse(readFileSync(file, 'utf8')));

  it('allows what each tool says it needs, and nothing that writes', async () => {
    const vendor = await startVendor(() => ({ status: 403 }));
    const environment = { LOKI_URL: vendor.url };
    const fixes = [
      failure(await ask(logsTool, { environment, input: { service: 'checkout', from, to } })).fix,
      failure(await ask(patternsTool, { environment, input: { service: 'checkout', from, to } })).fix,
      failure(await ask(contextTool, { environment, input: { service: 'checkout', moment: at(5) } })).fix,
    ];
    const needed = fixes.flatMap((fix) => [...fix.matchAll(/GET \/[\w/]+/gu)].map(([request]) => request));

    expect(needed.length).toBe(3);
    expect(granted.allow).toEqual(expect.arrayContaining(needed));
    expect(granted.allow.every((request) => request.startsWith('GET /loki/api/v1/'))).toBe(true);
    expect(fixes.every((fix) => granted.accessPolicyScopes.some((scope) => fix.includes(scope)))).toBe(true);
    expect(granted.accessPolicyScopes).toEqual(['logs:read']);
  });
});
