import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { type ActionContext, type ActionFailure, defineAction } from '../action.ts';
import type { Json } from '../core/json.ts';
import { done, failed, type Result } from '../core/result.ts';
import { addressesOf, isPublic } from './http/public-address.ts';
import { lostAnswer, type Sent, send } from './http/send.ts';

const host = String.raw`[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?(?::\d{1,5})?`;
const hosts = z
  .string()
  .regex(new RegExp(`^${host}(?:,${host})*$`, 'u'), 'host names with commas between them, without a scheme')
  .transform((text) => text.split(','));

const environment = z.object({
  /** Hosts that runbooks may call, with a port where it is not 443. */
  HTTP_ACTION_HOSTS: hosts,
  /** Those of them that may be inside: private, loopback or link-local addresses. */
  HTTP_ACTION_PRIVATE_HOSTS: hosts.optional(),
  /** `host=token,host=token`: each host gets its own bearer token and no other's. */
  HTTP_ACTION_TOKENS: z
    .string()
    .regex(new RegExp(`^${host}=[^,\\s]+(?:,${host}=[^,\\s]+)*$`, 'u'), 'host=token, with commas between them')
    .optional(),
  /** PEM; no other authority is then trusted for these hosts. */
  HTTP_ACTION_CA_FILE: z.string().min(1).optional(),
});
type Environment = z.output<typeof environment>;

const name = z.string().regex(/^[a-z][a-z0-9_]{0,39}$/iu);
const filling = z.union([z.string().min(1).max(200), z.number(), z.boolean()]);

const parameters = z
  .object({
    method: z.enum(['POST', 'PUT', 'PATCH', 'DELETE']),
    host: z.string().regex(new RegExp(`^${host}$`, 'u')),
    /** Such as `/v1/queues/{queue}/purge`; each part in braces is a whole segment, filled from `pathValues`. */
    path: z.string().regex(/^(?:\/(?:[\w.~-]+|\{[a-z][a-z0-9_]{0,39}\}))+$/iu, 'plain segments and {name}, no query'),
    pathValues: z.record(name, filling).default({}),
    body: z.record(z.string(), z.json()).nullable().default(null),
    /** Statuses that mean it worked. */
    expect: z.array(z.int().min(200).max(299)).min(1).default([200, 201, 202, 204]),
    /** The service acts once for one `Idempotency-Key`, or the call can be made twice without harm. */
    repeatable: z.boolean().default(false),
    timeoutSeconds: z.int().min(1).max(3_600).default(30),
  })
  .refine(({ path, pathValues }) => namesIn(path).every((part) => Object.hasOwn(pathValues, part)), {
    path: ['pathValues'],
    error: 'give a value for every {name} of the path',
  })
  .refine(({ path }) => !/(?:^|\/)\.{1,2}(?:\/|$)/u.test(path), { path: ['path'], error: 'no dot segments' });
type Parameters = z.output<typeof parameters>;

const namesIn = (path: string): readonly string[] => [...path.matchAll(/\{(\w+)\}/gu)].map(([, part = '']) => part);

/** One HTTPS request that a runbook spells out, to a host that whoever runs this listed. */
export const action = defineAction({
  name: 'http-call',
  description: 'Make one HTTPS request that a runbook spells out, to an allow-listed host',
  environment,
  parameters,
  fixed: ['method', 'host', 'path', 'expect', 'repeatable'],
  connect: (variables) => ({
    dryRun: async (plan, context) => {
      const target = await targetOf(variables, plan);
      if (!target.ok) return target;
      return done([
        `${plan.method} ${target.value.url.href}: ${bodyOf(plan) ?? 'no body'}, Idempotency-Key ${context.key}`,
      ]);
    },
    check: async (_preconditions, plan) => {
      const target = await targetOf(variables, plan);
      return target.ok ? done(null) : target;
    },
    execute: (plan, context) => execute(variables, plan, context),
    // There is nowhere to look: what may be repeated is made again with the same key, the rest is for people.
    reconcile: async ({ repeatable, host: asked }) => {
      if (repeatable) return done(null);
      return failed({ kind: 'unknown', reason: `whether ${asked} acted cannot be found out from here; look there` });
    },
    undo: () => [],
  }),
});

type Target = Pick<Sent, 'url'> & Required<Pick<Sent, 'address'>>;

/** The address is chosen here, once: what the name says a moment later does not matter. */
async function targetOf(variables: Environment, plan: Parameters): Promise<Result<Target, ActionFailure>> {
  if (!variables.HTTP_ACTION_HOSTS.includes(plan.host)) return refused(`${plan.host} is not in HTTP_ACTION_HOSTS`);
  const segment = (value: string): string | null => (/^\.{1,2}$/u.test(value) ? null : encodeURIComponent(value));
  const values = Object.entries(plan.pathValues).map(([part, value]) => [part, segment(String(value))] as const);
  if (values.some(([, value]) => value === null)) return refused('a path value of dots is no name');
  const path = values.reduce((text, [part, value]) => text.replaceAll(`{${part}}`, value ?? ''), plan.path);
  const url = new URL(`https://${plan.host}${path}`);
  const isInside = variables.HTTP_ACTION_PRIVATE_HOSTS?.includes(plan.host) === true;
  try {
    const found = await addressesOf(url.hostname);
    const [address] = found;
    if (address === undefined) return failed({ kind: 'unavailable', reason: `${plan.host} has no address` });
    if (!isInside && !found.every(isPublic))
      return refused(`${plan.host} has a private address and is not in HTTP_ACTION_PRIVATE_HOSTS`);
    return done({ url, address });
  } catch (error) {
    return failed(lostAnswer(error, { doing: `finding ${plan.host}`, wrote: false }));
  }
}

const refused = (reason: string): Result<never, ActionFailure> => failed({ kind: 'refused', reason });

const bodyOf = ({ body }: Parameters): string | null => (body === null ? null : JSON.stringify(body));

function tokenFor({ HTTP_ACTION_TOKENS: tokens }: Environment, asked: string): string | null {
  const own = tokens?.split(',').find((pair) => pair.startsWith(`${asked}=`));
  return own?.slice(asked.length + 1) ?? null;
}

async function execute(
  variables: Environment,
  plan: Parameters,
  { key, signal }: ActionContext,
): Promise<Result<Json, ActionFailure>> {
  const target = await targetOf(variables, plan);
  if (!target.ok) return target;
  const body = bodyOf(plan);
  const token = tokenFor(variables, plan.host);
  const { HTTP_ACTION_CA_FILE: authority } = variables;
  try {
    const { status } = await send({
      ...target.value,
      method: plan.method,
      headers: {
        accept: 'application/json',
        'idempotency-key': key,
        ...(body === null ? {} : { 'content-type': 'application/json' }),
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      },
      body,
      signal: AbortSignal.any([signal, AbortSignal.timeout(plan.timeoutSeconds * 1_000)]),
      ...(authority === undefined ? {} : { certificateAuthority: await readFile(authority, 'utf8') }),
    });
    // The answer's words are from outside and nobody needs them.
    return plan.expect.includes(status) ? done({ host: plan.host, status }) : failed(refusal(plan, status));
  } catch (error) {
    return failed(lostAnswer(error, { doing: `calling ${plan.host}`, wrote: true }));
  }
}

function refusal({ host: asked }: Parameters, status: number): ActionFailure {
  if (status === 429) return { kind: 'unavailable', reason: `${asked} takes no more requests now (429)` };
  if (status === 408 || status >= 500) return { kind: 'unknown', reason: `${asked} answered ${status}` };
  if (status >= 300 && status < 400)
    return { kind: 'refused', reason: `${asked} answered ${status}: redirects are not followed` };
  return { kind: 'refused', reason: `${asked} answered ${status}` };
}
