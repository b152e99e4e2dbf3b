/** High risk is approved by whoever the organisation's sign-in service says it is, a moment ago, and by nobody else. */
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { createOpenIdDoor, type OpenIdSettings } from '../../../src/chat/web/open-id.ts';
import { ownPath } from '../../../src/chat/web/sign-in.ts';
import type { Catalogue } from '../../../src/core/catalogue.ts';
import { machineClock } from '../../../src/machine-clock.ts';
import { type OpenIdProvider, startOpenIdProvider } from '../../support/open-id-provider.ts';
import { buttonOf } from '../../support/plan-button.ts';
import { samplePlanRow } from '../../support/sample-story.ts';
import { startWebWorld, type WebWorld, webCatalogue } from '../../support/web-world.ts';

const catalogue: Catalogue = {
  ...webCatalogue,
  people: webCatalogue.people.map((person) => ({
    ...person,
    accounts: { slack: `U-${person.id}`, oidc: `${person.id}@example.com`, ...person.accounts },
  })),
};
const place = { platform: 'slack', tenant: 'T1', channel: 'C1' } as const;

let provider: OpenIdProvider;
let world: WebWorld;
let address: string;
let aheadMs = 0;
const clock = { ...machineClock, nowMs: () => Date.now() + aheadMs };

beforeAll(async () => {
  provider = await startOpenIdProvider();
});
afterAll(() => provider.stop());
beforeEach(() => {
  aheadMs = 0;
  const claims = { email: 'lee@example.com', email_verified: true };
  Object.assign(provider.behaviour, { claims, algorithm: 'RS256', foreignKey: false, state: null });
  return start();
});
afterEach(() => world.web.stop());

/** The public address is only known once the server listens: it is started once to learn its port. */
async function start(change: Partial<OpenIdSettings> = {}): Promise<void> {
  const first = await startWebWorld({ clock });
  address = first.web.url;
  await first.web.stop();
  const settings: OpenIdSettings = {
    issuer: provider.issuer,
    clientId: 'causeway',
    clientSecret: null,
    personClaim: 'email',
    acr: null,
    amr: null,
    publicUrl: address,
    ...change,
  };
  const secret = 'a secret of at least thirty-two characters';
  const door = createOpenIdDoor({ settings, secret, people: catalogue.people, log: pino({ level: 'silent' }) });
  world = await startWebWorld({ clock, catalogue, signIn: door }, first);
  const nowMs = Date.now();
  const plan = { ...samplePlanRow().plan, createdAtMs: nowMs, expiresAtMs: nowMs + 900_000 };
  world.rows.plans.splice(0, world.rows.plans.length, { ...samplePlanRow({ plan }), place });
}

/** A browser: keeps cookies, follows nothing by itself. */
function createBrowser() {
  const jar = new Map<string, string>();
  const ask = async (
    url: string,
    init: Omit<RequestInit, 'headers'> & { headers?: Record<string, string> } = {},
  ): Promise<Response> => {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(url, { ...init, redirect: 'manual', headers: { cookie, ...init.headers } });
    for (const line of response.headers.getSetCookie()) {
      const [pair = ''] = line.split(';');
      const at = pair.indexOf('=');
      jar.set(pair.slice(0, at), pair.slice(at + 1));
    }
    return response;
  };
  return { jar, get: (path: string) => ask(new URL(path, address).href), ask };
}
type Browser = ReturnType<typeof createBrowser>;

const page = '/approve/plan-1';

/** From the plan's page through the service; the answer to coming back. */
async function signIn(browser: Browser): Promise<Response> {
  const first = await browser.get(page);
  const begun = await browser.get(first.headers.get('location') ?? '/nowhere');
  return browser.ask(await provider.authorize(begun.headers.get('location') ?? provider.issuer));
}

async function decide(browser: Browser, change: Record<string, string> = {}): Promise<Response> {
  const html = await (await browser.get(page)).text();
  const field = (name: string): string => new RegExp(`name="${name}" value="([^"]+)"`, 'u').exec(html)?.[1] ?? '';
  const known = { csrf: field('csrf'), as: field('as'), nonce: field('nonce'), digest: field('digest') };
  const body = new URLSearchParams({ ...known, decision: 'approve', read: 'on', reason: 'seen', ...change });
  return browser.ask(new URL(page, address).href, { method: 'POST', body });
}

it('sends whoever is not signed in to the service, with PKCE, state, nonce and a short age', async () => {
  const browser = createBrowser();
  const first = await browser.get(page);
  expect([first.status, first.headers.get('location')]).toEqual([303, '/sign-in?back=%2Fapprove%2Fplan-1']);
  await signIn(browser);

  expect(Object.fromEntries(provider.asked)).toMatchObject({
    response_type: 'code',
    client_id: 'causeway',
    redirect_uri: `${address}/sign-in/callback`,
    max_age: '300',
    code_challenge_method: 'S256',
    state: expect.stringMatching(/^.{20,}$/u),
    nonce: expect.stringMatching(/^.{20,}$/u),
    code_challenge: expect.stringMatching(/^[\w-]{43}$/u),
  });
});

it.each(['RS256', 'ES256'] as const)('takes the decision of a person who signed in (%s)', async (algorithm) => {
  provider.behaviour.algorithm = algorithm;
  const browser = createBrowser();

  const back = await signIn(browser);
  expect([back.status, back.headers.get('location')]).toEqual([303, page]);
  expect((await decide(browser)).status).toBe(303);

  const row = world.rows.plans[0];
  expect(world.taken).toMatchObject([
    {
      action: 'approve-plan',
      place,
      actor: { platform: 'slack', tenant: 'T1', account: 'U-lee' },
      value: row ? buttonOf(row) : '',
      signedIn: { person: 'lee', method: 'oidc' },
    },
  ]);
  const { signedIn } = world.taken.find((each) => each.type === 'click') ?? {};
  expect(Date.now() - (signedIn?.atMs ?? 0)).toBeLessThan(60_000);
});

const seconds = (): number => Math.floor(Date.now() / 1_000);

it.each<[string, () => void]>([
  ['another issuer', () => lie({ iss: 'https://elsewhere.example' })],
  ['another audience', () => lie({ aud: 'another-client' })],
  ['another nonce', () => lie({ nonce: 'another' })],
  ['no nonce', () => lie({ nonce: undefined })],
  ['an end in the past', () => lie({ iat: seconds() - 600, exp: seconds() - 300 })],
  ['a sign-in of ten minutes ago', () => lie({ auth_time: seconds() - 600 })],
  ['no time of the sign-in', () => lie({ auth_time: undefined })],
  ['no signature', () => Object.assign(provider.behaviour, { algorithm: 'none' })],
  ['a signature of somebody else', () => Object.assign(provider.behaviour, { foreignKey: true })],
  ['a state that was not given', () => Object.assign(provider.behaviour, { state: 'another' })],
  ['an address nobody has checked', () => lie({ email_verified: false })],
  ['an address that is in no directory', () => lie({ email: 'mallory@example.com' })],
])('a sign-in with %s lets nobody in', async (_what, change) => {
  change();
  const browser = createBrowser();

  const back = await signIn(browser);

  expect(back.status).toBe(403);
  expect((await browser.get(page)).headers.get('location')).toContain('/sign-in');
  expect((await decide(browser)).status).toBeGreaterThanOrEqual(400);
  expect(world.taken).toEqual([]);
});

function lie(claims: object): void {
  provider.behaviour.claims = { ...provider.behaviour.claims, ...claims };
}

it('an answer of the service counts once, and only in the browser that asked', async () => {
  const browser = createBrowser();
  const first = await browser.get(page);
  const begun = await browser.get(first.headers.get('location') ?? '');
  const answer = await provider.authorize(begun.headers.get('location') ?? '');
  const kept = new Map(browser.jar);

  expect((await createBrowser().ask(answer)).status).toBe(400);
  expect((await browser.ask(answer)).status).toBe(303);
  expect((await browser.ask(answer)).status).toBe(400);
  const copied = createBrowser();
  for (const [name, value] of kept) copied.jar.set(name, value);
  expect((await copied.ask(answer)).status).toBe(403);
});

it.each([
  ['acr', { acr: 'urn:mfa' }, { acr: 'urn:mfa' }],
  ['amr', { amr: 'mfa' }, { amr: ['pwd', 'mfa'] }],
])('where %s is asked for, less does not do', async (_name, settings, claims) => {
  await world.web.stop();
  await start(settings);
  expect((await signIn(createBrowser())).status).toBe(403);
  lie(claims);
  expect((await signIn(createBrowser())).status).toBe(303);
});

it('a sign-in that got too old reads and rejects, but does not approve high risk', async () => {
  const browser = createBrowser();
  await signIn(browser);
  aheadMs = 400_000;

  expect(await (await browser.get(page)).text()).toContain('too long ago to approve a high-risk plan');
  expect((await decide(browser)).status).toBe(403);
  expect(world.taken).toEqual([]);
  expect((await decide(browser, { decision: 'reject' })).status).toBe(303);
  expect(world.taken).toMatchObject([{ action: 'reject-plan' }]);
});

it('nobody acts as another: the person is the one who signed in, whatever the form says', async () => {
  const browser = createBrowser();
  await signIn(browser);

  expect((await decide(browser, { as: 'w-dana' })).status).toBe(409);
  expect((await decide(browser, { csrf: 'made-up' })).status).toBe(403);
  expect((await browser.get('/c/incidents')).status).toBe(403);
  expect(world.taken).toEqual([]);
});

it('a cookie somebody made up is no session, and a foreign address is no way back', async () => {
  const browser = createBrowser();
  await signIn(browser);
  const bytes = Buffer.from(browser.jar.get('causeway_signed_in') ?? '', 'base64url');
  const last = bytes.length - 1;
  bytes.writeUInt8(bytes.readUInt8(last) ^ 1, last);
  browser.jar.set('causeway_signed_in', bytes.toString('base64url'));

  expect((await browser.get(page)).headers.get('location')).toContain('/sign-in');
  expect(['https://evil.example/', '//evil.example', '/\\evil.example', 'x', null].map(ownPath)).toEqual(
    Array(5).fill('/'),
  );
  expect(ownPath('/approve/plan-1?x=1')).toBe('/approve/plan-1?x=1');
});
