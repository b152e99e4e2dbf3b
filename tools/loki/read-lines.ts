/** Log lines page by page. Loki has no page token: the next page ends where the last one began. */
import { z } from 'zod';
import type { Window } from '../../src/core/evidence.ts';
import { levelOf, levelOfMessage, type ReadLine } from '../reading/log-line.ts';
import { type LokiClient, nanoWindow } from './client.ts';

const streamsAnswer = z.object({
  status: z.literal('success'),
  data: z.object({
    resultType: z.literal('streams'),
    result: z.array(
      z.object({
        stream: z.record(z.string(), z.string()),
        // A third member, where there is one, is structured metadata.
        values: z.array(z.tuple([z.string().regex(/^\d{1,19}$/), z.string()]).rest(z.unknown())),
      }),
    ),
  }),
});

export type LokiLine = ReadLine & {
  /** Nanoseconds since the epoch, as Loki writes them. */
  readonly nano: string;
  readonly stream: { readonly [label: string]: string };
};

export type LineQuery = {
  readonly query: string;
  readonly window: Window;
  readonly signal: AbortSignal;
  readonly pageSize: number;
  readonly pagesMax: number;
  readonly direction: 'backward' | 'forward';
};

/** A page may repeat lines of the same nanosecond: those are counted once, as Loki itself stores them once. */
export async function readLines(client: LokiClient, asked: LineQuery) {
  const seen = new Map<string, LokiLine>();
  let bounds = nanoWindow(asked.window);
  for (let page = 0; page < asked.pagesMax; page += 1) {
    const lines = await readPage(client, asked, bounds);
    const before = seen.size;
    for (const line of lines) seen.set(keyOf(line), line);
    if (lines.length < asked.pageSize) return { lines: [...seen.values()], truncated: false };
    const next = nextBounds(bounds, lines, asked.direction);
    // More lines in one nanosecond than a page holds: no page would ever end.
    if (next === null || seen.size === before) return { lines: [...seen.values()], truncated: true };
    bounds = next;
  }
  return { lines: [...seen.values()], truncated: true };
}

type Bounds = { readonly start: string; readonly end: string };

async function readPage(client: LokiClient, asked: LineQuery, bounds: Bounds): Promise<readonly LokiLine[]> {
  const { query, pageSize, direction, signal } = asked;
  const parameters = { query, ...bounds, limit: String(pageSize), direction };
  const { data } = await client.ask({ path: 'query_range', parameters, signal }, streamsAnswer);
  return data.result.flatMap(({ stream, values }) =>
    values.map(([nano, message]) => ({
      nano,
      stream,
      atMs: Number(BigInt(nano) / 1_000_000n),
      level: levelOf(stream['level'] ?? stream['detected_level'] ?? '') ?? levelOfMessage(message),
      message: message.trimEnd(),
    })),
  );
}

const keyOf = ({ nano, stream, message }: LokiLine): string => JSON.stringify([nano, stream, message]);

/** The end is exclusive, so one nanosecond is asked again; null when there is nothing left to ask. */
function nextBounds(
  { start, end }: Bounds,
  lines: readonly LokiLine[],
  direction: LineQuery['direction'],
): Bounds | null {
  const nanos = lines.map(({ nano }) => BigInt(nano)).toSorted((one, other) => (one < other ? -1 : 1));
  if (direction === 'forward') {
    const newest = nanos.at(-1) ?? 0n;
    return newest < BigInt(end) ? { start: String(newest), end } : null;
  }
  const oldest = nanos[0] ?? 0n;
  return oldest + 1n > BigInt(start) ? { start, end: String(oldest + 1n) } : null;
}
