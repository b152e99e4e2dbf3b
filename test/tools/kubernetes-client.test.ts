/** Ways into a cluster: the token as it rotates, and exactly one certificate authority, over a real TLS server. */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { connectTools } from '../../src/load-tools.ts';
import { tool } from '../../tools/kubernetes-events.ts';
import { startVendor } from './counterpart.ts';
import { cluster, event } from './kubernetes-cluster.ts';
import { ask, failure, found, from, to } from './shop.ts';

const input = { service: 'checkout', from, to };
const events = { events: [event('BackOff', 'Back-off restarting failed container')] };

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'kubernetes-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

describe('the token', () => {
  it('is read again when its file changed, as projected tokens do', async () => {
    const vendor = await startVendor(cluster(events));
    const path = join(folder(), 'token');
    const environment = { KUBERNETES_API_URL: vendor.url, KUBERNETES_TOKEN_FILE: path };
    writeFileSync(path, 'first\n');
    await ask(tool, { environment, input });
    writeFileSync(`${path}.new`, 'second-and-longer\n');
    renameSync(`${path}.new`, path);
    await ask(tool, { environment, input });

    expect(vendor.asked.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer first',
      'Bearer second-and-longer',
    ]);
  });

  it('that cannot be read is a failure that names neither path nor content', async () => {
    const vendor = await startVendor(cluster(events));
    const environment = { KUBERNETES_API_URL: vendor.url, KUBERNETES_TOKEN_FILE: join(folder(), 'gone') };

    const failed = failure(await ask(tool, { environment, input }));

    expect(failed.reason).toContain('credentials were not accepted (token or CA file: ENOENT)');
    expect(failed.reason).not.toContain('gone');
    expect(vendor.asked).toEqual([]);
  });
});

describe('signing in', () => {
  const connect = (environment: { readonly [name: string]: string }) => connectTools([tool], environment);

  it('takes the variables of a pod, an address with a token, or an address with a token file', () => {
    const pod = { KUBERNETES_SERVICE_HOST: '10.96.0.1', KUBERNETES_SERVICE_PORT: '443' };
    const address = { KUBERNETES_API_URL: 'https://cluster.test' };
    for (const environment of [
      pod,
      { ...address, KUBERNETES_TOKEN: 'a' },
      { ...address, KUBERNETES_TOKEN_FILE: '/x' },
    ]) {
      expect(connect(environment)).toMatchObject({ connected: [{}], problems: [] });
    }
  });

  it('says what is missing, and refuses namespaces that are none', () => {
    expect(connect({ KUBERNETES_API_URL: 'https://cluster.test' }).problems.join()).toContain('KUBERNETES_TOKEN');
    const wrong = {
      KUBERNETES_API_URL: 'https://cluster.test',
      KUBERNETES_TOKEN: 'a',
      KUBERNETES_NAMESPACES: 'shop/../x',
    };
    expect(connect(wrong).problems.join()).toContain('KUBERNETES_NAMESPACES: must be names with commas');
    expect(connect({}).off[0]?.fix).toContain('KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT');
  });
});

const program = 'openssl';
const openssl = (() => {
  try {
    return execFileSync(program, ['version'], { encoding: 'utf8' }) !== '';
  } catch {
    return false;
  }
})();

type Authority = { readonly folder: string; readonly certificate: string };

function makeAuthority(): Authority {
  const path = folder();
  const run = (...words: readonly string[]) => execFileSync(program, words, { cwd: path, stdio: 'pipe' });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  run('req', '-x509', ...key, '-keyout', 'ca.key', '-out', 'ca.crt', '-days', '2', '-subj', '/CN=test-authority');
  run('req', ...key, '-keyout', 'server.key', '-out', 'server.csr', '-subj', '/CN=kubernetes');
  writeFileSync(join(path, 'names'), 'subjectAltName=IP:127.0.0.1\n');
  run(
    'x509',
    '-req',
    '-in',
    'server.csr',
    '-CA',
    'ca.crt',
    '-CAkey',
    'ca.key',
    '-CAcreateserial',
    '-out',
    'server.crt',
    '-days',
    '2',
    '-extfile',
    'names',
  );
  return { folder: path, certificate: join(path, 'ca.crt') };
}

type Serving = { readonly port: string; readonly authorizations: (string | undefined)[] };

async function startTls(authority: Authority, hang = false): Promise<Serving> {
  const read = (name: string) => readFileSync(join(authority.folder, name));
  const authorizations: (string | undefined)[] = [];
  const server = createServer({ key: read('server.key'), cert: read('server.crt') }, (request, response) => {
    authorizations.push(request.headers.authorization);
    const { pathname: path, searchParams: query } = new URL(request.url ?? '/', 'https://cluster.test');
    const { body } = cluster(events)({ method: 'GET', path, query, headers: request.headers, body: '' });
    response.setHeader('content-type', 'application/json');
    if (hang) response.write('{"items":[');
    else response.end(JSON.stringify(body));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = z.object({ port: z.int() }).parse(server.address());
  return { port: String(port), authorizations };
}

describe.skipIf(!openssl)('a cluster with an authority of its own (skipped without openssl)', () => {
  const variables = ({ port }: Serving, path: string) => {
    const tokenPath = join(folder(), 'token');
    writeFileSync(tokenPath, 'projected');
    return {
      KUBERNETES_SERVICE_HOST: '127.0.0.1',
      KUBERNETES_SERVICE_PORT: port,
      KUBERNETES_TOKEN_FILE: tokenPath,
      KUBERNETES_CA_FILE: path,
    };
  };

  it('is read as from inside a pod', async () => {
    const authority = makeAuthority();
    const serving = await startTls(authority);

    const finding = found(await ask(tool, { environment: variables(serving, authority.certificate), input }));

    expect(serving.authorizations).toEqual(['Bearer projected']);
    expect(finding.result).toMatchObject({ events: 1 });
    expect(finding.link).toBe(`https://127.0.0.1:${serving.port}/api/v1/namespaces/shop/events`);
  });

  it('is not trusted by anything else, and never sees the token then', async () => {
    const [authority, another] = [makeAuthority(), makeAuthority()];
    const serving = await startTls(authority);
    const wrong = failure(await ask(tool, { environment: variables(serving, another.certificate), input }));
    const none = { KUBERNETES_API_URL: `https://127.0.0.1:${serving.port}`, KUBERNETES_TOKEN: 'secret' };
    const unknown = failure(await ask(tool, { environment: none, input }));

    expect([wrong.reason, unknown.reason].every((reason) => /no connection \([A-Z_]+\)/u.test(reason))).toBe(true);
    expect(serving.authorizations).toEqual([]);
  });

  it('is left at once when the call is stopped in the middle of an answer', async () => {
    const authority = makeAuthority();
    const serving = await startTls(authority, true);
    const signal = AbortSignal.timeout(250);
    const startedAtMs = performance.now();

    const failed = failure(await ask(tool, { environment: variables(serving, authority.certificate), input, signal }));

    expect(failed.reason).toContain('stopped before an answer came');
    expect(performance.now() - startedAtMs).toBeLessThan(1_500);
  });
});
