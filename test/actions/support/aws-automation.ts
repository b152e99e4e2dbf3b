/**
 * STS and Systems Manager on loopback, as far as automation needs them: sessions with their inline policies, which are
 * held to the letter, and executions that run once for one client token.
 */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';

const statement = z.object({ Effect: z.literal('Allow'), Action: z.array(z.string()), Resource: z.array(z.string()) });
const policyShape = z.object({ Version: z.literal('2012-10-17'), Statement: z.array(statement) });

export type Session = {
  readonly name: string;
  readonly policy: z.output<typeof policyShape>;
  readonly sourceIdentity: string | null;
  readonly tags: { readonly [key: string]: string };
  readonly durationSeconds: number;
};
type Execution = {
  readonly id: string;
  readonly token: string;
  readonly body: string;
  readonly by: string;
  readonly document: string;
  reads: number;
  stopped: boolean;
};

export type Automation = {
  readonly url: string;
  readonly sessions: Session[];
  readonly executions: Execution[];
  readonly behaviour: {
    /** How it ends, after how many reads. */
    ends: string;
    endsAfter: number;
    /** The next answer to a start is lost after its effect. */
    loseStart: boolean;
    refuseRole: boolean;
    throttle: boolean;
    /** The role may do everything: what does not exist is not found instead of refused. */
    everything: boolean;
  };
  close(): Promise<void>;
};

const role = 'arn:aws:sts::123456789012:assumed-role/causeway-actor';
type Reply = { readonly status: number; readonly text: string };
type Asked = { readonly target: string; readonly key: string; readonly body: string };
const json = (status: number, value: unknown): Reply => ({ status, text: JSON.stringify(value) });
const refusal = (name: string): Reply => json(400, { __type: name, message: name });

export async function startAutomation(): Promise<Automation> {
  const behaviour = {
    ends: 'Success',
    endsAfter: 1,
    loseStart: false,
    refuseRole: false,
    throttle: false,
    everything: false,
  };
  const sessions: Session[] = [];
  const executions: Execution[] = [];
  const may = (session: Session, action: string, resource: string): boolean =>
    session.policy.Statement.some((one) => one.Action.includes(action) && one.Resource.includes(resource));
  const assume = (form: URLSearchParams): Reply => {
    if (behaviour.refuseRole) return { status: 403, text: stsError('AccessDenied') };
    const tag = (nth: number): readonly (readonly [string, string])[] => {
      const key = form.get(`Tags.member.${nth}.Key`);
      return key === null ? [] : [[key, form.get(`Tags.member.${nth}.Value`) ?? ''], ...tag(nth + 1)];
    };
    sessions.push({
      name: form.get('RoleSessionName') ?? '',
      policy: policyShape.parse(JSON.parse(form.get('Policy') ?? '')),
      sourceIdentity: form.get('SourceIdentity'),
      tags: Object.fromEntries(tag(1)),
      durationSeconds: Number(form.get('DurationSeconds')),
    });
    return { status: 200, text: stsAnswer(sessions.length) };
  };
  const start = (session: Session, { body }: Asked): Reply | 'cut' => {
    const asked = z
      .object({ DocumentName: z.string(), DocumentVersion: z.string(), ClientToken: z.guid(), Parameters: z.json() })
      .parse(JSON.parse(body));
    const account = asked.DocumentName.startsWith('AWS') ? '' : '123456789012';
    const document = `${asked.DocumentName}:${asked.DocumentVersion}`;
    const arn = `arn:aws:ssm:eu-central-1:${account}:automation-definition/${document}`;
    if (!may(session, 'ssm:StartAutomationExecution', arn)) return refusal('AccessDeniedException');
    const same = executions.find(({ token }) => token === asked.ClientToken);
    if (same && same.body !== body) return refusal('IdempotentParameterMismatch');
    const by = `${role}/${session.name}`;
    const started = same ?? {
      id: `4105a4fc-0000-4000-8000-${String(executions.length).padStart(12, '0')}`,
      token: asked.ClientToken,
      body,
      by,
      document: asked.DocumentName,
      reads: 0,
      stopped: false,
    };
    if (!same) executions.push(started);
    const lost = behaviour.loseStart;
    behaviour.loseStart = false;
    return lost ? 'cut' : json(200, { AutomationExecutionId: started.id });
  };
  const statusOf = (execution: Execution): string => {
    if (execution.stopped) return 'Cancelled';
    return execution.reads > behaviour.endsAfter ? behaviour.ends : 'InProgress';
  };
  const onOne = (session: Session, { target, body }: Asked): Reply => {
    const { AutomationExecutionId: id } = z.object({ AutomationExecutionId: z.string() }).parse(JSON.parse(body));
    const arn = `arn:aws:ssm:eu-central-1:123456789012:automation-execution/${id}`;
    if (!may(session, `ssm:${target}`, arn)) return refusal('AccessDeniedException');
    const found = executions.find((each) => each.id === id);
    if (!found) return refusal('AutomationExecutionNotFoundException');
    if (target === 'StopAutomationExecution') {
      found.stopped = true;
      return json(200, {});
    }
    found.reads += 1;
    return json(200, {
      AutomationExecution: { AutomationExecutionId: id, AutomationExecutionStatus: statusOf(found) },
    });
  };
  const list = (session: Session, { body }: Asked): Reply => {
    if (!may(session, 'ssm:DescribeAutomationExecutions', '*')) return refusal('AccessDeniedException');
    const filter = z.object({ Key: z.literal('DocumentNamePrefix'), Values: z.array(z.string()).length(1) });
    const { Filters } = z.object({ Filters: z.array(filter).length(1) }).parse(JSON.parse(body));
    const matching = executions.filter(({ document }) => document.startsWith(Filters[0]?.Values[0] ?? ''));
    return json(200, {
      AutomationExecutionMetadataList: matching.map((one) => ({
        AutomationExecutionId: one.id,
        DocumentName: one.document,
        ExecutedBy: one.by,
        AutomationExecutionStatus: statusOf(one),
      })),
    });
  };
  const answer = (asked: Asked): Reply | 'cut' => {
    if (asked.target === '') return assume(new URLSearchParams(asked.body));
    if (behaviour.throttle) return refusal('ThrottlingException');
    const session = sessions[Number(asked.key.replace('ASIASESSION', '')) - 1];
    if (!session) return refusal('UnrecognizedClientException');
    const doctored = triedByDoctor(asked, behaviour.everything);
    if (doctored !== null) return doctored;
    if (asked.target === 'StartAutomationExecution') return start(session, asked);
    return asked.target === 'DescribeAutomationExecutions' ? list(session, asked) : onOne(session, asked);
  };
  const server = createServer((request, response) => {
    void readAsked(request).then((asked) => {
      const said = answer(asked);
      if (said === 'cut') return void request.socket.destroy();
      const type = asked.target === '' ? 'text/xml' : 'application/x-amz-json-1.1';
      response.writeHead(said.status, { 'content-type': type }).end(said.text);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    sessions,
    executions,
    behaviour,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** What does not exist is refused where the role may not, and not found where it may. */
function triedByDoctor({ target, body }: Asked, everything: boolean): Reply | null {
  if (!body.includes('causeway-doctor-must-not-exist') || target === 'DescribeAutomationExecutions') return null;
  if (!everything) return refusal('AccessDeniedException');
  return target === 'GetParameters' ? json(200, {}) : refusal('AutomationDefinitionNotFoundException');
}

async function readAsked(request: IncomingMessage): Promise<Asked> {
  let body = '';
  for await (const chunk of request) body += String(chunk);
  const [, key = ''] = /Credential=([^/]+)\//u.exec(request.headers.authorization ?? '') ?? [];
  const target = String(request.headers['x-amz-target'] ?? '').replace(/^AmazonSSM\./u, '');
  return { target, key, body };
}

const stsAnswer = (nth: number): string => `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
<AssumeRoleResult><Credentials><AccessKeyId>ASIASESSION${nth}</AccessKeyId><SecretAccessKey>secret</SecretAccessKey>
<SessionToken>token</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult>
<ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></AssumeRoleResponse>`;
const stsError = (code: string): string =>
  `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>no</Message></Error><RequestId>r</RequestId></ErrorResponse>`;
