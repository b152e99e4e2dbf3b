/** A small OpenID Connect provider over HTTP: discovery, keys, authorize, token. It can be told to lie in any one way. */
import { createHash, generateKeyPairSync, type KeyObject, randomUUID, sign } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Algorithm = 'RS256' | 'ES256' | 'none';

/** Who signs in next, and what the id token then says that an honest one would not. */
export type Behaviour = {
  claims: { readonly [name: string]: unknown };
  algorithm: Algorithm;
  /** Signs with a key that is not among the published ones. */
  foreignKey: boolean;
  /** Sends this state back instead of the one it was given. */
  state: string | null;
};

export type OpenIdProvider = {
  readonly issuer: string;
  readonly behaviour: Behaviour;
  /** Follows an authorization request as a browser whose person agrees: the address it is sent back to. */
  authorize(location: string): Promise<string>;
  /** Parameters of the last authorization request. */
  readonly asked: URLSearchParams;
  stop(): Promise<void>;
};

const clientId = 'causeway';
type Grant = { readonly nonce: string | null; readonly challenge: string; readonly redirectUri: string };

export async function startOpenIdProvider(): Promise<OpenIdProvider> {
  const keys = {
    RS256: generateKeyPairSync('rsa', { modulusLength: 2_048 }),
    ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  };
  const stranger = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  const grants = new Map<string, Grant>();
  const behaviour: Behaviour = { claims: {}, algorithm: 'RS256', foreignKey: false, state: null };
  const asked = new URLSearchParams();
  let issuer = '';

  const idToken = ({ nonce }: Grant): string => {
    const { algorithm, claims, foreignKey } = behaviour;
    const now = Math.floor(Date.now() / 1_000);
    const honest = { iss: issuer, aud: clientId, sub: 'subject-1', iat: now, exp: now + 300, auth_time: now, nonce };
    const header = { alg: algorithm, typ: 'JWT', ...(algorithm === 'none' ? {} : { kid: algorithm }) };
    const text = [header, { ...honest, ...claims }].map((part) => base64url(JSON.stringify(part))).join('.');
    const own = algorithm === 'none' ? null : keys[algorithm].privateKey;
    return `${text}.${own === null ? '' : signed(text, foreignKey ? stranger.privateKey : own)}`;
  };
  const authorize = (url: URL, response: ServerResponse): void => {
    const before = Array.from(asked.keys());
    for (const name of before) asked.delete(name);
    for (const [name, value] of url.searchParams) asked.set(name, value);
    const code = randomUUID();
    const redirectUri = asked.get('redirect_uri') ?? '';
    grants.set(code, { nonce: asked.get('nonce'), challenge: asked.get('code_challenge') ?? '', redirectUri });
    const back = new URL(redirectUri);
    back.searchParams.set('code', code);
    back.searchParams.set('state', behaviour.state ?? asked.get('state') ?? '');
    response.writeHead(302, { location: back.href }).end();
  };
  const token = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const form = new URLSearchParams(await textOf(request));
    const grant = grants.get(form.get('code') ?? '');
    grants.delete(form.get('code') ?? '');
    const proof = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    const fits = grant?.challenge === proof && grant.redirectUri === form.get('redirect_uri');
    if (!grant || !fits || form.get('client_id') !== clientId) return json(response, { error: 'invalid_grant' }, 400);
    return json(response, { access_token: randomUUID(), token_type: 'Bearer', id_token: idToken(grant) });
  };
  const jwks = () => ({
    keys: (['RS256', 'ES256'] as const).map((alg) => ({
      ...keys[alg].publicKey.export({ format: 'jwk' }),
      kid: alg,
      alg,
      use: 'sig',
    })),
  });
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', issuer);
    if (url.pathname === '/.well-known/openid-configuration') return json(response, metadata(issuer));
    if (url.pathname === '/keys') return json(response, jwks());
    if (url.pathname === '/authorize') return authorize(url, response);
    if (url.pathname === '/token') return void token(request, response);
    response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address() as AddressInfo;
  issuer = `http://127.0.0.1:${address.port}`;
  return {
    issuer,
    behaviour,
    asked,
    authorize: async (location) =>
      (await fetch(location, { redirect: 'manual' })).headers.get('location') ?? 'http://nowhere.invalid',
    stop: () => new Promise((resolve) => void server.close(() => resolve())),
  };
}

const metadata = (issuer: string) => ({
  issuer,
  authorization_endpoint: `${issuer}/authorize`,
  token_endpoint: `${issuer}/token`,
  jwks_uri: `${issuer}/keys`,
  response_types_supported: ['code'],
  subject_types_supported: ['public'],
  id_token_signing_alg_values_supported: ['RS256', 'ES256'],
  code_challenge_methods_supported: ['S256'],
});

const base64url = (text: string): string => Buffer.from(text).toString('base64url');

const signed = (text: string, key: KeyObject): string =>
  sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url');

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}

const json = (response: ServerResponse, body: object, status = 200): void =>
  void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
