/** AWS as a whole: what `doctor` and `catalog discover` ask of it. */
import { DescribeLogGroupsCommand, PutRetentionPolicyCommand } from '@aws-sdk/client-cloudwatch-logs';
import { type Check, defineIntegration, type IntegrationContext } from '../../src/integration.ts';
import { clockCheck, scopesCheck, writeCheck } from '../reading/examine.ts';
import type { Refusal } from '../reading/failure.ts';
import { type AwsEnvironment, awsEnvironment, logsClient, metricsClient } from './client.ts';
import { describeLogGroups } from './describe-log-groups.ts';
import { servicesOfGroups } from './discover.ts';
import { refusalOf, type Tried, tryReads } from './try-reads.ts';

const grants = 'aws/reader-policy.json';
/** 2,000 groups; DescribeLogGroups allows ten requests a second. */
const discoverPagesMax = 40;

export const integration = defineIntegration({
  vendor: 'AWS CloudWatch',
  source: 'aws',
  environment: awsEnvironment,
  grants,
  connect(environment) {
    const client = logsClient(environment);
    return {
      examine: (context) => examine(environment, context),
      discover: async ({ signal }) => {
        const read = await describeLogGroups(
          client,
          { search: {}, pagesMax: discoverPagesMax },
          { signal, deadlineMs: Number.POSITIVE_INFINITY },
        );
        return servicesOfGroups(read.items.map(({ logGroupName }) => logGroupName));
      },
    };
  },
});

/** Nobody creates it, and if somebody did and we could write: the longest retention deletes nothing. */
const pointlessWrite = { logGroupName: '/causeway-doctor/no-such-log-group-7f3a9c', retentionInDays: 3_653 };

async function examine(environment: AwsEnvironment, context: IntegrationContext): Promise<readonly Check[]> {
  const { signal, nowMs, logGroups } = context;
  const seen: { date: string | null } = { date: null };
  const logs = logsClient(environment, (headers) => {
    seen.date = headers['date'] ?? null;
  });
  const first = await refusalOf(signal, (abort) => logs.send(new DescribeLogGroupsCommand({ limit: 1 }), abort));
  const reached = reachableCheck(first);
  if (reached.state === 'problem') return [reached];
  const clock = clockCheck(seen.date, nowMs);
  if (first?.kind === 'unauthorised') return [reached, clock, signInCheck(first)];
  const clients = { logs, metrics: metricsClient(environment) };
  const tried = await tryReads(clients, { groups: logGroups, nowMs, signal });
  const write = await refusalOf(signal, (abort) => logs.send(new PutRetentionPolicyCommand(pointlessWrite), abort));
  const wrote = writeCheck('logs:PutRetentionPolicy on a log group that cannot exist', write, grants);
  return [reached, clock, scopesOf(tried), readCheck(tried), wrote];
}

function reachableCheck(first: Refusal | null): Check {
  switch (first?.kind) {
    case 'timeout':
    case 'unreachable':
    case 'malformed':
    case 'stopped':
      return {
        name: 'reachable',
        state: 'problem',
        says: `CloudWatch Logs gave no answer (${'code' in first ? first.code : first.kind})`,
        fix: 'Check AWS_REGION, and the network path to the CloudWatch endpoints of that region.',
      };
    default:
      return { name: 'reachable', state: 'ok', says: 'CloudWatch Logs answers', fix: null };
  }
}

const signInCheck = (refusal: Refusal): Check => ({
  name: 'read',
  state: 'problem',
  says: `the credentials were not accepted (${'code' in refusal ? refusal.code : refusal.kind})`,
  fix: 'Renew the AWS credentials; with AWS_READ_ROLE_ARN, its trust policy must name them (deploy/aws/reader-trust-policy.json).',
});

const isForbidden = ({ refusal }: Tried): boolean => refusal?.kind === 'forbidden';

/** IAM is not asked: reading it would be a grant of its own. What is granted beyond the need stays unknown. */
function scopesOf(tried: readonly Tried[]): Check {
  const needed = [...new Set(tried.map(({ action }) => action))];
  const granted = needed.filter((action) => !tried.some((one) => one.action === action && isForbidden(one)));
  if (granted.length < needed.length) return scopesCheck({ granted, needed, excess: [], grants });
  const says = `each needed action was tried and is granted: ${needed.join(', ')}; what else is, AWS does not tell`;
  return { name: 'scopes', state: 'unknown', says, fix: null };
}

function readCheck(tried: readonly Tried[]): Check {
  const name = 'read';
  const reads = tried.filter(({ action, group }) => action === 'logs:FilterLogEvents' && group !== null);
  if (reads.length === 0) {
    return {
      name,
      state: 'unknown',
      says: 'the catalogue names no log group to read',
      fix: 'Add logGroups to causeway.yaml.',
    };
  }
  const refused = reads.filter(({ refusal }) => refusal !== null);
  if (refused.length === 0)
    return { name, state: 'ok', says: `read a minute of ${reads.length} log groups`, fix: null };
  const which = refused.map(({ group, refusal }) => `${group ?? ''} (${refusal?.kind ?? ''})`).join(', ');
  return {
    name,
    state: 'problem',
    says: `${refused.length} of ${reads.length} log groups could not be read: ${which}`,
    fix: `Check their names in causeway.yaml, and list them in deploy/${grants}.`,
  };
}
