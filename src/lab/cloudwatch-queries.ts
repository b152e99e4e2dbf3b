/** StartQuery, GetQueryResults and StopQuery: queries that take a few polls to complete. */
import { z } from 'zod';
import { done, failed, type Result } from '../core/result.ts';
import { type AwsOperations, type AwsRefusal, awsOperation } from './aws-operation.ts';
import { type InsightsQuery, parseInsights } from './cloudwatch-insights.ts';
import type { InsightsRow } from './cloudwatch-insights-run.ts';
import { runInsights } from './cloudwatch-insights-run.ts';
import { type CloudWatchLab, invalidLogsInput, serviceOfGroup } from './cloudwatch-log-groups.ts';
import { readAllLogs } from './log-scan.ts';
import { decodeToken, encodeToken } from './vendor-http.ts';

/** AWS quota: concurrent Logs Insights queries per account in the Standard class. */
export const defaultConcurrentQueries = 30;
/** AWS: a query times out after 60 minutes of run time. */
const queryTimeoutMs = 3_600_000;
const maxKeptQueries = 1_000;

type Running = {
  readonly query: InsightsQuery;
  readonly services: readonly string[];
  readonly fromMs: number;
  readonly toMs: number;
  readonly startedAtMs: number;
  status: 'Scheduled' | 'Running' | 'Complete' | 'Cancelled' | 'Timeout';
  answer: { readonly results: readonly InsightsRow[]; readonly statistics: object };
  polls: number;
};

const nothingYet = { results: [], statistics: { recordsMatched: 0, recordsScanned: 0, bytesScanned: 0 } };

const startInput = z.object({
  logGroupName: z.string().optional(),
  logGroupNames: z.array(z.string()).max(50).optional(),
  logGroupIdentifiers: z.array(z.string()).max(50).optional(),
  queryLanguage: z.literal('CWLI').optional(),
  startTime: z.number().int().nonnegative(),
  endTime: z.number().int().nonnegative(),
  queryString: z.string().max(10_000),
  limit: z.number().int().min(1).max(100_000).optional(),
});
type StartInput = z.output<typeof startInput>;

const queryIdInput = z.object({ queryId: z.string().min(1).max(256) });
const resultsInput = queryIdInput.extend({
  maxItems: z.number().int().min(1).max(10_000).default(10_000),
  nextToken: z.string().optional(),
});
const resultsToken = z.object({ offset: z.number().int().nonnegative() });
/** Without a limit in the query or the request. */
const defaultRows = 10_000;

function groupsOf(input: StartInput): readonly string[] {
  const single = input.logGroupName === undefined ? [] : [input.logGroupName];
  return [...single, ...(input.logGroupNames ?? []), ...(input.logGroupIdentifiers ?? [])];
}

function servicesOf(lab: CloudWatchLab, input: StartInput): Result<readonly string[], AwsRefusal> {
  const groups = groupsOf(input);
  if (groups.length === 0) return failed({ ...invalidLogsInput, message: 'Name at least one log group.' });
  const services: string[] = [];
  for (const group of groups) {
    const service = serviceOfGroup(lab, group);
    if (!service.ok) return service;
    services.push(service.value);
  }
  return done(services);
}

/** Ends the query: Complete, or Timeout where the window holds too much. */
function complete(lab: CloudWatchLab, running: Running): void {
  const { services, fromMs, toMs } = running;
  const window = { world: lab.world, services, fromMs, toMs, newestFirst: true };
  const { lines, scanned, whole } = readAllLogs({ ...window, matches: () => true });
  const { rows, matched } = runInsights(running.query, lines);
  const bytesScanned = lines.reduce((bytes, line) => bytes + line.message.length, 0);
  running.answer = { results: rows, statistics: { recordsMatched: matched, recordsScanned: scanned, bytesScanned } };
  running.status = whole ? 'Complete' : 'Timeout';
}

const isActive = (running: Running): boolean => running.status === 'Scheduled' || running.status === 'Running';

/** The first poll sees Scheduled, the second Running, the third Complete. */
function poll(lab: CloudWatchLab, running: Running, input: z.output<typeof resultsInput>): Result<object, AwsRefusal> {
  const token = resultsToken.safeParse(input.nextToken === undefined ? { offset: 0 } : decodeToken(input.nextToken));
  if (!token.success) return failed({ ...invalidLogsInput, message: 'The specified nextToken is invalid.' });
  running.polls += 1;
  if (isActive(running) && running.polls > 1) running.status = 'Running';
  if (running.status === 'Running' && running.polls > 2) complete(lab, running);
  const { results, statistics } = running.answer;
  const end = token.data.offset + input.maxItems;
  const page = { queryLanguage: 'CWLI', results: results.slice(token.data.offset, end), statistics };
  const more = end < results.length ? { nextToken: encodeToken({ offset: end }) } : {};
  return done({ ...page, ...more, status: running.status });
}

function expire(queries: Map<string, Running>, nowMs: number): void {
  for (const [id, running] of queries) {
    if (isActive(running) && nowMs - running.startedAtMs > queryTimeoutMs) running.status = 'Timeout';
    if (queries.size > maxKeptQueries && !isActive(running)) queries.delete(id);
  }
}

function prepare(lab: CloudWatchLab, input: StartInput): Result<Running, AwsRefusal> {
  const services = servicesOf(lab, input);
  if (!services.ok) return services;
  if (input.endTime < input.startTime) {
    return failed({ ...invalidLogsInput, message: 'startTime must not be after endTime.' });
  }
  const parsed = parseInsights(input.queryString);
  if (!parsed.ok) return failed({ name: 'MalformedQueryException', message: parsed.failure });
  const startedAtMs = lab.nowMs();
  return done({
    query: { ...parsed.value, limit: Math.min(parsed.value.limit, input.limit ?? defaultRows) },
    services: services.value,
    // Seconds since the epoch, both inclusive: unlike FilterLogEvents.
    fromMs: input.startTime * 1_000,
    toMs: Math.min(input.endTime * 1_000 + 1_000, startedAtMs + 1),
    startedAtMs,
    status: 'Scheduled',
    answer: nothingYet,
    polls: 0,
  });
}

function startQuery(lab: CloudWatchLab, queries: Map<string, Running>, maxConcurrent: number) {
  return (input: StartInput): Result<object, AwsRefusal> => {
    expire(queries, lab.nowMs());
    const prepared = prepare(lab, input);
    if (!prepared.ok) return prepared;
    if ([...queries.values()].filter(isActive).length >= maxConcurrent) {
      const message = `Account maximum query concurrency limit of [${maxConcurrent}] reached.`;
      return failed({ name: 'LimitExceededException', message });
    }
    const queryId = crypto.randomUUID();
    queries.set(queryId, prepared.value);
    return done({ queryId });
  };
}

/** The three query operations over one table of queries. */
export function queryOperations(lab: CloudWatchLab, maxConcurrent: number): AwsOperations {
  const queries = new Map<string, Running>();
  const unknown = failed({ name: 'ResourceNotFoundException', message: 'The specified query does not exist.' });
  return {
    StartQuery: awsOperation(startInput, invalidLogsInput, startQuery(lab, queries, maxConcurrent)),
    GetQueryResults: awsOperation(resultsInput, invalidLogsInput, (input) => {
      expire(queries, lab.nowMs());
      const running = queries.get(input.queryId);
      return running === undefined ? unknown : poll(lab, running, input);
    }),
    StopQuery: awsOperation(queryIdInput, invalidLogsInput, ({ queryId }) => {
      const running = queries.get(queryId);
      if (running === undefined) return unknown;
      if (!isActive(running)) return failed({ ...invalidLogsInput, message: 'The query has already ended.' });
      running.status = 'Cancelled';
      return done({ success: true });
    }),
  };
}
