/** Goal: what the writing side may do is known before an incident: granted, missing and too much, each with its fix. */
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { buildWorld } from '../../src/lab/build-world.ts';
import { startKubernetes } from '../../src/lab/kubernetes.ts';
import { startAutomation } from '../actions/support/aws-automation.ts';
import { canMakeCertificates, selfSigned } from '../support/certificate.ts';
import { type Asked, startVendor, unreachableUrl } from '../tools/counterpart.ts';
import { diagnose } from './diagnosed.ts';

const file = join(mkdtempSync(join(tmpdir(), 'doctor-')), 'causeway.yaml');
writeFileSync(
  file,
  'services: [{ id: cart, title: Cart, tier: 2, repository: acme/cart, kubernetes: { namespace: shop, workload: cart } }]\n',
);

describe("the cluster's writer", () => {
  async function examine(as: 'writer' | 'reader') {
    const built = buildWorld({ fault: 'bad-deploy', seed: 1 });
    const vendor = await startKubernetes({ ...built, nowMs: () => built.startAtMs, port: 0 });
    onTestFinished(() => vendor.close());
    const { KUBERNETES_API_URL = '', KUBERNETES_TOKEN = '', KUBERNETES_WRITE_TOKEN = '' } = vendor.environment;
    const token = as === 'writer' ? KUBERNETES_WRITE_TOKEN : KUBERNETES_TOKEN;
    const { of } = await diagnose({ CAUSEWAY_CONFIG: file, KUBERNETES_API_URL, KUBERNETES_WRITE_TOKEN: token });
    return of('kubernetes writer: shop');
  }

  it('is granted what writer.yaml lists and no more', async () => {
    expect(await examine('writer')).toMatchObject({ state: 'ok', fix: null });
  });

  it('that is the reader lacks what it needs, and holds what it must not', async () => {
    const { state, says, fix } = (await examine('reader')) ?? {};
    expect(state).toBe('problem');
    expect(says).toMatch(/^missing patch deployments, .*must not hold .*get pods\.core/u);
    expect(fix).toContain('deploy/kubernetes/writer.yaml');
  });
});

describe('the write token of GitHub', () => {
  const refused = { status: 403, body: { message: 'Resource not accessible by personal access token' } };
  const unprocessable = { status: 422, body: { message: 'Validation Failed' } };
  const isTooMuch = ({ path }: Asked): boolean => /\/(?:secrets|hooks|keys)$/u.test(path);
  async function examine(answer: Parameters<typeof startVendor>[0]) {
    const { url, asked } = await startVendor(answer);
    const { of } = await diagnose({ CAUSEWAY_CONFIG: file, GITHUB_API_URL: url, GITHUB_WRITE_TOKEN: 'write' });
    return { told: of('github writer: acme/cart'), asked };
  }

  it('is tried with requests that can have no effect', async () => {
    const { told, asked } = await examine((one) => {
      if (isTooMuch(one)) return refused;
      return one.method === 'POST' ? unprocessable : { body: { total_count: 0, workflow_runs: [] } };
    });
    expect(told).toMatchObject({ state: 'ok', fix: null });
    const writes = asked.filter(({ method }) => method !== 'GET').map(({ path, body }) => `${path} ${body}`);
    expect(writes.toSorted()).toEqual([
      expect.stringMatching(/\/git\/refs .*0{40}/u),
      expect.stringMatching(/\/pulls .*"base":"causeway-doctor-must-not-exist"/u),
    ]);
  });

  it('that lacks pull requests and reads secrets is a problem, both named', async () => {
    const { told } = await examine(({ path }) => (path.endsWith('/pulls') ? refused : { body: {} }));
    expect(told?.state).toBe('problem');
    expect(told?.says).toBe('missing pull requests: write; must not hold secrets, webhooks, administration');
    expect(told?.fix).toContain('GITHUB_WRITE_TOKEN');
  });

  it('that is not accepted is a problem of its own', async () => {
    const { told } = await examine(() => ({ status: 401, body: { message: 'Bad credentials' } }));
    expect(told?.says).toContain('did not accept the token');
  });
});

describe('the actor role of AWS', () => {
  async function examine(behaviour: { readonly refuseRole?: boolean; readonly everything?: boolean }) {
    const aws = await startAutomation();
    onTestFinished(() => aws.close());
    Object.assign(aws.behaviour, behaviour);
    const { of } = await diagnose({
      AWS_REGION: 'eu-central-1',
      AWS_ACTOR_ROLE_ARN: 'arn:aws:iam::123456789012:role/causeway-actor',
      AWS_ACCESS_KEY_ID: 'AKIAOWN',
      AWS_SECRET_ACCESS_KEY: 'secret',
      SSM_ENDPOINT: aws.url,
      AWS_ENDPOINT_URL_STS: aws.url,
      ...unreachableAws,
    });
    return { told: of('aws actor'), aws };
  }
  const unreachableAws = { AWS_ENDPOINT_URL: 'http://127.0.0.1:9' };

  it('is assumed for three harmless calls and starts nothing', async () => {
    const { told, aws } = await examine({});
    expect(told).toMatchObject({ state: 'ok', fix: null });
    expect(aws.executions).toEqual([]);
  });

  it.each([
    [{ refuseRole: true }, 'assuming the actor role'],
    [{ everything: true }, 'must not start documents that no runbook names; must not read parameters'],
  ])('%j is a problem with its fix', async (behaviour, says) => {
    const { told } = await examine(behaviour);
    expect(told).toMatchObject({ state: 'problem', says: expect.stringContaining(says) });
    expect(told?.fix).toContain('actor-policy.json');
  });
});

describe.skipIf(!canMakeCertificates)('hosts that runbooks may call (skipped without openssl)', () => {
  let certificate: ReturnType<typeof selfSigned>;
  let host: string;
  beforeAll(async () => {
    certificate = selfSigned(['localhost', '127.0.0.1']);
    const server = createServer(certificate, (_request, response) => void response.writeHead(500).end());
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    host = `localhost:${(server.address() as AddressInfo).port}`;
    return () => server.close();
  });
  afterAll(() => certificate.remove());
  const longBeforeMs = Date.now() - 30 * 86_400_000;
  const examine = (variables: { readonly [name: string]: string }, nowMs = longBeforeMs) =>
    diagnose({ HTTP_ACTION_HOSTS: host, ...variables }, nowMs);
  const trusted = () => ({ HTTP_ACTION_CA_FILE: certificate.certFile, HTTP_ACTION_PRIVATE_HOSTS: host });

  it('are reached over TLS, and told when the certificate ends', async () => {
    const { of } = await examine(trusted());
    expect(of(`http-call: ${host}`)).toMatchObject({ state: 'ok', says: expect.stringContaining('valid until') });
    const late = await examine(trusted(), Date.now());
    expect(late.of(`http-call: ${host}`)).toMatchObject({ state: 'problem', fix: 'Renew its certificate now.' });
  });

  it('with a certificate nobody trusts, inside without leave, or with nobody there are problems', async () => {
    const untrusted = await examine({ HTTP_ACTION_PRIVATE_HOSTS: host });
    expect(untrusted.of(`http-call: ${host}`)?.says).toContain('DEPTH_ZERO_SELF_SIGNED_CERT');
    const inside = await examine({ HTTP_ACTION_CA_FILE: certificate.certFile });
    expect(inside.of(`http-call: ${host}`)?.fix).toContain('HTTP_ACTION_PRIVATE_HOSTS');
    const nobody = new URL(await unreachableUrl()).host;
    const away = await examine({ HTTP_ACTION_HOSTS: nobody, HTTP_ACTION_PRIVATE_HOSTS: nobody });
    expect(away.of(`http-call: ${nobody}`)?.says).toContain('ECONNREFUSED');
    expect([untrusted, inside, away].map(({ exitCode }) => exitCode)).toEqual([1, 1, 1]);
  });

  it('with a token and no leave to be called are a problem', async () => {
    const { of } = await examine({ ...trusted(), HTTP_ACTION_TOKENS: 'flags.test=secret' });
    expect(of('http-call: flags.test')).toMatchObject({ state: 'problem' });
  });
});
