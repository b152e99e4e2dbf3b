import { setTimeout as sleep } from 'node:timers/promises';
import {
  DescribeAutomationExecutionsCommand,
  GetAutomationExecutionCommand,
  StartAutomationExecutionCommand,
  StopAutomationExecutionCommand,
} from '@aws-sdk/client-ssm';
import { z } from 'zod';
import { type ActionContext, type ActionFailure, defineAction } from '../action.ts';
import type { Json } from '../core/json.ts';
import { done, failed, type Result } from '../core/result.ts';
import {
  type ActorEnvironment,
  actAs,
  actorEnvironment,
  awsFailure,
  clientTokenOf,
  sessionNameOf,
  sessionSeconds,
} from './aws/actor.ts';
import { allow, permissions, reads, type Statement, sessionPolicy } from './aws/session-policy.ts';

const inputName = z.string().regex(/^[A-Za-z][A-Za-z0-9_]{0,49}$/u);
const inputValue = z.string().max(500);

const parameters = z.object({
  account: z.string().regex(/^\d{12}$/u),
  document: z.string().regex(/^[A-Za-z0-9_.-]{3,128}$/u),
  /** A number: versions never change, `$LATEST` and `$DEFAULT` do. */
  documentVersion: z.string().regex(/^[1-9]\d{0,5}$/u),
  inputs: z.record(inputName, z.union([inputValue.transform((one) => [one]), z.array(inputValue).max(20)])),
  permissions,
  reads,
  timeoutSeconds: z.int().min(1).max(3_600).default(300),
});
type Parameters = z.output<typeof parameters>;
type Outcome = Result<Json, ActionFailure>;
type Call = { readonly environment: ActorEnvironment; readonly plan: Parameters; readonly context: ActionContext };

/** Starts one version of one automation document that a runbook names, on the resources it names, and waits for its end. */
export const action = defineAction({
  name: 'aws-ssm-automation',
  description: 'Run one AWS Systems Manager automation document on named resources and wait for it to finish',
  environment: actorEnvironment,
  parameters,
  fixed: ['account', 'document', 'documentVersion', 'reads'],
  connect: (environment) => ({
    dryRun: async (plan, context) => dryRun({ environment, plan, context }),
    // The document's version is a number, so it is what it was; the role is not assumed before an approval.
    check: async () => done(null),
    execute: (plan, context) => execute({ environment, plan, context }),
    reconcile: (plan, context) => reconcile({ environment, plan, context }),
    undo: () => [],
  }),
});

const arn = ({ AWS_ACTOR_ROLE_ARN: role, AWS_REGION: region }: ActorEnvironment, account: string, name: string) =>
  `arn:${role.split(':')[1] ?? 'aws'}:ssm:${region}:${account}:${name}`;

/** Documents that AWS owns are in no account. */
const documentArn = ({ environment, plan }: Call): string => {
  const account = plan.document.startsWith('AWS') ? '' : plan.account;
  return arn(environment, account, `automation-definition/${plan.document}:${plan.documentVersion}`);
};

/** What the execution does is done with the session's rights, so they are part of it. */
const startStatements = (call: Call): readonly Statement[] => [
  allow(['ssm:StartAutomationExecution'], [documentArn(call)]),
  ...call.plan.permissions.map(({ actions, resources }) => allow(actions, resources)),
  ...(call.plan.reads.length > 0 ? [allow(call.plan.reads, ['*'])] : []),
];

async function dryRun(call: Call): Promise<Result<readonly string[], ActionFailure>> {
  const { environment, plan, context } = call;
  const { document, documentVersion, inputs } = plan;
  const policy = sessionPolicy(startStatements(call));
  return done([
    `sts:AssumeRole ${environment.AWS_ACTOR_ROLE_ARN} for ${sessionSeconds} s with the session policy ${policy}`,
    `ssm:StartAutomationExecution ${document} version ${documentVersion} with ${JSON.stringify(inputs)}, token ${clientTokenOf(context.key)}`,
  ]);
}

async function execute(call: Call): Promise<Outcome> {
  const { environment, plan, context } = call;
  const client = await actAs(environment, context, startStatements(call));
  if (!client.ok) return client;
  const { document, documentVersion, inputs } = plan;
  try {
    const started = await client.value.send(
      new StartAutomationExecutionCommand({
        DocumentName: document,
        DocumentVersion: documentVersion,
        Parameters: inputs,
        ClientToken: clientTokenOf(context.key),
      }),
      { abortSignal: context.signal },
    );
    if (started.AutomationExecutionId === undefined) return unknown(`AWS named no execution of ${document}`);
    return await follow(call, started.AutomationExecutionId);
  } catch (error) {
    return failed(awsFailure(error, { doing: `starting ${document}`, wrote: true }));
  } finally {
    client.value.destroy();
  }
}

const unknown = (reason: string): Outcome => failed({ kind: 'unknown', reason });

const ended = [
  'Success',
  'CompletedWithSuccess',
  'Failed',
  'TimedOut',
  'Cancelled',
  'CompletedWithFailure',
  'Rejected',
];

/** Waits for the end with a session that can see and stop this execution only. What takes too long is stopped. */
async function follow(call: Call, execution: string): Promise<Outcome> {
  const { environment, plan, context } = call;
  const own = arn(environment, plan.account, `automation-execution/${execution}`);
  const rights = allow(['ssm:GetAutomationExecution', 'ssm:StopAutomationExecution'], [own]);
  const client = await actAs(environment, context, [rights]);
  if (!client.ok) return unknown(`${plan.document} runs as ${execution}; ${client.failure.reason}`);
  const what = { AutomationExecutionId: execution };
  let pauseMs = 250;
  try {
    for (let waitedMs = 0; waitedMs < plan.timeoutSeconds * 1_000; waitedMs += pauseMs) {
      const { AutomationExecution: now } = await client.value.send(new GetAutomationExecutionCommand(what), {
        abortSignal: context.signal,
      });
      const status = now?.AutomationExecutionStatus ?? 'unknown';
      if (ended.includes(status)) return endOf(plan, execution, status);
      pauseMs = Math.min(pauseMs * 2, 5_000);
      await sleep(pauseMs, undefined, { signal: context.signal });
    }
    await client.value.send(new StopAutomationExecutionCommand({ ...what, Type: 'Cancel' }));
    return unknown(`${plan.document} had not ended after ${plan.timeoutSeconds} s and was told to stop: ${execution}`);
  } catch (error) {
    if (!context.signal.aborted) return failed(awsFailure(error, { doing: `following ${execution}`, wrote: true }));
    await client.value.send(new StopAutomationExecutionCommand({ ...what, Type: 'Cancel' })).catch(() => undefined);
    return unknown(`${plan.document} was told to stop: ${execution}`);
  } finally {
    client.value.destroy();
  }
}

function endOf({ document }: Parameters, execution: string, status: string): Outcome {
  if (status === 'Success' || status === 'CompletedWithSuccess') return done({ execution, document, status });
  return failed({ kind: 'refused', reason: `${document} ended with ${status}: ${execution}` });
}

const pagesMax = 5;

/** AWS notes the session that started an execution, and its name is made from the effect's key. */
async function reconcile(call: Call): Promise<Result<Json | null, ActionFailure>> {
  const { environment, plan, context } = call;
  // Listing executions knows no single resource.
  const client = await actAs(environment, context, [allow(['ssm:DescribeAutomationExecutions'], ['*'])]);
  if (!client.ok) return client;
  const session = `/${sessionNameOf(context.key)}`;
  const filter = [{ Key: 'DocumentNamePrefix' as const, Values: [plan.document] }];
  try {
    let next: string | undefined;
    for (let page = 0; page < pagesMax; page += 1) {
      const listed = await client.value.send(
        new DescribeAutomationExecutionsCommand({ Filters: filter, MaxResults: 50, NextToken: next }),
        { abortSignal: context.signal },
      );
      const ours = listed.AutomationExecutionMetadataList?.find(({ ExecutedBy: by }) => by?.endsWith(session));
      if (ours?.AutomationExecutionId !== undefined) return await follow(call, ours.AutomationExecutionId);
      next = listed.NextToken;
      if (next === undefined) return done(null);
    }
    return failed({ kind: 'unavailable', reason: `too many executions of ${plan.document} to look through` });
  } catch (error) {
    return failed(awsFailure(error, { doing: `looking for an earlier execution of ${plan.document}`, wrote: false }));
  } finally {
    client.value.destroy();
  }
}
