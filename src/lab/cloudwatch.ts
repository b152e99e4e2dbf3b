import type { IncomingHttpHeaders } from 'node:http';
import { failed } from '../core/result.ts';
import type { AwsOperation, AwsOperations, AwsRefusal } from './aws-operation.ts';
import { alarmOperations } from './cloudwatch-alarms.ts';
import { describeLogGroups, filterLogEvents } from './cloudwatch-log-groups.ts';
import { metricOperations } from './cloudwatch-metrics.ts';
import { defaultConcurrentQueries, queryOperations } from './cloudwatch-queries.ts';
import {
  jsonAnswer,
  type RunningVendor,
  readJson,
  startVendorServer,
  type VendorAnswer,
  type VendorOptions,
  type VendorRequest,
} from './vendor-http.ts';

export type CloudWatchOptions = VendorOptions & {
  readonly region?: string;
  readonly accessKeyId?: string;
  readonly secretAccessKey?: string;
  /** StartQuery is refused above this many unfinished queries; the vendor's quota by default. */
  readonly maxConcurrentQueries?: number;
};

type Service = { readonly contentType: string; readonly operations: AwsOperations };

/** The lab's credentials are a reader's. */
const readOnly: AwsOperation = () =>
  failed({ name: 'AccessDeniedException', message: 'no identity-based policy allows the action' });

const credentialScope = /^AWS4-HMAC-SHA256 Credential=([^/,\s]+)\//;

function refusal(problem: AwsRefusal, contentType: string): VendorAnswer {
  const legacy = problem.queryCode === undefined ? {} : { 'x-amzn-query-error': `${problem.queryCode};Sender` };
  return jsonAnswer(
    problem.status ?? 400,
    { __type: problem.name, message: problem.message },
    { 'content-type': contentType, ...legacy },
  );
}

/** The signature is not verified (the lab knows no secrets worth it), the access key id is. */
function authProblem(headers: IncomingHttpHeaders, accessKeyId: string): AwsRefusal | null {
  const signed = credentialScope.exec(headers.authorization ?? '');
  if (signed === null) return { name: 'MissingAuthenticationTokenException', message: 'Missing Authentication Token' };
  if (signed[1] === accessKeyId) return null;
  return { name: 'UnrecognizedClientException', message: 'The security token included in the request is invalid.' };
}

function answerService(service: Service, operation: string, body: string): VendorAnswer {
  const run = service.operations[operation];
  if (run === undefined) {
    return refusal({ name: 'UnknownOperationException', message: `the lab has no ${operation}` }, service.contentType);
  }
  const input = readJson(body);
  if (input === undefined) return refusal({ name: 'SerializationException', message: 'not JSON' }, service.contentType);
  const outcome = run(input);
  if (!outcome.ok) return refusal(outcome.failure, service.contentType);
  return jsonAnswer(200, outcome.value, { 'content-type': service.contentType });
}

function answer(services: ReadonlyMap<string, Service>, accessKeyId: string, request: VendorRequest): VendorAnswer {
  const [target = '', operation = ''] = String(request.headers['x-amz-target'] ?? '').split('.');
  const service = services.get(target);
  const contentType = service?.contentType ?? 'application/x-amz-json-1.1';
  const unauthorised = authProblem(request.headers, accessKeyId);
  if (unauthorised !== null) return refusal(unauthorised, contentType);
  if (service === undefined || request.method !== 'POST') {
    return refusal({ name: 'UnknownOperationException', message: 'unknown X-Amz-Target' }, contentType);
  }
  return answerService(service, operation, request.body);
}

/** CloudWatch Logs (AWS JSON 1.1) and CloudWatch metrics (AWS JSON 1.0) on one port, as `CLOUDWATCH_ENDPOINT` expects. */
export async function startCloudWatch(options: CloudWatchOptions): Promise<RunningVendor> {
  const { region = 'eu-central-1', accessKeyId = 'LABACCESSKEY', secretAccessKey = 'lab-secret' } = options;
  const lab = { world: options.world, nowMs: options.nowMs, region };
  const logs: AwsOperations = {
    DescribeLogGroups: describeLogGroups(lab),
    FilterLogEvents: filterLogEvents(lab),
    ...queryOperations(lab, options.maxConcurrentQueries ?? defaultConcurrentQueries),
    PutRetentionPolicy: readOnly,
  };
  const metrics: AwsOperations = { ...metricOperations(lab), ...alarmOperations(lab) };
  const services = new Map<string, Service>([
    ['Logs_20140328', { contentType: 'application/x-amz-json-1.1', operations: logs }],
    ['GraniteServiceVersion20100801', { contentType: 'application/x-amz-json-1.0', operations: metrics }],
  ]);
  const server = await startVendorServer(options.port, (request) => answer(services, accessKeyId, request));
  return {
    ...server,
    environment: {
      AWS_REGION: region,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      CLOUDWATCH_ENDPOINT: server.url,
    },
  };
}
