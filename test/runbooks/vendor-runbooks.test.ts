/** Goal: runbooks for systems that the local world does not have do what they say, against counterparts of those systems. */
import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { connectActions, loadActions } from '../../src/actions/load-actions.ts';
import { parseRunbookArguments } from '../../src/core/runbook-arguments.ts';
import { compileRunbook } from '../../src/core/runbook-plan.ts';
import { loadRunbooks } from '../../src/runbooks/load-runbooks.ts';
import { startAutomation } from '../actions/support/aws-automation.ts';
import { canMakeCertificates, selfSigned } from '../support/certificate.ts';

async function stepOf(name: string, text: string, changes: object = {}) {
  const catalogue = await loadActions();
  const folder = fileURLToPath(new URL('../../runbooks', import.meta.url));
  const runbook = (await loadRunbooks(folder, catalogue)).runbooks.find((each) => each.name === name);
  if (!runbook) throw new Error(`${name} did not load`);
  const values = parseRunbookArguments(runbook, text);
  if (!values.ok) throw new Error(values.failure.join('; '));
  const [step] = compileRunbook(runbook, values.value).steps;
  return { catalogue, step, parameters: { ...step?.parameters, ...changes } };
}

const context = {
  signal: AbortSignal.timeout(20_000),
  nowMs: 0,
  key: 'plan-1:step',
  approval: { digest: 'd'.repeat(64), by: ['ana'] },
};

it('restart-instance restarts that instance, with rights on no other', async () => {
  const aws = await startAutomation();
  onTestFinished(() => aws.close());
  const { catalogue, step, parameters } = await stepOf('restart-instance', 'instance=i-0123456789abcdef0');
  const { actions } = connectActions(catalogue, {
    AWS_REGION: 'eu-central-1',
    AWS_ACTOR_ROLE_ARN: 'arn:aws:iam::123456789012:role/causeway-actor',
    AWS_ACCESS_KEY_ID: 'AKIAOWN',
    AWS_SECRET_ACCESS_KEY: 'secret',
    SSM_ENDPOINT: aws.url,
    AWS_ENDPOINT_URL_STS: aws.url,
  });
  const found = actions.find(({ action }) => action.name === step?.action);
  const ended = await found?.connected.execute(found.action.parameters.parse(parameters), context);

  expect(ended).toMatchObject({ ok: true, value: { document: 'AWS-RestartEC2Instance', status: 'Success' } });
  expect(aws.executions.map(({ body }) => JSON.parse(body))).toMatchObject([
    { DocumentVersion: '1', Parameters: { InstanceId: ['i-0123456789abcdef0'] } },
  ]);
  expect(aws.sessions[0]?.policy.Statement[1]).toMatchObject({
    Resource: ['arn:aws:ec2:eu-central-1:123456789012:instance/i-0123456789abcdef0'],
  });
});

it.skipIf(!canMakeCertificates)('purge-cache asks that host for that cache, once', async () => {
  const certificate = selfSigned(['127.0.0.1']);
  const asked: (string | undefined)[] = [];
  const server = createServer(certificate, (request, response) => {
    asked.push(request.url);
    response.writeHead(202).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
    certificate.remove();
  });
  // Only the host differs from what ships.
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { catalogue, step, parameters } = await stepOf('purge-cache', 'cache=product-cards', { host });
  const { actions } = connectActions(catalogue, {
    HTTP_ACTION_HOSTS: host,
    HTTP_ACTION_PRIVATE_HOSTS: host,
    HTTP_ACTION_CA_FILE: certificate.certFile,
  });
  const found = actions.find(({ action }) => action.name === step?.action);
  const ended = await found?.connected.execute(found.action.parameters.parse(parameters), context);

  expect(ended).toMatchObject({ ok: true, value: { status: 202 } });
  expect(asked).toEqual(['/v1/caches/product-cards/purge']);
});
