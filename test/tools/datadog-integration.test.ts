/** What `doctor` and `catalog discover` say of a Datadog organisation, over real HTTP. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { loadTools } from '../../src/load-tools.ts';
import { integration } from '../../tools/datadog/integration.ts';
import { neededScopes } from '../../tools/datadog/scopes.ts';
import { type Answer, type Asked, startVendor, unreachableUrl } from './counterpart.ts';
import { datadogInputs, datadogVariables, definition } from './datadog-answers.ts';
import { ask, failure, nowMs } from './shop.ts';

const forbidden: Answer = { status: 403, body: { errors: ['Forbidden'] } };
const context = {
  signal: new AbortController().signal,
  nowMs,
  environment: 'prod',
  repositories: [],
  namespaces: [],
  logGroups: [],
};
const connect = (url: string) => integration.connect(integration.environment.parse(datadogVariables(url)));

/** An organisation whose key is as `deploy/datadog/` has it; a test changes one thing. */
const rightKey = ({ method, path }: Asked): Answer => {
  const headers = { date: new Date(nowMs).toUTCString() };
  if (path === '/api/v1/validate') return { headers, body: { valid: true } };
  if (method === 'PUT' || path.includes('application_keys')) return { ...forbidden, headers };
  return { headers, body: { data: [] } };
};
const examine = async (own: (asked: Asked) => Answer | undefined) => {
  const vendor = await startVendor((asked) => own(asked) ?? rightKey(asked));
  const checks = await connect(vendor.url).examine(context);
  return { vendor, checks, byName: new Map(checks.map((check) => [check.name, check])) };
};
const onPath =
  (path: string, answer: Answer) =>
  (asked: Asked): Answer | undefined =>
    asked.path.startsWith(path) ? answer : undefined;

/** The answer of the key's own record. */
const record = (scopes: readonly string[] | null, last4 = '1234'): Answer => ({
  body: { data: [{ attributes: { last4: '9999', scopes: ['admin_write'] } }, { attributes: { last4, scopes } }] },
});

describe('doctor on Datadog', () => {
  it('is content with a key that reads what is needed and cannot write', async () => {
    const { checks, vendor } = await examine(() => undefined);

    expect(checks.map(({ name, state }) => [name, state])).toEqual([
      ['reachable', 'ok'],
      ['clock', 'ok'],
      ['scopes', 'ok'],
      ['read', 'ok'],
      ['write refused', 'ok'],
    ]);
    expect(checks.every(({ fix }) => fix === null)).toBe(true);
    const writes = vendor.asked.filter(({ method }) => method !== 'GET' && method !== 'POST');
    expect(writes.map(({ method, path }) => [method, path])).toEqual([['PUT', '/api/v1/monitor/9007199254740991']]);
  });

  it('names the scope that is missing, and where the right ones are listed', async () => {
    const { byName } = await examine(onPath('/api/v1/slo', forbidden));

    expect(byName.get('scopes')).toEqual({
      name: 'scopes',
      state: 'problem',
      says: 'missing slos_read',
      fix: 'Grant exactly what deploy/datadog/application-key.json lists.',
    });
    expect(byName.get('read')).toMatchObject({ state: 'problem', says: expect.stringContaining('8 of 9 kinds') });
  });

  it('finds scopes that a reader must not hold, of this key alone', async () => {
    const keys = '/api/v2/current_user/application_keys';
    const { byName } = await examine(onPath(keys, record(['monitors_read', 'dashboards_read', 'monitors_write'])));
    expect(byName.get('scopes')).toMatchObject({
      state: 'problem',
      says: 'must not hold user_app_keys, monitors_write',
    });

    const unscoped = await examine(onPath(keys, record(null)));
    expect(unscoped.byName.get('scopes')?.says).toContain('every permission of its owner: the key has no scopes');
  });

  it('says when our clock is ten minutes off', async () => {
    const off = { date: new Date(nowMs + 600_000).toUTCString() };
    const { byName } = await examine(onPath('/api/v1/validate', { headers: off, body: { valid: true } }));
    expect(byName.get('clock')).toMatchObject({ state: 'problem', says: 'our clock is 600 s behind' });
  });

  it('says when nobody is there, when a web page is, and when the API key is not accepted, and asks no further', async () => {
    const absent = await connect(await unreachableUrl()).examine(context);
    expect(absent).toMatchObject([
      { name: 'reachable', state: 'problem', fix: expect.stringContaining('network path') },
    ]);

    const page = await examine(() => ({ body: '<html>Sign in</html>' }));
    expect(page.checks).toMatchObject([
      { name: 'reachable', state: 'problem', says: expect.stringContaining('malformed') },
    ]);

    const denied = await examine(() => forbidden);
    expect(denied.checks).toMatchObject([
      { name: 'reachable', says: 'it does not accept the API key (403)', fix: expect.stringContaining('DATADOG_SITE') },
    ]);
    expect(denied.vendor.asked).toHaveLength(1);
  });

  it('tells a wrong application key from one without scopes', async () => {
    const { byName } = await examine(({ path }) => (path === '/api/v1/validate' ? undefined : forbidden));
    expect(byName.get('read')).toMatchObject({ state: 'problem', fix: expect.stringContaining('Set DATADOG_APP_KEY') });

    const scopeless = await examine(({ path }) => (path.includes('validate') ? undefined : forbidden));
    expect(scopeless.byName.get('read')?.fix).toContain('Grant exactly what');
    expect(scopeless.byName.get('scopes')?.says).toBe(`missing ${neededScopes().join(', ')}`);
  });

  it.each([{ body: { id: 1 } }, { status: 404, body: { errors: ['Monitor not found'] } }, { status: 400 }])(
    'finds a key that may write, however the write ends: %o',
    async (answer) => {
      const { byName } = await examine(({ method }) => (method === 'PUT' ? answer : undefined));
      expect(byName.get('write refused')).toMatchObject({
        state: 'problem',
        fix: expect.stringContaining('can write'),
      });
    },
  );

  it('does not hold a product that is not there against the key', async () => {
    const { byName } = await examine(onPath('/api/v2/dora', { status: 404, body: { errors: ['Not found'] } }));

    expect(byName.get('scopes')?.state).toBe('ok');
    expect(byName.get('read')).toMatchObject({ state: 'unknown', fix: null });
  });
});

describe('the grants in deploy/', () => {
  const body = z.object({ data: z.object({ attributes: z.object({ scopes: z.array(z.string()) }) }) });
  const file = new URL(`../../deploy/${integration.grants}`, import.meta.url);
  const listed = body.parse(JSON.parse(readFileSync(file, 'utf8'))).data.attributes.scopes;

  it('are what doctor tries, and none of them writes', () => {
    expect(listed.toSorted()).toEqual(neededScopes().toSorted());
    expect(listed.filter((scope) => !/_read(?:_data|_index_data)?$|^timeseries_query$/u.test(scope))).toEqual([]);
  });

  it('are explained beside them, each with the tools that need it', async () => {
    const explained = readFileSync(new URL('README.md', file), 'utf8');
    const tools = (await loadTools(new URL('../../tools/', import.meta.url))).filter(
      ({ source }) => source === 'datadog',
    );

    for (const name of [...listed, ...tools.map((tool) => tool.name)]) expect(explained).toContain(`\`${name}\``);
  });

  it('are exactly what the tools say they need when they are refused', async () => {
    const tools = (await loadTools(new URL('../../tools/', import.meta.url))).filter(
      ({ source }) => source === 'datadog',
    );
    const vendor = await startVendor(() => forbidden);
    const asked = tools.map(async (tool) => {
      const input = datadogInputs[tool.name];
      const { fix } = failure(await ask(tool, { environment: datadogVariables(vendor.url), input }));
      return /^Grant the scopes? (.+) to the Datadog/u.exec(fix)?.[1]?.split(' and ') ?? [fix];
    });

    expect([...new Set((await Promise.all(asked)).flat())].toSorted()).toEqual(listed.toSorted());
  });
});

describe('catalog discover on Datadog', () => {
  const answers = (definitions: readonly object[], calls: object) => (asked: Asked) =>
    asked.path === '/api/v1/service_dependencies' ? { body: calls } : { body: { data: definitions } };

  it('drafts what people described and what traces show', async () => {
    const vendor = await startVendor(
      answers(
        [definition('checkout'), definition('cart', { tier: 'platinum', team: null, links: [], integrations: {} })],
        {
          checkout: { calls: ['payments-api', 'postgres'] },
          'payments-api': { calls: ['bank'] },
        },
      ),
    );

    expect(await connect(vendor.url).discover?.(context)).toEqual([
      { name: 'cart', seen: 'Datadog service catalogue', datadogService: 'cart' },
      {
        name: 'checkout',
        seen: 'Datadog service catalogue',
        datadogService: 'checkout',
        dependsOn: ['payments-api', 'postgres'],
        tier: 1,
        repository: 'acme/shop',
        owners: ['payments-team'],
        pagerdutyService: 'PABC123',
      },
      { name: 'payments-api', seen: 'Datadog APM, env prod', datadogService: 'payments-api', dependsOn: ['bank'] },
    ]);
    const map = vendor.asked.find(({ path }) => path === '/api/v1/service_dependencies');
    expect(map?.query.get('env')).toBe('prod');
  });

  it('leaves a choice between two repositories to people', async () => {
    const links = ['shop', 'tools'].map((name) => ({ name, type: 'repo', url: `https://github.com/acme/${name}` }));
    const vendor = await startVendor(answers([definition('checkout', { links })], {}));

    const [draft] = (await connect(vendor.url).discover?.(context)) ?? [];
    expect(draft).not.toHaveProperty('repository');
  });

  it('takes the calls of kept spans where the service map may not be read', async () => {
    const by = { service: 'checkout', '@peer.service': 'postgres' };
    const vendor = await startVendor(({ path }) => {
      if (path === '/api/v1/service_dependencies') return forbidden;
      return { body: { data: path.startsWith('/api/v2/spans') ? [{ attributes: { by } }] : [definition('checkout')] } };
    });
    expect(await connect(vendor.url).discover?.(context)).toMatchObject([
      { name: 'checkout', dependsOn: ['postgres'] },
    ]);
  });

  it('rejects when it may not look', async () => {
    const vendor = await startVendor(() => forbidden);
    await expect(connect(vendor.url).discover?.(context)).rejects.toMatchObject({ status: 403 });
  });
});
