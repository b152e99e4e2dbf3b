import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Check } from '../../src/integration.ts';
import { loadTools } from '../../src/load-tools.ts';
import { integration } from '../../tools/github/integration.ts';
import { neededPermissions } from '../../tools/github/permissions.ts';
import { type Answer, type Asked, startVendor, unreachableUrl } from './counterpart.ts';
import { deployment, fromTo, sha, shopOnGitHub, environment as tokenEnvironment, tree } from './github-vendor.ts';
import { checkNamed, states } from './integration-checks.ts';
import { ask, failure } from './shop.ts';

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const pem = privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();
const appEnvironment = (url: string) => ({
  GITHUB_APP_ID: '12',
  // As it stands in a .env file.
  GITHUB_APP_PRIVATE_KEY: pem.replaceAll('\n', '\\n'),
  GITHUB_APP_INSTALLATION_ID: '34',
  GITHUB_API_URL: url,
  GITHUB_WEB_URL: 'https://github.test',
});

const refused: Answer = { status: 403, body: { message: 'Resource not accessible by personal access token' } };
const granted = Object.fromEntries(neededPermissions.map((name) => [name, 'read']));

/** Everything readable, nothing writable; `held` are an installation's permissions. */
const fine =
  (held: object = granted) =>
  (asked: Asked): Answer => {
    if (asked.path === '/app/installations/34/access_tokens') {
      const expires = new Date(Date.now() + 3_600_000).toISOString();
      return { status: 201, body: { token: 'ghs_minted', expires_at: expires, permissions: held } };
    }
    if (asked.method !== 'GET') return refused;
    if (asked.path === '/rate_limit') return { body: { resources: {}, rate: {} } };
    if (asked.path === '/installation/repositories')
      return { body: { total_count: 1, repositories: [{ full_name: 'acme/shop' }] } };
    if (asked.path === '/user/repos') {
      const old = [
        { full_name: 'acme/old', archived: true },
        { full_name: 'acme/copy', fork: true },
      ];
      return { body: [{ full_name: 'acme/shop' }, ...old] };
    }
    if (/\/(?:issues)$/u.test(asked.path)) return { body: [] };
    return shopOnGitHub(asked);
  };

type Given = { readonly repositories?: readonly string[]; readonly app?: boolean; readonly nowMs?: number };

async function examineWith(answer: (asked: Asked) => Answer, given: Given = {}) {
  const vendor = await startVendor(answer);
  return { vendor, checks: await examineAt(vendor.url, given) };
}

function examineAt(
  url: string,
  { repositories = ['acme/shop'], app = false, nowMs = Date.now() }: Given = {},
): Promise<readonly Check[]> {
  const environment = integration.environment.parse((app ? appEnvironment : tokenEnvironment)(url));
  const signal = new AbortController().signal;
  return integration
    .connect(environment)
    .examine({ signal, nowMs, environment: 'prod', repositories, namespaces: [], logGroups: [] });
}

const grantsFile = z
  .object({ permissions: z.record(z.string(), z.string()), events: z.array(z.string()) })
  .parse(JSON.parse(readFileSync(new URL('../../deploy/github/permissions.json', import.meta.url), 'utf8')));

describe('the GitHub integration', () => {
  it('finds nothing wrong with an App that holds what is needed', async () => {
    const { vendor, checks } = await examineWith(fine(), { app: true });

    expect(states(checks)).toEqual(['reachable ok', 'clock ok', 'scopes ok', 'read ok', 'write refused ok']);
    expect(JSON.stringify(checks)).not.toMatch(/PRIVATE KEY|ghs_minted/u);
    const write = vendor.asked.find(({ method, path }) => method !== 'GET' && path.endsWith('/git/refs'));
    expect(JSON.parse(write?.body ?? '')).toEqual({
      ref: 'refs/heads/causeway-doctor-must-be-refused',
      sha: '0'.repeat(40),
    });
  });

  it('finds nothing wrong with a fine-grained token, and does not claim to know what else it may', async () => {
    const { checks } = await examineWith(fine());

    expect(states(checks)).toEqual(['reachable ok', 'clock ok', 'scopes unknown', 'read ok', 'write refused ok']);
    expect(checkNamed(checks, 'scopes')?.says).toContain('each needed permission was tried and is granted');
    expect(JSON.stringify(checks)).not.toContain('read-token');
  });

  it.each`
    held                                      | says
    ${{ ...granted, actions: undefined }}     | ${'missing actions'}
    ${{ ...granted, contents: 'write' }}      | ${'must not hold contents: write'}
    ${{ ...granted, administration: 'read' }} | ${'must not hold administration: read'}
    ${{ ...granted, secrets: 'read' }}        | ${'must not hold secrets: read'}
    ${{ ...granted, workflows: 'write' }}     | ${'must not hold workflows: write'}
  `('tells of an App: $says', async ({ held, says }) => {
    const { checks } = await examineWith(fine(held), { app: true });

    expect(checkNamed(checks, 'scopes')).toEqual({
      name: 'scopes',
      state: 'problem',
      says,
      fix: 'Grant exactly what deploy/github/permissions.json lists.',
    });
  });

  it.each([403, 404])('tells which permission a fine-grained token misses (%i)', async (status) => {
    const { checks } = await examineWith((asked) =>
      asked.path.endsWith('/deployments') ? { status, body: { message: 'no' } } : fine()(asked),
    );

    expect(checkNamed(checks, 'scopes')).toMatchObject({ state: 'problem', says: 'missing deployments' });
  });

  it('tells that a classic token holds too much', async () => {
    const { checks } = await examineWith((asked) => ({
      ...fine()(asked),
      headers: { 'x-oauth-scopes': 'repo, workflow' },
    }));

    expect(checkNamed(checks, 'scopes')).toMatchObject({
      state: 'problem',
      says: 'must not hold the classic scope repo, the classic scope workflow',
    });
  });

  it.each`
    status | state
    ${403} | ${'ok'}
    ${404} | ${'ok'}
    ${422} | ${'problem'}
    ${201} | ${'problem'}
    ${500} | ${'unknown'}
  `('judges a write answered with $status: $state', async ({ status, state }) => {
    const { checks } = await examineWith((asked) =>
      asked.method === 'POST' ? { status, body: { message: 'Object does not exist' } } : fine()(asked),
    );

    expect(checkNamed(checks, 'write refused')?.state).toBe(state);
  });

  it('notices a clock ten minutes off', async () => {
    const { checks } = await examineWith(fine(), { nowMs: Date.now() - 600_000 });

    expect(checkNamed(checks, 'clock')).toMatchObject({
      state: 'problem',
      says: expect.stringMatching(/^our clock is (?:599|600|601) s behind$/u),
    });
  });

  it('says that it cannot be reached, and nothing else', async () => {
    expect(await examineAt(await unreachableUrl())).toMatchObject([{ name: 'reachable', state: 'problem' }]);
  });

  it.each([
    { app: false, status: 401, fix: 'Renew GITHUB_TOKEN' },
    { app: true, status: 404, fix: 'they must belong together' },
  ])('says that the credentials are not accepted: $fix', async ({ app, status, fix }) => {
    const { checks } = await examineWith(() => ({ status, body: { message: 'Bad credentials' } }), { app });

    expect(states(checks)).toEqual(['reachable ok', 'clock ok', 'read problem']);
    expect(checkNamed(checks, 'read')?.fix).toContain(fix);
  });

  it('names the repositories it cannot read', async () => {
    const { checks } = await examineWith(fine(), { repositories: ['acme/shop', 'acme/hidden'] });

    expect(checkNamed(checks, 'read')).toMatchObject({
      state: 'problem',
      says: '1 of 2 could not be read: acme/hidden (not-found)',
    });
  });

  it.each([true, false])('without a catalogue examines what the credentials see (App: %s)', async (app) => {
    const { checks } = await examineWith(fine(), { app, repositories: [] });

    expect(checkNamed(checks, 'read')).toMatchObject({ state: 'ok', says: 'read 1 repositories' });
  });

  it('says that it knows no repository, and does not fail', async () => {
    const { checks } = await examineWith((asked) => (asked.path === '/user/repos' ? refused : fine()(asked)), {
      repositories: [],
    });

    expect(states(checks)).toEqual([
      'reachable ok',
      'clock ok',
      'scopes unknown',
      'read unknown',
      'write refused unknown',
    ]);
  });

  it('drafts a service for each folder and each name that is deployed, with owners', async () => {
    const vendor = await startVendor((asked) => {
      const path = asked.path.replace('/repos/acme/shop', '');
      if (path === '/git/trees/main') return { body: { sha: sha('b'), truncated: false, tree } };
      if (path === '/deployments')
        return { body: [deployment(1, 5), deployment(2, 5, { payload: { service: 'mailer' } })] };
      return fine()(asked);
    });
    const environment = integration.environment.parse(tokenEnvironment(vendor.url));
    const context = {
      signal: new AbortController().signal,
      nowMs: Date.now(),
      environment: 'prod',
      repositories: ['acme/gone'],
      namespaces: [],
      logGroups: [],
    };

    expect(await integration.connect(environment).discover?.(context)).toEqual([
      {
        name: 'cart',
        seen: 'GitHub acme/shop services/cart/',
        repository: 'acme/shop',
        paths: ['services/cart/'],
        owners: ['@acme/services'],
      },
      {
        name: 'checkout',
        seen: 'GitHub acme/shop services/checkout/, deployed from there',
        repository: 'acme/shop',
        paths: ['services/checkout/'],
        owners: ['@acme/payments-team', 'dana@example.com'],
      },
      {
        name: 'mailer',
        seen: 'GitHub acme/shop, deployed from there',
        repository: 'acme/shop',
        owners: ['@acme/everyone'],
      },
    ]);
  });

  it('drafts one service for a repository without service folders', async () => {
    const vendor = await startVendor((asked) => {
      const path = asked.path.replace('/repos/acme/shop', '');
      if (path === '/git/trees/main') return { body: { sha: sha('b'), truncated: false, tree: tree.slice(0, 1) } };
      if (path === '/deployments') return { body: [] };
      if (path.startsWith('/contents/')) return { status: 404, body: {} };
      return fine()(asked);
    });
    const environment = integration.environment.parse(appEnvironment(vendor.url));
    const context = {
      signal: new AbortController().signal,
      nowMs: Date.now(),
      environment: 'prod',
      repositories: [],
      namespaces: [],
      logGroups: [],
    };

    expect(await integration.connect(environment).discover?.(context)).toEqual([
      { name: 'shop', seen: 'GitHub acme/shop', repository: 'acme/shop' },
    ]);
  });
});

describe('deploy/github/permissions.json', () => {
  it('grants reading and nothing else, and no secrets', () => {
    expect(Object.values(grantsFile.permissions).every((level) => level === 'read')).toBe(true);
    expect(Object.keys(grantsFile.permissions).join()).not.toMatch(/secret|administration|workflow|environment/u);
    expect(grantsFile.events).toEqual([]);
  });

  it('lists exactly what the tools say they need', async () => {
    const tools = (await loadTools(new URL('../../tools/', import.meta.url))).filter(
      ({ source }) => source === 'github',
    );
    const inputs: { readonly [tool: string]: object } = {
      github_diff: { pull: 41 },
      github_compare: { base: 'v1', head: 'v2' },
      github_owners: { paths: ['a.ts'] },
      github_find_symbol: { symbol: 'Pool' },
    };
    const vendor = await startVendor(() => refused);
    const fixes = await Promise.all(
      tools.map(async (tool) => {
        const input = { repository: 'acme/shop', ...(inputs[tool.name] ?? fromTo) };
        return failure(await ask(tool, { environment: tokenEnvironment(vendor.url), input })).fix;
      }),
    );

    const needed = fixes.flatMap((fix) => [...fix.matchAll(/(\w+): read/gu)].map(([, name]) => name ?? ''));
    expect([...new Set(needed)].toSorted()).toEqual(Object.keys(grantsFile.permissions).toSorted());
    expect(Object.keys(grantsFile.permissions)).toEqual([...neededPermissions]);
  });
});
