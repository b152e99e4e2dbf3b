import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { fromTemporaryCredentials } from '@aws-sdk/credential-providers';
import { z } from 'zod';
import { requestTimeoutMs } from '../reading/failure.ts';
import { countAnswers, type HeadersSeen } from './count-answers.ts';

/**
 * Variables every AWS tool shares. Without the two keys the SDK's own chain is used: container or instance role. With a
 * read role, those credentials are only used to assume it.
 */
export const awsEnvironment = z.object({
  AWS_REGION: z
    .string()
    .regex(/^[a-z]{2}(?:-[a-z]+)+-\d{1,2}$/)
    .describe('Region, e.g. eu-central-1'),
  AWS_ACCESS_KEY_ID: z.string().min(1).optional().describe('Absent: the role of the container or instance'),
  AWS_SECRET_ACCESS_KEY: z.string().min(1).optional(),
  AWS_SESSION_TOKEN: z.string().min(1).optional(),
  AWS_READ_ROLE_ARN: z
    .string()
    .regex(/^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]{1,512}$/)
    .optional()
    .describe('Role to assume for reading, e.g. in another account'),
  AWS_READ_ROLE_EXTERNAL_ID: z
    .string()
    .regex(/^[\w+=,.@:/-]{2,1224}$/)
    .optional()
    .describe('External id that the trust policy of the read role asks for'),
  CLOUDWATCH_ENDPOINT: z.url().optional().describe('Another endpoint for CloudWatch and CloudWatch Logs'),
  AWS_ENDPOINT_URL_STS: z.url().optional().describe('Another endpoint for STS, where the read role is assumed'),
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
  const own = ownCredentials(environment);
  const { AWS_READ_ROLE_ARN: role, AWS_READ_ROLE_EXTERNAL_ID: externalId } = environment;
  if (role === undefined) return own === null ? {} : { credentials: own };
  return {
    credentials: fromTemporaryCredentials({
      ...(own === null ? {} : { masterCredentials: own }),
      params: {
        RoleArn: role,
        RoleSessionName: 'causeway-reader',
        // An hour is the most a role chain allows; a shorter session is only renewed more often.
        DurationSeconds: 3_600,
        ...(externalId === undefined ? {} : { ExternalId: externalId }),
      },
      clientConfig: {
        region: environment.AWS_REGION,
        maxAttempts: 2,
        requestHandler: { connectionTimeout: 3_000, requestTimeout: 5_000, throwOnRequestTimeout: true },
        ...(environment.AWS_ENDPOINT_URL_STS === undefined ? {} : { endpoint: environment.AWS_ENDPOINT_URL_STS }),
      },
    }),
  };
}

function ownCredentials(environment: AwsEnvironment) {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = environment;
  if (accessKeyId === undefined || secretAccessKey === undefined) return null;
  const sessionToken = environment.AWS_SESSION_TOKEN;
  return { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) };
}

/** A client of its own for `onHeaders`, else the one all tools with these variables share. */
export function logsClient(environment: AwsEnvironment, onHeaders?: HeadersSeen): CloudWatchLogsClient {
  const make = () => countAnswers(new CloudWatchLogsClient(settings(environment)), onHeaders);
  return onHeaders === undefined ? shared(logsClients, environment, make) : make();
}

/** As `logsClient`. */
export function metricsClient(environment: AwsEnvironment, onHeaders?: HeadersSeen): CloudWatchClient {
  const make = () => countAnswers(new CloudWatchClient(settings(environment)), onHeaders);
  return onHeaders === undefined ? shared(metricsClients, environment, make) : make();
}

const logsClients = new Map<string, CloudWatchLogsClient>();
const metricsClients = new Map<string, CloudWatchClient>();

/** One client for the same variables: connections, an assumed role and the SDK's patience with a throttle are shared. */
function shared<Client>(clients: Map<string, Client>, environment: AwsEnvironment, make: () => Client): Client {
  const key = JSON.stringify(environment);
  const client = clients.get(key) ?? make();
  clients.set(key, client);
  return client;
}
