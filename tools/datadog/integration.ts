import { z } from 'zod';
import {
  type Check,
  type DiscoveredService,
  defineIntegration,
  type IntegrationContext,
} from '../../src/integration.ts';
import { clockCheck, scopesCheck, writeCheck } from '../reading/examine.ts';
import type { Refusal } from '../reading/failure.ts';
import { HttpError, httpRefusal } from '../reading/http-error.ts';
import type { Received } from '../reading/transport.ts';
import { type DatadogClient, type DatadogRequest, datadogClient, datadogEnvironment } from './client.ts';
import { readDependencies } from './dependencies.ts';
import { excessOf, neededReads, neededScopes } from './scopes.ts';
import { type Definition, listDefinitions } from './service-definitions.ts';

const grants = 'datadog/application-key.json';

export const integration = defineIntegration({
  vendor: 'Datadog',
  source: 'datadog',
  environment: datadogEnvironment,
  grants,
  connect(given) {
    const client = datadogClient(given);
    return {
      examine: (context) => examine(client, given.DATADOG_APP_KEY, context),
      discover: (context) => discover(client, context),
    };
  },
});

async function examine(client: DatadogClient, applicationKey: string, context: IntegrationContext) {
  const validated = await tryOut(client, { path: '/api/v1/validate' }, context);
  if (validated.refusal !== null) return [unreachable(validated.refusal)];
  const [reads, held, keys, write] = await Promise.all([
    tryReads(client, context),
    heldScopes(client, applicationKey, context),
    tryOut(client, { path: '/api/v2/validate_keys' }, context),
    tryOut(client, impossibleWrite, context),
  ]);
  return [
    { name: 'reachable', state: 'ok', says: 'it answers, and accepts the API key', fix: null } as const,
    clockCheck(validated.date, context.nowMs),
    scopesCheck({ granted: grantedOf(reads, held), needed: neededScopes(), excess: excessOf(held ?? []), grants }),
    readCheck(reads, keys.refusal),
    writeCheck('changing a monitor that cannot exist', write.refusal, grants),
  ];
}

/** The largest id the API can express: no monitor has it, so nothing can change. */
const impossibleWrite: DatadogRequest = {
  path: `/api/v1/monitor/${Number.MAX_SAFE_INTEGER}`,
  body: { name: 'causeway doctor: must be refused' },
  method: 'PUT',
};

type Tried = { readonly refusal: Refusal | null; readonly date: string | null; readonly text: string };

async function tryOut(client: DatadogClient, request: DatadogRequest, { signal }: IntegrationContext): Promise<Tried> {
  try {
    const { status, headers, text }: Received = await client.send(request, signal);
    const isGood = status >= 200 && status <= 299;
    const refusal = isGood ? formRefusal(text) : httpRefusal(new HttpError(status, text), signal);
    return { refusal, date: headers.get('date'), text };
  } catch (error) {
    const refusal = httpRefusal(error, signal);
    if (refusal === null) throw error;
    return { refusal, date: null, text: '' };
  }
}

/** A proxy's sign-in page comes with status 200. */
const formRefusal = (text: string): Refusal | null =>
  /^\s*[[{]/u.test(text) ? null : { kind: 'malformed', code: 'not JSON' };

function unreachable(refusal: Refusal): Check {
  const isKey = refusal.kind === 'unauthorised' || refusal.kind === 'forbidden';
  const code = 'code' in refusal ? ` (${refusal.code})` : '';
  return {
    name: 'reachable',
    state: 'problem',
    says: isKey ? `it does not accept the API key${code}` : `no answer of its API: ${refusal.kind}${code}`,
    fix: isKey
      ? 'Set DATADOG_API_KEY, and DATADOG_SITE to the site it belongs to.'
      : 'Check DATADOG_SITE or DATADOG_API_URL and the network path to it.',
  };
}

type Read = { readonly scopes: readonly string[]; readonly refusal: Refusal | null };

const tryReads = (client: DatadogClient, context: IntegrationContext): Promise<readonly Read[]> =>
  Promise.all(
    neededReads(context.nowMs).map(async ({ scopes, read }) => {
      const { refusal } = await tryOut(client, read, context);
      return { scopes, refusal };
    }),
  );

const isRefused = ({ refusal }: Read): boolean => refusal?.kind === 'forbidden' || refusal?.kind === 'unauthorised';

/** What a read proves counts for more than what a key's record says. Null when nothing could be told. */
function grantedOf(reads: readonly Read[], held: readonly string[] | null): readonly string[] | null {
  const told = reads.filter((read) => read.refusal === null || isRefused(read));
  if (told.length === 0) return held;
  const refused = told.filter(isRefused).flatMap(({ scopes }) => scopes);
  // A product that is not there, 404 say, proves nothing against its scope.
  return neededScopes().filter((scope) => !refused.includes(scope));
}

function readCheck(reads: readonly Read[], keysRefusal: Refusal | null): Check {
  const passed = reads.filter(({ refusal }) => refusal === null);
  const failed = reads.flatMap(({ scopes, refusal }) =>
    refusal === null ? [] : [`${scopes.join(' and ')}: ${refusal.kind}`],
  );
  const says = `${passed.length} of ${reads.length} kinds of reads passed`;
  if (failed.length === 0) return { name: 'read', state: 'ok', says, fix: null };
  const isMissing = reads.every(({ refusal }) => refusal === null || refusal.kind === 'not-found');
  if (isMissing && passed.length > 0) {
    return {
      name: 'read',
      state: 'unknown',
      says: `${says}; not in this site or plan: ${failed.join(', ')}`,
      fix: null,
    };
  }
  const keyIsBad = passed.length === 0 && keysRefusal !== null;
  return {
    name: 'read',
    state: 'problem',
    says: `${says}; ${failed.join(', ')}`,
    fix: keyIsBad
      ? 'Set DATADOG_APP_KEY to a key of the same organisation: this one is not accepted.'
      : `Grant exactly what deploy/${grants} lists.`,
  };
}

const ownKeys = z.object({
  data: z.array(
    z.object({ attributes: z.object({ last4: z.string().optional(), scopes: z.array(z.string()).nullish() }) }),
  ),
});

const unscoped = 'every permission of its owner: the key has no scopes';

/**
 * The scopes this very key holds; null where it may not look, as it should be: looking needs `user_app_keys`, which also
 * makes new keys.
 */
async function heldScopes(client: DatadogClient, applicationKey: string, context: IntegrationContext) {
  const request = { path: '/api/v2/current_user/application_keys', parameters: { 'page[size]': 100 } };
  const { refusal, text } = await tryOut(client, request, context);
  if (refusal !== null) return null;
  const parsed = ownKeys.safeParse(JSON.parse(text));
  if (!parsed.success) return null;
  const own = parsed.data.data.filter(({ attributes }) => attributes.last4 === applicationKey.slice(-4));
  return own.length === 0
    ? ['user_app_keys']
    : own.flatMap(({ attributes }) => ['user_app_keys', ...(attributes.scopes ?? [unscoped])]);
}

const lookbackMs = 60 * 60_000;

async function discover(client: DatadogClient, { signal, nowMs, environment: env }: IntegrationContext) {
  const ask = client.asking(signal);
  const window = { fromMs: nowMs - lookbackMs, toMs: nowMs };
  const [{ definitions }, { calls }] = await Promise.all([
    listDefinitions(ask),
    readDependencies(ask, { environment: env, window }),
  ]);
  const described = new Map(definitions.map((one) => [one.service, one]));
  const traced = calls.map(({ from }) => from);
  return [...new Set([...described.keys(), ...traced])].toSorted().map((name): DiscoveredService => {
    const definition = described.get(name);
    const dependsOn = calls.filter(({ from }) => from === name).map(({ to }) => to);
    return {
      name,
      seen: definition === undefined ? `Datadog APM, env ${env}` : 'Datadog service catalogue',
      datadogService: name,
      ...(dependsOn.length > 0 ? { dependsOn } : {}),
      ...(definition === undefined ? {} : draftOf(definition)),
    };
  });
}

const tiers: { readonly [word: string]: 1 | 2 | 3 } = {
  '1': 1,
  critical: 1,
  high: 1,
  '2': 2,
  medium: 2,
  '3': 3,
  low: 3,
};

/** Only what is certain: two repositories are a choice for people. */
function draftOf({ tier, repositories, team, pagerdutyService }: Definition): Partial<DiscoveredService> {
  const known = tiers[(tier ?? '').toLowerCase().replace(/^tier[\s_-]?/u, '')];
  const [repository] = repositories;
  return {
    ...(known === undefined ? {} : { tier: known }),
    ...(repository === undefined || repositories.length > 1 ? {} : { repository }),
    ...(team === null ? {} : { owners: [team] }),
    ...(pagerdutyService === null ? {} : { pagerdutyService }),
  };
}
