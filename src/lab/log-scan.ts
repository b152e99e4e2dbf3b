/** Reading the world's log lines page by page, in bounded slices, so that a week-long search costs one page at a time. */
import type { LogLine, World } from './world.ts';

export type LogScan = {
  readonly world: World;
  readonly services: readonly string[];
  /** `[fromMs, toMs)`; the caller has already cut it at the present. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly newestFirst: boolean;
  readonly matches: (line: LogLine) => boolean;
  readonly limit: number;
};

/** Where a page ended: which slice, and how many of its lines were read. */
export type LogPosition = { readonly slice: number; readonly skip: number };
export type LogPage = {
  readonly lines: readonly LogLine[];
  readonly scanned: number;
  readonly next: LogPosition | null;
};

const sliceMs = 300_000;
/** As at the vendors, a page may end early, even empty, because enough was read: callers must follow the token. */
const maxScannedLines = 5_000;

const sliceCount = (scan: LogScan): number => Math.max(0, Math.ceil((scan.toMs - scan.fromMs) / sliceMs));

function sliceLines(scan: LogScan, slice: number): readonly LogLine[] {
  const fromMs = scan.newestFirst
    ? Math.max(scan.fromMs, scan.toMs - (slice + 1) * sliceMs)
    : scan.fromMs + slice * sliceMs;
  const toMs = scan.newestFirst ? scan.toMs - slice * sliceMs : Math.min(scan.toMs, fromMs + sliceMs);
  const lines = scan.services.flatMap((service) => [...scan.world.logs(service, fromMs, toMs)]);
  const direction = scan.newestFirst ? -1 : 1;
  return lines.sort((left, right) => direction * (left.atMs - right.atMs));
}

/** Reads one slice from `skip` into `found`; returns where it stopped because the page is full, or null. */
function readSlice(scan: LogScan, from: LogPosition, found: LogLine[]): { scanned: number; full: LogPosition | null } {
  const lines = sliceLines(scan, from.slice).slice(from.skip);
  for (const [index, line] of lines.entries()) {
    if (found.length === scan.limit) return { scanned: index, full: { slice: from.slice, skip: from.skip + index } };
    if (scan.matches(line)) found.push(line);
  }
  return { scanned: lines.length, full: null };
}

/** One page from `position` (null: the start). `next` is null when the window is exhausted. */
export function readLogPage(scan: LogScan, position: LogPosition | null): LogPage {
  const slices = sliceCount(scan);
  const lines: LogLine[] = [];
  let scanned = 0;
  let from = position ?? { slice: 0, skip: 0 };
  while (from.slice < slices) {
    const read = readSlice(scan, from, lines);
    scanned += read.scanned;
    if (read.full !== null) return { lines, scanned, next: read.full };
    from = { slice: from.slice + 1, skip: 0 };
    if (scanned >= maxScannedLines && from.slice < slices) return { lines, scanned, next: from };
  }
  return { lines, scanned, next: null };
}

/** An aggregation reads at most about this many lines before it gives up: it runs in one piece and blocks. */
const maxAggregatedLines = 60_000;

/** Every matching line of the window; `whole` is false when it was given up before the end of the window. */
export function readAllLogs(scan: Omit<LogScan, 'limit'>): {
  readonly lines: readonly LogLine[];
  readonly scanned: number;
  readonly whole: boolean;
} {
  const lines: LogLine[] = [];
  let scanned = 0;
  let position: LogPosition | null = null;
  do {
    const page: LogPage = readLogPage({ ...scan, limit: maxScannedLines }, position);
    lines.push(...page.lines);
    scanned += page.scanned;
    position = page.next;
  } while (position !== null && scanned < maxAggregatedLines);
  return { lines, scanned, whole: position === null };
}

/** The message's JSON object, or null for a plain line. */
export function jsonFields(message: string): { readonly [name: string]: unknown } | null {
  if (!message.startsWith('{')) return null;
  try {
    const value: unknown = JSON.parse(message);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null;
  } catch {
    return null;
  }
}
