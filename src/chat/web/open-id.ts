/**
 * Signing in with the organisation's OpenID Connect service: authorization code with PKCE, state and nonce, an id token
 * whose signature, issuer, audience, times and `auth_time` are checked (OpenID Connect Core 1.0, 3.1.3.7).
 */
import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  ClientSecretPost,
  type Configuration,
  calculatePKCECodeChallenge,
  discovery,
  enableNonRepudiationChecks,
  type IDToken,
  None,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
} from 'openid-client';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { DirectoryPerson } from '../../core/catalogue.ts';
import { done, failed, type Result } from '../../core/result.ts';
import type { Problem } from './reply.ts';
import { createSealedCookie } from './sealed-cookie.ts';
import { problem } from './visit.ts';

export type OpenIdSettings = {
  readonly issuer: string;
  readonly clientId: string;
  /** Null for a public client. */
  readonly clientSecret: string | null;
  /** The claim that names the person: `accounts.oidc` of the directory has the same value. */
  readonly personClaim: 'email' | 'sub' | 'preferred_username' | 'oid';
  /** The authentication context that must have been met, or null. */
  readonly acr: string | null;
  /** An authentication method that must have been used, such as `mfa`, or null. */
  readonly amr: string | null;
  /** Base URL of the pages; the callback is `/sign-in/callback` there. */
  readonly publicUrl: string;
};

export type SignedInPerson = { readonly person: DirectoryPerson; readonly atMs: number; readonly back: string };

/** The door people come in by. `begin` sends the browser away, `finish` takes it back. */
export type SignInDoor = {
  begin(back: string): Promise<Result<{ readonly location: string; readonly cookie: string }, Problem>>;
  finish(query: URLSearchParams, cookieHeader: string | undefined): Promise<Result<SignedInPerson, Problem>>;
  /** Ends what `begin` began, so that its answer cannot be used twice. */
  readonly forget: string;
};

type Parts = {
  readonly settings: OpenIdSettings;
  /** Stable, shared by replicas. */
  readonly secret: string;
  readonly people: readonly DirectoryPerson[];
  readonly log: Logger;
};

/** Seconds since the person last proved who they are. */
const maxAgeSeconds = 300;
/** A sign-in takes less than this. */
const begunMs = 600_000;

const begun = z.object({
  state: z.string(),
  nonce: z.string(),
  verifier: z.string(),
  back: z.string(),
  untilMs: z.number(),
});

export function createOpenIdDoor(parts: Parts): SignInDoor {
  const { settings, secret, log } = parts;
  const cookie = createSealedCookie({ name: 'causeway_sign_in', secret, purpose: 'sign-in begun' });
  const redirectUri = new URL('/sign-in/callback', settings.publicUrl).href;
  const secure = redirectUri.startsWith('https:');
  const service = once(() => discover(settings));
  const away = async (): Promise<Result<Configuration, Problem>> => {
    try {
      return done(await service());
    } catch (error) {
      log.warn({ err: error }, 'the sign-in service could not be reached');
      return failed(
        problem(503, 'The sign-in service does not answer', 'Try again; an administrator can check OIDC_ISSUER.'),
      );
    }
  };
  return {
    forget: cookie.clear(secure),
    async begin(back) {
      const configuration = await away();
      if (!configuration.ok) return configuration;
      const [state, nonce, verifier] = [randomState(), randomNonce(), randomPKCECodeVerifier()];
      const location = buildAuthorizationUrl(configuration.value, {
        redirect_uri: redirectUri,
        scope: 'openid email profile',
        state,
        nonce,
        max_age: String(maxAgeSeconds),
        code_challenge: await calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        ...(settings.acr === null ? {} : { acr_values: settings.acr }),
      });
      const kept = { state, nonce, verifier, back, untilMs: Date.now() + begunMs };
      return done({ location: location.href, cookie: cookie.set(kept, { seconds: begunMs / 1000, secure }) });
    },
    async finish(query, cookieHeader) {
      const kept = begun.safeParse(cookie.read(cookieHeader));
      if (!kept.success || kept.data.untilMs < Date.now()) return failed(startAgain);
      const configuration = await away();
      if (!configuration.ok) return configuration;
      const claims = await exchange(configuration.value, { kept: kept.data, query, redirectUri, log });
      return claims.ok ? personOf(parts, claims.value, kept.data.back) : claims;
    },
  };
}

const startAgain = problem(
  400,
  'This sign-in was not begun here, or is over',
  'Open the page again and sign in from there.',
);
const refused = problem(
  403,
  'The sign-in was not accepted',
  'Open the page again and sign in. If it fails again, the log of this process says why.',
);

function discover({ issuer, clientId, clientSecret }: OpenIdSettings): Promise<Configuration> {
  const server = new URL(issuer);
  const execute = [enableNonRepudiationChecks, ...(server.protocol === 'http:' ? [allowInsecureRequests] : [])];
  const authentication = clientSecret === null ? None() : ClientSecretPost(clientSecret);
  return discovery(server, clientId, undefined, authentication, { execute, timeout: 10 });
}

type Exchange = {
  readonly kept: z.output<typeof begun>;
  readonly query: URLSearchParams;
  readonly redirectUri: string;
  readonly log: Logger;
};

/** The library throws for whatever is not as it must be; the browser hears no details of it. */
async function exchange(
  configuration: Configuration,
  { kept, query, redirectUri, log }: Exchange,
): Promise<Result<IDToken, Problem>> {
  const url = new URL(redirectUri);
  url.search = query.toString();
  try {
    const tokens = await authorizationCodeGrant(configuration, url, {
      pkceCodeVerifier: kept.verifier,
      expectedState: kept.state,
      expectedNonce: kept.nonce,
      maxAge: maxAgeSeconds,
      idTokenExpected: true,
    });
    const claims = tokens.claims();
    return claims === undefined ? failed(refused) : done(claims);
  } catch (error) {
    log.warn({ err: error }, 'a sign-in was refused');
    return failed(refused);
  }
}

function personOf({ settings, people }: Parts, claims: IDToken, back: string): Result<SignedInPerson, Problem> {
  const { personClaim, acr, amr } = settings;
  const used = Array.isArray(claims['amr']) ? claims['amr'] : [];
  if ((acr !== null && claims['acr'] !== acr) || (amr !== null && !used.includes(amr)))
    return failed(
      problem(403, 'This sign-in is not strong enough', `Sign in again with ${amr ?? acr ?? 'a second factor'}.`),
    );
  const value = claims[personClaim];
  // Somebody may claim any address that their service never checked.
  const checked = personClaim !== 'email' || claims['email_verified'] === true;
  const name = typeof value === 'string' && checked ? value.toLowerCase() : null;
  const person = name === null ? undefined : people.find(({ accounts }) => accounts['oidc']?.toLowerCase() === name);
  if (person === undefined || typeof claims.auth_time !== 'number')
    return failed(
      problem(403, 'You are not in the directory', `Have your ${personClaim} added as accounts.oidc in causeway.yaml.`),
    );
  return done({ person, atMs: claims.auth_time * 1000, back });
}

/** Asks until it succeeds, then never again. */
function once<Value>(ask: () => Promise<Value>): () => Promise<Value> {
  let asked: Promise<Value> | null = null;
  return () => {
    asked ??= ask().catch((error: unknown) => {
      asked = null;
      throw error;
    });
    return asked;
  };
}
