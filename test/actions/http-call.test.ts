/** Goal: one request as the runbook spells it, to a host that was allowed, and to no other place whatever anybody says. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { isPublic } from '../../src/actions/http/public-address.ts';
import { action } from '../../src/actions/http-call.ts';
import { canMakeCertificates, selfSigned } from '../support/certificate.ts';

type Asked = { readonly method: string; readonly path: string; readonly body: string; readonly headers: object };
let certificate: ReturnType<typeof selfSigned>;
let server: Server;
let asked: Asked[];
let answer: { status: number; headers?: { readonly [name: string]: string }; body?: string; cut?: true };
let host: string;

beforeAll(async () => {
  if (!canMakeCertificates) return;
  certificate = selfSigned(['localhost', '127.0.0.1']);
  server = createServer(certificate, (request, response) => {
    void (async () => {
      let body = '';
      for await (const chunk of request) body += String(chunk);
      asked.push({ method: request.method ?? '', path: request.url ?? '', body, headers: request.headers });
      if (answer.cut) return void request.socket.destroy();
      response.writeHead(answer.status, answer.headers).end(answer.body);
    })();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  host = `localhost:${(server.address() as AddressInfo).port}`;
});
beforeEach(() => {
  asked = [];
  answer = { status: 202 };
});
afterAll(() => {
  if (!canMakeCertificates) return;
  server.closeAllConnections();
  server.close();
  certificate.remove();
});

const connected = (changes: object = {}) =>
  action.connect(
    action.environment.parse({
      HTTP_ACTION_HOSTS: `flags.example.com,${host}`,
      HTTP_ACTION_PRIVATE_HOSTS: host,
      HTTP_ACTION_TOKENS: `flags.example.com=other-secret,${host}=own-secret`,
      HTTP_ACTION_CA_FILE: certificate.certFile,
      ...changes,
    }),
  );
const plan = (changes: object = {}) =>
  action.parameters.parse({
    method: 'POST',
    host,
    path: '/v1/caches/{cache}/purge',
    pathValues: { cache: 'product cards/../all' },
    body: { soft: true },
    timeoutSeconds: 5,
    ...changes,
  });
const context = { signal: AbortSignal.timeout(20_000), nowMs: 0, key: 'plan-1:purge' };

describe.skipIf(!canMakeCertificates)('the request (skipped without openssl)', () => {
  it('is the one the runbook spells, with values as whole segments, our key, and the token of this host', async () => {
    expect(await connected().execute(plan(), context)).toEqual({ ok: true, value: { host, status: 202 } });
    expect(asked).toMatchObject([
      {
        method: 'POST',
        path: '/v1/caches/product%20cards%2F..%2Fall/purge',
        body: '{"soft":true}',
        headers: { authorization: 'Bearer own-secret', 'idempotency-key': 'plan-1:purge' },
      },
    ]);
  });

  it('is said in a dry run and not made', async () => {
    const said = await connected().dryRun(plan(), context);
    expect(said).toMatchObject({
      ok: true,
      value: [expect.stringContaining('/purge: {"soft":true}, Idempotency-Key')],
    });
    expect(asked).toEqual([]);
  });

  it.each([
    ['a query', { path: '/v1/purge?all=1' }],
    ['dot segments', { path: '/v1/../admin' }],
    ['another scheme in the host', { host: 'http://localhost' }],
    ['credentials in the host', { host: 'me@localhost' }],
    ['a value that is missing', { pathValues: {} }],
    ['a read', { method: 'GET' }],
  ])('with %s is not taken', (_what, changes) => {
    expect(action.parameters.safeParse({ ...plan(), ...changes }).success).toBe(false);
  });

  it('with a value of dots is refused', async () => {
    const ended = await connected().execute(plan({ pathValues: { cache: '..' } }), context);
    expect(ended).toMatchObject({ failure: { kind: 'refused' } });
    expect(asked).toEqual([]);
  });
});

describe.skipIf(!canMakeCertificates)('the place (skipped without openssl)', () => {
  it('must be on the list', async () => {
    const ended = await connected({ HTTP_ACTION_HOSTS: 'flags.example.com' }).execute(plan(), context);
    expect(ended).toMatchObject({ failure: { kind: 'refused', reason: expect.stringContaining('HTTP_ACTION_HOSTS') } });
    expect(asked).toEqual([]);
  });

  it('must not be inside, unless it was listed as such', async () => {
    for (const run of ['check', 'dryRun', 'execute'] as const) {
      const here = connected({ HTTP_ACTION_PRIVATE_HOSTS: undefined });
      const ended = run === 'check' ? await here.check([], plan(), context) : await here[run](plan(), context);
      expect(ended).toMatchObject({ failure: { kind: 'refused', reason: expect.stringContaining('private address') } });
    }
    expect(asked).toEqual([]);
  });

  it('must prove who it is by the one authority', async () => {
    const ended = await connected({ HTTP_ACTION_CA_FILE: undefined }).execute(plan(), context);
    expect(ended).toMatchObject({ failure: { kind: 'unavailable' } });
    expect(asked).toEqual([]);
  });

  it.each([
    ['127.0.0.1', 4, false],
    ['10.1.2.3', 4, false],
    ['169.254.169.254', 4, false],
    ['100.64.0.1', 4, false],
    ['192.168.1.1', 4, false],
    ['8.8.8.8', 4, true],
    ['::1', 6, false],
    ['::ffff:10.0.0.1', 6, false],
    ['fd00::1', 6, false],
    ['fe80::1', 6, false],
    ['64:ff9b::a00:1', 6, false],
    ['2606:4700::1111', 6, true],
  ])('%s is public or not', (address, family, expected) => {
    expect(isPublic({ address, family })).toBe(expected);
  });
});

describe.skipIf(!canMakeCertificates)('the answer (skipped without openssl)', () => {
  it('of a redirect is a refusal, and is not followed', async () => {
    answer = { status: 307, headers: { location: '/v1/other' } };
    expect(await connected().execute(plan(), context)).toMatchObject({
      failure: { kind: 'refused', reason: expect.stringContaining('not followed') },
    });
    expect(asked).toHaveLength(1);
  });

  it.each([
    [403, 'refused'],
    [429, 'unavailable'],
    [503, 'unknown'],
  ])('%i is %s', async (status, kind) => {
    answer = { status };
    expect(await connected().execute(plan(), context)).toMatchObject({ failure: { kind } });
    expect(asked).toHaveLength(1);
  });

  it('of any length keeps nothing but its status', async () => {
    answer = { status: 200, body: 'x'.repeat(5_000_000) };
    expect(await connected().execute(plan(), context)).toEqual({ ok: true, value: { host, status: 200 } });
  });

  it('that never came is unclear, and is made again with the same key only where the runbook allows it', async () => {
    answer = { status: 202, cut: true };
    expect(await connected().execute(plan(), context)).toMatchObject({ failure: { kind: 'unknown' } });
    expect(await connected().reconcile(plan(), context)).toMatchObject({ failure: { kind: 'unknown' } });
    expect(await connected().reconcile(plan({ repeatable: true }), context)).toEqual({ ok: true, value: null });
    expect(asked).toHaveLength(1);
  });
});
