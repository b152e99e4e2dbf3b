import { type CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { z } from 'zod';
import type { Window } from '../../src/core/evidence.ts';
import { requestSignal } from '../reading/failure.ts';
import { levelOfMessage, type ReadLine } from '../reading/log-line.ts';
import { type Bounds, type Paged, readPages } from './ask.ts';

export type StreamLine = ReadLine & { readonly stream: string };

export type EventsQuery = {
  readonly group: string;
  readonly window: Window;
  /** In the filter pattern syntax; null: every event. */
  readonly pattern: string | null;
  readonly stream?: string | undefined;
  /** Starts at the end of the window; AWS allows it for windows from 2024 on. */
  readonly newestFirst?: boolean;
  /** Events in one page, at most 10,000. */
  readonly pageSize?: number;
  readonly pagesMax: number;
  /** As many events end it, though there are more. */
  readonly enough?: number;
};

const answer = z.object({
  events: z.array(z.object({ timestamp: z.number(), message: z.string(), logStreamName: z.string().default('') })),
  nextToken: z.string().optional(),
});

/** Events of one group, in pages of up to 10,000 events or 1 MB (FilterLogEvents' own limit). A page may be empty. */
export function readEvents(
  client: CloudWatchLogsClient,
  query: EventsQuery,
  bounds: Bounds,
): Promise<Paged<StreamLine>> {
  let read = 0;
  return readPages({ ...bounds, pagesMax: query.pagesMax }, async (nextToken, signal) => {
    const command = new FilterLogEventsCommand({ ...filterOf(query), nextToken });
    const page = answer.parse(await client.send(command, { abortSignal: requestSignal(signal) }));
    read += page.events.length;
    const enough = read >= (query.enough ?? Number.POSITIVE_INFINITY);
    return { items: page.events.map(readEvent), next: enough ? undefined : page.nextToken };
  });
}

const filterOf = ({ group, window, pattern, stream, newestFirst = false, pageSize }: EventsQuery) => ({
  logGroupName: group,
  startTime: window.fromMs,
  // The API's end is inclusive.
  endTime: window.toMs - 1,
  ...(pattern === null ? {} : { filterPattern: pattern }),
  ...(stream === undefined ? {} : { logStreamNames: [stream] }),
  ...(newestFirst ? { startFromHead: false } : {}),
  ...(pageSize === undefined ? {} : { limit: pageSize }),
});

const readEvent = (event: z.output<typeof answer>['events'][number]): StreamLine => ({
  atMs: event.timestamp,
  level: levelOfMessage(event.message),
  message: event.message.trimEnd(),
  stream: event.logStreamName,
});

/** Any of these terms: filter pattern syntax for unstructured logs, CloudWatch Logs user guide. */
export const troublePattern = '?ERROR ?Error ?error ?WARN ?warn ?FATAL ?fatal ?Exception ?panic';
