import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { z } from 'zod';
import { requestTimeoutMs } from '../reading/failure.ts';

/** Variables every AWS tool shares. Without the two keys the SDK's own chain is used: container or instance role. */
export const awsEnvironment = z.object({
  AWS_REGION: z.string().min(1).describe('Region, e.g. eu-central-1'),
  AWS_ACCESS_KEY_ID: z.string().min(1).optional().describe('Absent: the role of the container or instance'),
  AWS_SECRET_ACCESS_KEY: z.string().min(1).optional(),
  AWS_SESSION_TOKEN: z.string().min(1).optional(),
  CLOUDWATCH_ENDPOINT: z.url().optional().describe('Another endpoint for CloudWatch and CloudWatch Logs'),
});
export type AwsEnvironment = z.output<typeof awsEnvironment>;

const settings = (environment: AwsEnvironment) => ({
  region: environment.AWS_REGION,
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 3_000, requestTimeout: requestTimeoutMs, throwOnRequestTimeout: true },
  ...(environment.CLOUDWATCH_ENDPOINT === undefined ? {} : { endpoint: environment.CLOUDWATCH_ENDPOINT }),
  ...credentials(environment),
});

function credentials(environment: AwsEnvironment) {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = environment;
  if (accessKeyId === undefined || secretAccessKey === undefined) return {};
  const session = environment.AWS_SESSION_TOKEN;
  return { credentials: { accessKeyId, secretAccessKey, ...(session === undefined ? {} : { sessionToken: session }) } };
}

export const logsClient = (environment: AwsEnvironment): CloudWatchLogsClient =>
  new CloudWatchLogsClient(settings(environment));

// The console's fragment encodes twice with `$` for `%`: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/
const consoleEncode = (text: string): string => encodeURIComponent(encodeURIComponent(text)).replaceAll('%', '$');

/** The log group's page in the AWS console, limited to the window. */
export function logGroupLink(region: string, group: string, window: { fromMs: number; toMs: number }): string {
  const query = consoleEncode(`?start=${window.fromMs}&end=${window.toMs}`).replaceAll('$25', '$');
  const base = `https://${region}.console.aws.amazon.com/cloudwatch/home?region=${region}`;
  return `${base}#logsV2:log-groups/log-group/${consoleEncode(group)}/log-events${query}`;
}
