/**
 * Lines that match, by Insights, and where that is refused, limited or fails, by FilterLogEvents: slower, never charged,
 * and allowed to more credentials.
 */
import type { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import type { Window } from '../../src/core/evidence.ts';
import type { Bounds } from './ask.ts';
import { readEvents, type StreamLine, troublePattern } from './filter-events.ts';
import { InsightsFailedError, runInsights } from './insights-run.ts';
import { awsRefusal } from './refusal.ts';

export type LinesRead = {
  readonly lines: readonly StreamLine[];
  /** Lines that match, read or not; where nobody counted them, the lines read. */
  readonly matched: number;
  readonly bytesScanned: number;
  readonly whole: boolean;
  /** Insights had not ended when time was up. */
  readonly running: boolean;
  /** Why Insights was not used, by its error name; null when it was. */
  readonly insteadOf: string | null;
};

export type LineSearch = {
  readonly query: string;
  readonly groups: readonly string[];
  /** What the query says, for FilterLogEvents: lines with this phrase (null: with a word of trouble), without that one. */
  readonly phrases: { readonly contains: string | null; readonly without: string | null };
};

const pagesMax = 5;

export function createLineReader(
  client: CloudWatchLogsClient,
  search: LineSearch,
  bounds: Bounds,
): (window: Window) => Promise<LinesRead> {
  return async (window) => {
    try {
      const { query, groups } = search;
      const answer = await runInsights(client, { query, groups, window }, bounds);
      return { ...answer, insteadOf: null };
    } catch (error) {
      const refused = reasonToFilter(error, bounds.signal);
      if (refused === null) throw error;
      return { ...(await filterLines(client, { search, window }, bounds)), insteadOf: refused };
    }
  };
}

function reasonToFilter(error: unknown, signal: AbortSignal): string | null {
  if (error instanceof InsightsFailedError) return 'the query failed';
  const refusal = awsRefusal(error, signal);
  return refusal?.kind === 'forbidden' || refusal?.kind === 'throttled' ? refusal.code : null;
}

async function filterLines(
  client: CloudWatchLogsClient,
  { search: { groups, phrases }, window }: { search: LineSearch; window: Window },
  bounds: Bounds,
): Promise<Omit<LinesRead, 'insteadOf'>> {
  const { contains, without } = phrases;
  const pattern = contains === null ? troublePattern : `"${contains}"`;
  const parts = await Promise.all(
    groups.map((group) => readEvents(client, { group, window, pattern, pagesMax }, bounds)),
  );
  // A pattern cannot both name any of several words and leave one out.
  const lines = parts
    .flatMap(({ items }) => items)
    .filter(({ message }) => without === null || !message.includes(without));
  const whole = parts.every(({ truncated }) => !truncated);
  return { lines, matched: lines.length, bytesScanned: 0, whole, running: false };
}
