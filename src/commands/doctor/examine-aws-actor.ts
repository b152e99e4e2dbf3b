/** Whether the actor role can be assumed and can do no more than it must, by calls that can have no effect. */
import {
  DescribeAutomationExecutionsCommand,
  GetParametersCommand,
  type SSMClient,
  StartAutomationExecutionCommand,
} from '@aws-sdk/client-ssm';
import { z } from 'zod';
import { type ActorEnvironment, actAs, actorEnvironment } from '../../actions/aws/actor.ts';
import { allow } from '../../actions/aws/session-policy.ts';
import type { Variables } from '../with-system.ts';
import { type Diagnosis, fine, problem } from './diagnosis.ts';

const patienceMs = 15_000;
const name = 'aws actor';
const nowhere = 'causeway-doctor-must-not-exist';
const fix = 'Set the role to deploy/aws/actor-policy.json and actor-trust-policy.json.';

/** Nothing when the action is off. */
export async function examineAwsActor(variables: Variables, nowMs: number): Promise<readonly Diagnosis[]> {
  const environment = actorEnvironment.safeParse(variables);
  return environment.success ? [await examine(environment.data, nowMs)] : [];
}

async function examine(environment: ActorEnvironment, nowMs: number): Promise<Diagnosis> {
  const signal = AbortSignal.timeout(patienceMs);
  const context = { signal, nowMs, key: 'doctor', approval: { digest: 'doctor', by: ['causeway-doctor'] } };
  // As much as the calls below ask for, and no more: the session can do nothing else, whatever the role could.
  const asked = ['ssm:DescribeAutomationExecutions', 'ssm:StartAutomationExecution', 'ssm:GetParameters'];
  const client = await actAs(environment, context, [allow(asked, ['*'])]);
  if (!client.ok) return problem(name, client.failure.reason, fix);
  try {
    return await compare(client.value);
  } finally {
    client.value.destroy();
  }
}

async function compare(client: SSMClient): Promise<Diagnosis> {
  const Filters = [{ Key: 'DocumentNamePrefix' as const, Values: [nowhere] }];
  const [finds, startsAny, readsParameters] = await Promise.all([
    mayDo(client.send(new DescribeAutomationExecutionsCommand({ Filters, MaxResults: 1 }))),
    mayDo(client.send(new StartAutomationExecutionCommand({ DocumentName: nowhere, DocumentVersion: '1' }))),
    mayDo(client.send(new GetParametersCommand({ Names: [nowhere] }))),
  ]);
  if (finds === null) return problem(name, 'AWS gave no answer', 'Check AWS_REGION and the network path to it.');
  const parts = [
    ...(finds ? [] : ['missing ssm:DescribeAutomationExecutions']),
    ...(startsAny === true ? ['must not start documents that no runbook names'] : []),
    ...(readsParameters === true ? ['must not read parameters'] : []),
  ];
  if (parts.length > 0) return problem(name, parts.join('; '), fix);
  return fine(name, 'can be assumed, finds executions, starts no document that was not named, reads no parameter');
}

const serviceError = z.object({ name: z.string(), $metadata: z.object({ httpStatusCode: z.number() }) });

/** Null: nobody can tell. Any other refusal than for want of a permission means that it may. */
async function mayDo(call: Promise<unknown>): Promise<boolean | null> {
  try {
    await call;
    return true;
  } catch (error) {
    const parsed = serviceError.safeParse(error);
    if (!parsed.success || parsed.data.$metadata.httpStatusCode >= 500) return null;
    return !/AccessDenied|UnauthorizedOperation/u.test(parsed.data.name);
  }
}
