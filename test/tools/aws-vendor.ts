/** AWS on 127.0.0.1, as far as a test says: answers by operation, refusals by error name, what was asked by operation. */
import { z } from 'zod';
import { type Answer, type Asked, startVendor, type Vendor } from './counterpart.ts';

export const awsEnvironment = (url: string) => ({
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'secret-example',
  CLOUDWATCH_ENDPOINT: url,
});

/** AWS refuses by error name, most often with status 400. */
export const awsError = (name: string, status = 400): Answer => ({
  status,
  headers: { 'x-amzn-errortype': name },
  body: { __type: name, message: 'no' },
});

export const awsRefusals = {
  unauthorised: awsError('UnrecognizedClientException'),
  forbidden: awsError('AccessDeniedException'),
  throttled: awsError('ThrottlingException'),
};

const record = z.record(z.string(), z.unknown());
export type AwsInput = z.output<typeof record>;

export const operationOf = (asked: Asked): string => String(asked.headers['x-amz-target'] ?? '').split('.')[1] ?? '';
export const inputOf = (asked: Asked): AwsInput => record.parse(JSON.parse(asked.body));

/** `count` is the number of times this operation was asked, from one. */
export type AwsOperations = { readonly [operation: string]: (input: AwsInput, count: number) => Answer };

/** What operations are not named refuse as AWS does what it does not know. */
export function answerAws(operations: AwsOperations): (asked: Asked) => Answer {
  const counts = new Map<string, number>();
  return (asked) => {
    const operation = operationOf(asked);
    const count = (counts.get(operation) ?? 0) + 1;
    counts.set(operation, count);
    return operations[operation]?.(inputOf(asked), count) ?? awsError('UnknownOperationException');
  };
}

export const startAws = (operations: AwsOperations): Promise<Vendor> => startVendor(answerAws(operations));

/** Every input an operation was asked with. */
export const inputsOf = (vendor: Vendor, operation: string): readonly AwsInput[] =>
  vendor.asked.filter((asked) => operationOf(asked) === operation).map(inputOf);

const insightsTime = (atMs: number): string => new Date(atMs).toISOString().replace('T', ' ').replace('Z', '');

/** One Insights row as GetQueryResults writes it. */
export const insightsRow = (atMs: number, message: string, stream = 'checkout-1') => [
  { field: '@timestamp', value: insightsTime(atMs) },
  { field: '@message', value: message },
  { field: '@logStream', value: stream },
  { field: '@ptr', value: 'cGF0aA' },
];
