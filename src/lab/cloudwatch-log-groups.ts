import { z } from 'zod';
import { done, failed, type Result } from '../core/result.ts';
import { type AwsOperation, type AwsRefusal, awsOperation } from './aws-operation.ts';
import { parseFilterPattern } from './cloudwatch-filter-pattern.ts';
import { derive, keyOf } from './dice.ts';
import { type LogPosition, readLogPage } from './log-scan.ts';
import { systemNameOf } from './system-name.ts';
import { decodeToken, encodeToken } from './vendor-http.ts';
import type { LogLine, World } from './world.ts';

/** What both CloudWatch services of the lab know. */
export type CloudWatchLab = { readonly world: World; readonly nowMs: () => number; readonly region: string };

/** Invented: the account that owns the log groups. */
const account = '000000000000';
const ingestionDelayMs = 400;
const dayMs = 86_400_000;

/** The error every malformed input of CloudWatch Logs ends in. */
export const invalidLogsInput = { name: 'InvalidParameterException' };

/** The name of the group a service logs to. */
const logGroupOf = ({ world }: CloudWatchLab, service: string): string => `/${systemNameOf(world)}/prod/${service}`;

const arnOf = (lab: CloudWatchLab, group: string): string => `arn:aws:logs:${lab.region}:${account}:log-group:${group}`;

/** The service behind a group name or ARN; refuses a group that does not exist. */
export function serviceOfGroup(lab: CloudWatchLab, nameOrArn: string): Result<string, AwsRefusal> {
  const group = nameOrArn.startsWith('arn:') ? nameOrArn.split(':').slice(6).join(':').replace(/:\*$/, '') : nameOrArn;
  const service = lab.world.services.find(
    (candidate) => candidate.logsInCloudWatch && logGroupOf(lab, candidate.id) === group,
  );
  if (service !== undefined) return done(service.id);
  return failed({ name: 'ResourceNotFoundException', message: 'The specified log group does not exist.' });
}

const pageToken = z.object({ offset: z.number().int().nonnegative() });

const describeInput = z.object({
  logGroupNamePrefix: z.string().max(512).optional(),
  logGroupNamePattern: z.string().max(512).optional(),
  limit: z.number().int().min(1).max(50).default(50),
  nextToken: z.string().optional(),
});

/** DescribeLogGroups: at most 50 groups a page, by prefix or by substring. */
export function describeLogGroups(lab: CloudWatchLab): AwsOperation {
  return awsOperation(describeInput, invalidLogsInput, (input) => {
    if (input.logGroupNamePrefix !== undefined && input.logGroupNamePattern !== undefined) {
      return failed({ ...invalidLogsInput, message: 'Use logGroupNamePrefix or logGroupNamePattern, not both.' });
    }
    const token = pageToken.safeParse(input.nextToken === undefined ? { offset: 0 } : decodeToken(input.nextToken));
    if (!token.success) return failed({ ...invalidLogsInput, message: 'The specified nextToken is invalid.' });
    const names = lab.world.services
      .filter((service) => service.logsInCloudWatch)
      .map((service) => logGroupOf(lab, service.id))
      .filter(
        (name) => name.startsWith(input.logGroupNamePrefix ?? '') && name.includes(input.logGroupNamePattern ?? ''),
      )
      .toSorted();
    const end = token.data.offset + input.limit;
    const logGroups = names.slice(token.data.offset, end).map((name) => groupRecord(lab, name));
    return done(end < names.length ? { logGroups, nextToken: encodeToken({ offset: end }) } : { logGroups });
  });
}

const groupRecord = (lab: CloudWatchLab, logGroupName: string): object => ({
  logGroupName,
  creationTime: lab.world.alert.triggeredAtMs - 400 * dayMs,
  retentionInDays: 30,
  metricFilterCount: 0,
  storedBytes: 1_048_576 + derive(keyOf(logGroupName), 0),
  logGroupClass: 'STANDARD',
  arn: `${arnOf(lab, logGroupName)}:*`,
  logGroupArn: arnOf(lab, logGroupName),
});

const filterInput = z.object({
  logGroupName: z.string().optional(),
  logGroupIdentifier: z.string().optional(),
  logStreamNames: z.array(z.string()).min(1).max(100).optional(),
  startTime: z.number().int().nonnegative().default(0),
  endTime: z.number().int().nonnegative().optional(),
  filterPattern: z.string().max(1_024).default(''),
  limit: z.number().int().min(1).max(10_000).default(10_000),
  startFromHead: z.boolean().default(true),
  nextToken: z.string().optional(),
});
type FilterInput = z.output<typeof filterInput>;

const filterToken = z.object({
  toMs: z.number(),
  slice: z.number().int().nonnegative(),
  skip: z.number().int().nonnegative(),
  newestFirst: z.boolean(),
});

function eventRecord(line: LogLine): object {
  return {
    logStreamName: line.pod,
    timestamp: line.atMs,
    message: line.message,
    ingestionTime: line.atMs + ingestionDelayMs,
    eventId: String(keyOf(line.service, line.pod, line.requestId, line.message)).padStart(10, '0') + String(line.atMs),
  };
}

/** Retention bounds the search, as in the real service; it also bounds what one request can cost. */
const retentionMs = 30 * dayMs;

function filterPage(lab: CloudWatchLab, input: FilterInput, service: string): Result<object, AwsRefusal> {
  const test = parseFilterPattern(input.filterPattern);
  if (!test.ok) return failed({ ...invalidLogsInput, message: test.failure });
  const token = input.nextToken === undefined ? null : filterToken.safeParse(decodeToken(input.nextToken));
  if (token !== null && !token.success)
    return failed({ ...invalidLogsInput, message: 'The specified nextToken is invalid.' });
  const nowMs = lab.nowMs();
  const toMs = token?.data.toMs ?? Math.min((input.endTime ?? nowMs) + 1, nowMs + 1);
  const position: LogPosition | null = token?.data ?? null;
  const streams = input.logStreamNames;
  const newestFirst = token?.data.newestFirst ?? !input.startFromHead;
  const page = readLogPage(
    {
      world: lab.world,
      services: [service],
      fromMs: Math.max(input.startTime, lab.world.alert.triggeredAtMs - retentionMs),
      toMs,
      newestFirst,
      matches: (line) => (streams === undefined || streams.includes(line.pod)) && test.value(line.message),
      limit: input.limit,
    },
    position,
  );
  const answer = { events: page.lines.map(eventRecord), searchedLogStreams: [] };
  return done(page.next === null ? answer : { ...answer, nextToken: encodeToken({ toMs, newestFirst, ...page.next }) });
}

/** AWS: the latest first only for windows that start on or after this day. */
const backwardsFromMs = Date.UTC(2024, 0, 1);

/** FilterLogEvents: `startTime` and `endTime` in milliseconds, both inclusive. */
export function filterLogEvents(lab: CloudWatchLab): AwsOperation {
  return awsOperation(filterInput, invalidLogsInput, (input) => {
    const group = input.logGroupIdentifier ?? input.logGroupName;
    if (group === undefined) return failed({ ...invalidLogsInput, message: 'logGroupName is required.' });
    if (input.endTime !== undefined && input.endTime < input.startTime) {
      return failed({ ...invalidLogsInput, message: 'startTime must not be after endTime.' });
    }
    if (!input.startFromHead && input.startTime < backwardsFromMs) {
      return failed({ ...invalidLogsInput, message: 'startFromHead=false needs a startTime from 2024-01-01 on.' });
    }
    const service = serviceOfGroup(lab, group);
    return service.ok ? filterPage(lab, input, service.value) : service;
  });
}
