/**
 * The actor role: assumed for one call or one execution after people approved, for 15 minutes, cut down by a session
 * policy, and marked so that CloudTrail tells who approved which plan.
 */
import { createHash } from 'node:crypto';
import { SSMClient } from '@aws-sdk/client-ssm';
import { fromTemporaryCredentials } from '@aws-sdk/credential-providers';
import { z } from 'zod';
import type { ActionContext, ActionFailure } from '../../action.ts';
import { done, failed, type Result } from '../../core/result.ts';
import { policyCharactersMax, type Statement, sessionPolicy } from './session-policy.ts';

const optional = z.string().min(1).optional();

/** Without the two keys the SDK's own chain is used: container or instance role. */
export const actorEnvironment = z.object({
  AWS_REGION: z.string().regex(/^[a-z]{2}(?:-[a-z]+)+-\d{1,2}$/u),
  AWS_ACTOR_ROLE_ARN: z.string().regex(/^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]{1,512}$/u),
  AWS_ACTOR_EXTERNAL_ID: optional,
  AWS_ACCESS_KEY_ID: optional,
  AWS_SECRET_ACCESS_KEY: optional,
  AWS_SESSION_TOKEN: optional,
  SSM_ENDPOINT: z.url().optional(),
  AWS_ENDPOINT_URL_STS: z.url().optional(),
});
export type ActorEnvironment = z.output<typeof actorEnvironment>;

/** The shortest session STS gives. */
export const sessionSeconds = 900;

const hashOf = (key: string): string => createHash('sha256').update(key).digest('hex');

/** Names the effect wherever AWS shows who did something. */
export const sessionNameOf = (key: string): string => `causeway-${hashOf(key).slice(0, 40)}`;

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html: 2 to 64 of these. */
const sourceIdentity = /^[\w+=,.@-]{2,64}$/u;

/**
 * Everybody who approved, as CloudTrail shows it with every call of the session. Where that is too long, or a name has
 * other characters: as many as fit, and a digest of all of them, which the receipt in the audit log has by name.
 */
export function sourceIdentityOf(approvers: readonly string[]): string {
  const all = approvers.join(',');
  if (sourceIdentity.test(all)) return all;
  return `${all.replaceAll(/[^\w+,.@-]/gu, '-').slice(0, 40)}=${hashOf(all).slice(0, 23)}`;
}

/** AWS takes only the form of a UUID as an idempotency token. */
export const clientTokenOf = (key: string): string =>
  hashOf(key).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/u, '$1-$2-$3-$4-$5');

const attemptsMax = 3;
const timeouts = { connectionTimeout: 3_000, requestTimeout: 15_000, throwOnRequestTimeout: true };

/** A client that can do what the statements say. `refused` before anybody approved, and where the role is not ours. */
export async function actAs(
  environment: ActorEnvironment,
  { key, approval, signal }: ActionContext,
  statements: readonly Statement[],
): Promise<Result<SSMClient, ActionFailure>> {
  if (approval === undefined || approval.by.length === 0)
    return failed({ kind: 'refused', reason: 'the actor role is assumed only for an approved plan' });
  const policy = sessionPolicy(statements);
  if (policy.length > policyCharactersMax)
    return failed({ kind: 'refused', reason: 'the plan names too much for one session' });
  const { AWS_ACTOR_EXTERNAL_ID: externalId, AWS_ENDPOINT_URL_STS: endpoint } = environment;
  const assume = fromTemporaryCredentials({
    ...masterCredentials(environment),
    params: {
      RoleArn: environment.AWS_ACTOR_ROLE_ARN,
      RoleSessionName: sessionNameOf(key),
      DurationSeconds: sessionSeconds,
      Policy: policy,
      SourceIdentity: sourceIdentityOf(approval.by),
      Tags: [{ Key: 'planHash', Value: approval.digest }],
      ...(externalId === undefined ? {} : { ExternalId: externalId }),
    },
    clientConfig: {
      region: environment.AWS_REGION,
      maxAttempts: attemptsMax,
      requestHandler: timeouts,
      ...(endpoint === undefined ? {} : { endpoint }),
    },
  });
  try {
    signal.throwIfAborted();
    const credentials = await assume();
    return done(clientWith(environment, credentials));
  } catch (error) {
    return failed(awsFailure(error, { doing: 'assuming the actor role', wrote: false }));
  }
}

type Credentials = Awaited<ReturnType<ReturnType<typeof fromTemporaryCredentials>>>;

const clientWith = ({ AWS_REGION: region, SSM_ENDPOINT: endpoint }: ActorEnvironment, credentials: Credentials) =>
  new SSMClient({
    region,
    credentials,
    // Repeats carry the same client token.
    maxAttempts: attemptsMax,
    requestHandler: timeouts,
    ...(endpoint === undefined ? {} : { endpoint }),
  });

function masterCredentials(environment: ActorEnvironment) {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = environment;
  if (accessKeyId === undefined || secretAccessKey === undefined) return {};
  const { AWS_SESSION_TOKEN: sessionToken } = environment;
  return {
    masterCredentials: { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) },
  };
}

const serviceError = z.object({
  name: z.string(),
  $metadata: z.object({ httpStatusCode: z.number().optional() }),
  $retryable: z.object({ throttling: z.boolean().optional() }).optional(),
});
const throttled = /Throttl|TooManyRequests|LimitExceeded/u;

/** What a failed call means, by the error's name and status: a write without an answer is `unknown`. */
export function awsFailure(error: unknown, { doing, wrote }: { doing: string; wrote: boolean }): ActionFailure {
  const parsed = serviceError.safeParse(error);
  const status = parsed.data?.$metadata.httpStatusCode;
  if (!parsed.success || status === undefined || status >= 500)
    return { kind: wrote ? 'unknown' : 'unavailable', reason: `${doing}: no answer from AWS` };
  const { name } = parsed.data;
  if (throttled.test(name))
    return { kind: 'unavailable', reason: `${doing}: AWS takes no more of these now (${name})` };
  const advice = /AccessDenied|InvalidClientToken|SignatureDoesNotMatch|ExpiredToken/u.test(name)
    ? 'compare the role with deploy/aws/actor-policy.json'
    : 'check the runbook against the document';
  return { kind: 'refused', reason: `${doing}: AWS answered ${name}; ${advice}` };
}
