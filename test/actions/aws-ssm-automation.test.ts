/** Goal: an automation runs once per approved step, with the rights of that one plan, for as long as it must. */
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { action } from '../../src/actions/aws-ssm-automation.ts';
import { type Automation, startAutomation } from './support/aws-automation.ts';

let aws: Automation;
beforeEach(async () => {
  aws = await startAutomation();
});
afterEach(() => aws.close());

const instance = 'arn:aws:ec2:eu-central-1:123456789012:instance/i-0123456789abcdef0';
const role = 'arn:aws:iam::123456789012:role/causeway-actor';
const connected = () =>
  action.connect(
    action.environment.parse({
      AWS_REGION: 'eu-central-1',
      AWS_ACTOR_ROLE_ARN: role,
      AWS_ACCESS_KEY_ID: 'AKIAOWN',
      AWS_SECRET_ACCESS_KEY: 'secret',
      SSM_ENDPOINT: aws.url,
      AWS_ENDPOINT_URL_STS: aws.url,
    }),
  );
const plan = (changes: object = {}) =>
  action.parameters.parse({
    account: '123456789012',
    document: 'Acme-RestartInstance',
    documentVersion: '3',
    inputs: { InstanceId: 'i-0123456789abcdef0' },
    permissions: [{ actions: ['ec2:RebootInstances'], resources: [instance] }],
    timeoutSeconds: 5,
    ...changes,
  });
const approval = { digest: 'd'.repeat(64), by: ['ana', 'lee'] };
const context = (key = 'plan-1:restart', signal = AbortSignal.timeout(15_000)) => ({ signal, nowMs: 0, key, approval });

describe('the session', () => {
  it('can start that version of that document on those targets, and nothing else', async () => {
    expect(await connected().execute(plan(), context())).toMatchObject({ ok: true, value: { status: 'Success' } });
    const [starting, following] = aws.sessions;
    expect(starting?.policy.Statement.map(({ Action, Resource }) => [Action, Resource])).toEqual([
      [
        ['ssm:StartAutomationExecution'],
        ['arn:aws:ssm:eu-central-1:123456789012:automation-definition/Acme-RestartInstance:3'],
      ],
      [['ec2:RebootInstances'], [instance]],
    ]);
    expect(following?.policy.Statement.map(({ Action, Resource }) => [Action, Resource])).toEqual([
      [
        ['ssm:GetAutomationExecution', 'ssm:StopAutomationExecution'],
        [`arn:aws:ssm:eu-central-1:123456789012:automation-execution/${aws.executions[0]?.id}`],
      ],
    ]);
  });

  it('lasts 15 minutes, names its approvers, and carries the digest of the plan', async () => {
    await connected().execute(plan(), context());
    for (const session of aws.sessions) {
      expect(session).toMatchObject({
        durationSeconds: 900,
        sourceIdentity: 'ana,lee',
        tags: { planHash: approval.digest },
        name: expect.stringMatching(/^causeway-[0-9a-f]{40}$/u),
      });
    }
  });

  it('names everybody who approved, in what STS takes', async () => {
    const many = Array.from({ length: 20 }, (_, index) => `approver-${index}@example.com`);
    for (const by of [['ana', 'ben'], ['Ana Müller'], ['a'], many, many.toReversed()]) {
      await connected().execute(plan(), { ...context(), approval: { ...approval, by } });
    }
    const identities = [...new Set(aws.sessions.map(({ sourceIdentity }) => String(sourceIdentity)))];
    expect(identities[0]).toBe('ana,ben');
    expect(identities).toHaveLength(5);
    expect(identities.filter((identity) => !/^[\w+=,.@-]{2,64}$/u.test(identity))).toEqual([]);
  });

  it('is not made before people approved: a dry run assumes no role', async () => {
    const { approval: _, ...unapproved } = context();
    const said = await connected().dryRun(plan(), unapproved);
    expect(said).toMatchObject({
      value: [
        expect.stringMatching(/^sts:AssumeRole .*automation-definition\/Acme-RestartInstance:3/u),
        expect.stringContaining('Acme-RestartInstance version 3 with {"InstanceId":["i-0123456789abcdef0"]}'),
      ],
    });
    expect(await connected().execute(plan(), unapproved)).toMatchObject({ failure: { kind: 'refused' } });
    const byNobody = { ...context(), approval: { ...approval, by: [] } };
    expect(await connected().execute(plan(), byNobody)).toMatchObject({ failure: { kind: 'refused' } });
    expect(aws.sessions).toEqual([]);
  });

  it.each([
    ['an action', { permissions: [{ actions: ['ec2:*'], resources: [instance] }] }],
    ['a target', { permissions: [{ actions: ['ec2:RebootInstances'], resources: ['*'] }] }],
    ['part of a target', { permissions: [{ actions: ['ec2:RebootInstances'], resources: [`${instance}*`] }] }],
    ['a read that writes', { reads: ['ec2:TerminateInstances'] }],
    ['a moving version', { documentVersion: '$LATEST' }],
  ])('takes no wildcard for %s', (_what, changes) => {
    expect(() => plan(changes)).toThrow(z.ZodError);
  });

  it('of more than STS takes is refused before it is asked for', async () => {
    const resources = Array.from({ length: 10 }, (_, index) => `${instance}${'0'.repeat(230)}${index}`);
    const permissions = [{ actions: ['ec2:RebootInstances'], resources }];
    expect(await connected().execute(plan({ permissions }), context())).toMatchObject({ failure: { kind: 'refused' } });
    expect(aws.sessions).toEqual([]);
  });
});

describe('an execution', () => {
  it('whose answer got lost is made once, and found again', async () => {
    aws.behaviour.loseStart = true;
    expect(await connected().execute(plan(), context())).toMatchObject({ ok: true });
    expect(aws.executions).toHaveLength(1);
    expect(await connected().reconcile(plan(), context())).toMatchObject({
      ok: true,
      value: { execution: aws.executions[0]?.id },
    });
  });

  it('of another step is not taken for ours', async () => {
    await connected().execute(plan(), context());
    expect(await connected().reconcile(plan(), context('plan-2:restart'))).toEqual({ ok: true, value: null });
  });

  it('starts again for the same step without a second effect', async () => {
    await connected().execute(plan(), context());
    await connected().execute(plan(), context());
    expect(aws.executions).toHaveLength(1);
  });

  it.each(['Failed', 'TimedOut', 'Cancelled'])('that ends with %s did not work, and is named', async (ends) => {
    aws.behaviour.ends = ends;
    expect(await connected().execute(plan(), context())).toMatchObject({
      failure: { kind: 'refused', reason: expect.stringContaining(`${ends}: 4105a4fc`) },
    });
  });

  it('that takes too long is stopped, and what it did is unclear', async () => {
    aws.behaviour.endsAfter = 1_000;
    expect(await connected().execute(plan({ timeoutSeconds: 1 }), context())).toMatchObject({
      failure: { kind: 'unknown', reason: expect.stringContaining('told to stop') },
    });
    expect(aws.executions[0]?.stopped).toBe(true);
  });

  it('is stopped at once when it is told to', async () => {
    aws.behaviour.endsAfter = 1_000;
    const stop = new AbortController();
    const running = connected().execute(plan({ timeoutSeconds: 600 }), context('plan-1:restart', stop.signal));
    await expect.poll(() => aws.executions[0]?.reads ?? 0, { timeout: 5_000 }).toBeGreaterThan(0);
    stop.abort();
    expect(await running).toMatchObject({ failure: { kind: 'unknown' } });
    expect(aws.executions[0]?.stopped).toBe(true);
  });

  it('is refused where the role is not ours, and unavailable where AWS is too busy', async () => {
    aws.behaviour.refuseRole = true;
    expect(await connected().execute(plan(), context())).toMatchObject({
      failure: { kind: 'refused', reason: expect.stringContaining('deploy/aws/actor-policy.json') },
    });
    Object.assign(aws.behaviour, { refuseRole: false, throttle: true });
    expect(await connected().execute(plan(), context())).toMatchObject({ failure: { kind: 'unavailable' } });
    expect(aws.executions).toEqual([]);
  });
});

it('the shipped role can be assumed by one role, with a source identity and a tag, and changes only named things', () => {
  const read = (file: string) => readFileSync(new URL(`../../deploy/aws/${file}`, import.meta.url), 'utf8');
  const policy = z.object({
    Statement: z.array(z.object({ Effect: z.string(), Action: z.array(z.string()), Resource: z.array(z.string()) })),
  });
  const trust = z.object({ Statement: z.array(z.object({ Action: z.array(z.string()) })) });
  const { Statement: granted } = policy.parse(JSON.parse(read('actor-policy.json')));
  const reading = /^(?:ssm:DescribeAutomationExecutions|ec2:Describe\w+)$/u;
  for (const { Effect, Action, Resource } of granted.filter((one) => one.Effect === 'Allow')) {
    const isReading = Action.every((each) => reading.test(each));
    expect([Effect, Action.some((each) => each.includes('*')), isReading || !Resource.includes('*')]).toEqual([
      'Allow',
      false,
      true,
    ]);
  }
  expect(trust.parse(JSON.parse(read('actor-trust-policy.json'))).Statement.map(({ Action }) => Action)).toEqual([
    ['sts:AssumeRole', 'sts:SetSourceIdentity', 'sts:TagSession'],
  ]);
});
