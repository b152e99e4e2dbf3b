/**
 * Runs one Insights query: start, ask until it has ended, stop what is no longer wanted. AWS charges by bytes scanned and
 * allows an account few queries at once, dashboards among them: ours are five at most, and none is left running.
 */
import { setTimeout as delay } from 'node:timers/promises';
import {
  type CloudWatchLogsClient,
  GetQueryResultsCommand,
  StartQueryCommand,
  StopQueryCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { z } from 'zod';
import type { Window } from '../../src/core/evidence.ts';
import { countCost } from '../../src/tool-cost.ts';
import { requestSignal } from '../reading/failure.ts';
import { createLimiter } from '../reading/limiter.ts';
import { levelOfMessage } from '../reading/log-line.ts';
import { type Bounds, readPages } from './ask.ts';
import type { StreamLine } from './filter-events.ts';

export type InsightsRequest = {
  /** With the fields `@timestamp`, `@message` and `@logStream`. */
  readonly query: string;
  readonly groups: readonly string[];
  readonly window: Window;
};

export type InsightsAnswer = {
  readonly lines: readonly StreamLine[];
  /** Lines that match the query, read or not. */
  readonly matched: number;
  readonly bytesScanned: number;
  /** False: it still ran at the deadline, or more matched than is read. */
  readonly whole: boolean;
  /** It still ran at the deadline. */
  readonly running: boolean;
};

/** The query ran and AWS says that it failed. */
export class InsightsFailedError extends Error {}

const queriesAtOnceMax = 5;
/** Lines may be long: what is asked at once must fit into one answer. */
const pageSize = 5_000;
const pagesMax = 4;
const limited = createLimiter(queriesAtOnceMax);

const started = z.object({ queryId: z.string().min(1) });
const polled = z.object({
  status: z.string(),
  results: z.array(z.array(z.object({ field: z.string(), value: z.string().optional() }))).default([]),
  statistics: z.object({ recordsMatched: z.number().default(0), bytesScanned: z.number().default(0) }).optional(),
  nextToken: z.string().optional(),
});
type Polled = z.output<typeof polled>;

/** Rejects as `awsRefusal` reads it, or with `InsightsFailedError`. */
export const runInsights = (
  client: CloudWatchLogsClient,
  request: InsightsRequest,
  bounds: Bounds,
): Promise<InsightsAnswer> =>
  limited(async () => {
    bounds.signal.throwIfAborted();
    const queryId = await start(client, request);
    let ended = false;
    try {
      const last = await poll(client, queryId, bounds);
      ended = !stillRuns(last.status);
      if (last.status !== 'Complete' && ended) throw new InsightsFailedError(`the query ended as ${last.status}`);
      return await readAnswer(client, { queryId, last, window: request.window }, bounds);
    } finally {
      if (!ended) await stop(client, queryId);
    }
  });

/** Not ended by the caller's stop: a query whose id never arrives cannot be stopped. */
async function start(client: CloudWatchLogsClient, { query, groups, window }: InsightsRequest): Promise<string> {
  const command = new StartQueryCommand({
    queryString: query,
    logGroupNames: [...groups],
    // Whole seconds, both inclusive; what lies outside the window is dropped afterwards.
    startTime: Math.floor(window.fromMs / 1_000),
    endTime: Math.ceil(window.toMs / 1_000) - 1,
    limit: pageSize * pagesMax,
  });
  const answered = await client.send(command, { abortSignal: requestSignal(new AbortController().signal) });
  return started.parse(answered).queryId;
}

const stillRuns = (status: string): boolean => ['Scheduled', 'Running', 'Unknown'].includes(status);

async function poll(client: CloudWatchLogsClient, queryId: string, { signal, deadlineMs }: Bounds) {
  let pauseMs = 200;
  for (;;) {
    const answered = await page(client, { queryId }, signal);
    if (!stillRuns(answered.status) || performance.now() + pauseMs > deadlineMs) return answered;
    await delay(pauseMs, undefined, { signal });
    pauseMs = Math.min(1_000, pauseMs * 1.5);
  }
}

async function page(
  client: CloudWatchLogsClient,
  { queryId, nextToken }: { queryId: string; nextToken?: string | undefined },
  signal: AbortSignal,
): Promise<Polled> {
  const command = new GetQueryResultsCommand({ queryId, nextToken, maxItems: pageSize });
  return polled.parse(await client.send(command, { abortSignal: requestSignal(signal) }));
}

type Ended = { readonly queryId: string; readonly last: Polled; readonly window: Window };

async function readAnswer(
  client: CloudWatchLogsClient,
  { queryId, last, window }: Ended,
  bounds: Bounds,
): Promise<InsightsAnswer> {
  const { items: rows } = await readPages({ ...bounds, pagesMax }, async (nextToken, signal) => {
    const read = nextToken === undefined ? last : await page(client, { queryId, nextToken }, signal);
    return { items: read.results, next: read.nextToken };
  });
  const bytesScanned = last.statistics?.bytesScanned ?? 0;
  countCost({ bytesScanned });
  const matched = Math.max(rows.length, last.statistics?.recordsMatched ?? 0);
  const lines = rows.flatMap(readRow).filter(({ atMs }) => atMs >= window.fromMs && atMs < window.toMs);
  const running = last.status !== 'Complete';
  const whole = !running && rows.length >= matched;
  return { lines, matched: whole ? lines.length : matched, bytesScanned, whole, running };
}

function readRow(row: Polled['results'][number]): StreamLine[] {
  const cell = (name: string) => row.find(({ field }) => field === name)?.value;
  // `2026-11-21 10:00:00.000`, UTC without saying so.
  const atMs = Date.parse(`${(cell('@timestamp') ?? '').replace(' ', 'T')}Z`);
  const message = cell('@message');
  if (Number.isNaN(atMs) || message === undefined) return [];
  return [{ atMs, level: levelOfMessage(message), message: message.trimEnd(), stream: cell('@logStream') ?? '' }];
}

/** A query that cannot be stopped ends by itself; there is nobody to tell. */
async function stop(client: CloudWatchLogsClient, queryId: string): Promise<void> {
  const command = new StopQueryCommand({ queryId });
  await client.send(command, { abortSignal: AbortSignal.timeout(3_000) }).catch(() => undefined);
}
