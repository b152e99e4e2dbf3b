/** What all GitHub tools share: signing in, limits, cost and memory. */

import { createVerify, generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { connectTools } from '../../src/load-tools.ts';
import { withCost } from '../../src/tool-cost.ts';
import { tool as changes } from '../../tools/github-changes.ts';
import { tool as owners } from '../../tools/github-owners.ts';
import { type Answer, type Asked, startVendor } from './counterpart.ts';
import { environment, fromTo, sha, shopOnGitHub } from './github-vendor.ts';
import { ask, failure, found } from './shop.ts';

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const app = (url: string, installation = '34') => ({
  GITHUB_APP_ID: '12',
  GITHUB_APP_PRIVATE_KEY: privateKey.export({ type: 'pkcs1', format: 'pem' }).toString(),
  GITHUB_APP_INSTALLATION_ID: installation,
  GITHUB_API_URL: url,
});
const input = { repository: 'acme/shop', ...fromTo };
const asked = { repository: 'acme/shop', paths: ['a.ts'] };

const minting =
  (answer: (asked: Asked) => Answer) =>
  (one: Asked): Answer => {
    if (!one.path.endsWith('/access_tokens')) return answer(one);
    const expires = new Date(Date.now() + 3_600_000).toISOString();
    return { status: 201, body: { token: 'ghs_minted', expires_at: expires, permissions: { contents: 'read' } } };
  };

describe('signing in', () => {
  it('as an App: one signed request for a token, then that token', async () => {
    const vendor = await startVendor(minting(shopOnGitHub));

    const finding = await ask(changes, { environment: app(vendor.url), input });

    expect(finding.kind).toBe('found');
    const [mint, ...reads] = vendor.asked;
    const [, head = '', claims = '', signature = ''] =
      /^bearer ([^.]+)\.([^.]+)\.(.+)$/u.exec(mint?.headers.authorization ?? '') ?? [];
    expect(mint).toMatchObject({ method: 'POST', path: '/app/installations/34/access_tokens' });
    expect(createVerify('RSA-SHA256').update(`${head}.${claims}`).verify(publicKey, signature, 'base64url')).toBe(true);
    const issuer = z.object({ iss: z.coerce.string() }).parse(JSON.parse(Buffer.from(claims, 'base64url').toString()));
    expect(issuer.iss).toBe('12');
    expect(new Set(reads.map(({ headers }) => headers.authorization))).toEqual(new Set(['token ghs_minted']));
    expect(reads.every(({ method }) => method === 'GET')).toBe(true);
  });

  it('takes the token where both are there, and says what is missing of an App', () => {
    const both = connectTools([owners], { ...app('http://127.0.0.1:9'), GITHUB_TOKEN: 'read-token' });
    const half = connectTools([owners], { GITHUB_APP_ID: '12' });
    const none = connectTools([owners], {});

    expect(both.connected).toHaveLength(1);
    expect(half.problems).toEqual([
      'github_owners: set GITHUB_APP_PRIVATE_KEY, GITHUB_APP_INSTALLATION_ID too, or unset the others',
    ]);
    expect(none.off[0]?.fix).toBe(
      'Set GITHUB_TOKEN, or GITHUB_APP_ID and GITHUB_APP_PRIVATE_KEY and GITHUB_APP_INSTALLATION_ID.',
    );
  });

  it('does not put a private key that is none into the problem', () => {
    const { problems } = connectTools([owners], { ...app('http://127.0.0.1:9'), GITHUB_APP_PRIVATE_KEY: 'hunter2' });

    expect(problems.join()).toContain('GITHUB_APP_PRIVATE_KEY');
    expect(problems.join()).not.toContain('hunter2');
  });

  it('says that an installation is gone', async () => {
    const vendor = await startVendor(() => ({ status: 404, body: { message: 'Not Found' } }));

    expect(failure(await ask(owners, { environment: app(vendor.url, '35'), input: asked })).reason).toContain('(404)');
  });

  it('ends at once when stopped while it waits for a token', async () => {
    const vendor = await startVendor(() => ({ hang: true }));
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 100);
    const startedAtMs = performance.now();

    const finding = failure(
      await ask(owners, { environment: app(vendor.url, '36'), input: asked, signal: stop.signal }),
    );

    expect(finding.reason).toContain('stopped before an answer came');
    expect(performance.now() - startedAtMs).toBeLessThan(1_500);
  });
});

describe('limits', () => {
  it.each`
    headers                                                                                                  | message
    ${{ 'retry-after': '60' }}                                                                               | ${'You have exceeded a secondary rate limit'}
    ${{ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(Math.floor(Date.now() / 1_000) + 3_600) }} | ${'API rate limit exceeded'}
  `('takes a 403 with $headers for a limit, and does not wait a minute', async ({ headers, message }) => {
    const vendor = await startVendor(() => ({ status: 403, headers, body: { message } }));
    const startedAtMs = performance.now();

    const finding = failure(await ask(owners, { environment: environment(vendor.url), input: asked }));

    expect(finding).toMatchObject({ retryable: true, reason: expect.stringContaining('rate limited') });
    expect(performance.now() - startedAtMs).toBeLessThan(3_000);
    expect(vendor.asked).toHaveLength(1);
  });

  it('waits once for a limit that ends soon', async () => {
    const limited = { status: 403, headers: { 'retry-after': '1' }, body: { message: 'secondary rate limit' } };
    const vendor = await startVendor((one, count) => (count === 1 ? limited : shopOnGitHub(one)));

    expect((await ask(owners, { environment: environment(vendor.url), input: asked })).kind).toBe('found');
  });

  it('asks at most ten things at once, of all calls together', async () => {
    let open = 0;
    let most = 0;
    const server = createServer((_, response) => {
      open += 1;
      most = Math.max(most, open);
      setTimeout(() => {
        open -= 1;
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ sha: sha('6'), encoding: 'base64', content: '' }));
      }, 150);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const { port } = z.object({ port: z.int() }).parse(server.address());
    const one = () => ask(owners, { environment: environment(`http://127.0.0.1:${port}`), input: asked });

    const findings = await Promise.all(Array.from({ length: 40 }, one));

    expect(findings.every(({ kind }) => kind === 'found')).toBe(true);
    expect(most).toBeLessThanOrEqual(10);
    expect(most).toBeGreaterThan(5);
  });
});

describe('cost', () => {
  it('counts the requests and characters of each call, also of calls that share the client and wait for it', async () => {
    const vendor = await startVendor(shopOnGitHub);
    const call = (tool: typeof owners | typeof changes, given: object) =>
      withCost(() => ask(tool, { environment: environment(vendor.url), input: given }));

    const costs = await Promise.all([
      ...Array.from({ length: 12 }, () => call(owners, asked)),
      call(changes, input),
      ...Array.from({ length: 12 }, () => call(owners, asked)),
    ]);

    const requests = costs.map(({ cost }) => cost.requests);
    expect(new Set(requests.toSpliced(12, 1))).toEqual(new Set([1]));
    expect(requests[12]).toBeGreaterThanOrEqual(7);
    expect(requests.reduce((sum, one) => sum + one, 0)).toBe(vendor.asked.length);
    expect(costs.every(({ cost }) => cost.charactersRead > 100)).toBe(true);
  });

  it('counts the request for a token and the repeated one', async () => {
    const vendor = await startVendor((one, count) => (count === 2 ? { status: 502 } : minting(shopOnGitHub)(one)));

    const { value, cost } = await withCost(() => ask(owners, { environment: app(vendor.url, '37'), input: asked }));

    expect(found(value).kind).toBe('found');
    expect(cost.requests).toBe(3);
  });
});

describe('memory', () => {
  it('is not filled by an answer without end', async () => {
    const vendor = await startVendor(() => ({ body: `"${'x'.repeat(31_000_000)}"` }));

    const finding = failure(await ask(owners, { environment: environment(vendor.url), input: asked }));

    expect(finding.reason).toMatch(/no connection|documented form/u);
  });
});
