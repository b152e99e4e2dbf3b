import { z } from 'zod';
import { done, failed, type Result } from '../core/result.ts';

const unitMs: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** `now`, `now-15m`, milliseconds since the epoch, or an ISO 8601 time; null for anything else. */
function readTime(text: string, nowMs: number): number | null {
  if (text === 'now') return nowMs;
  const [, amount, unit] = /^now-(\d{1,6})([smhdw])$/.exec(text) ?? [];
  if (amount !== undefined) return nowMs - Number(amount) * (unitMs[unit ?? ''] ?? 0);
  if (/^\d{10,16}$/.test(text)) return Number(text);
  const atMs = /^\d{4}-\d\d-\d\dT/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(atMs) ? null : atMs;
}

/** The filter every v2 search takes; Datadog's defaults are the last 15 minutes and everything. */
export const searchFilter = z.object({
  query: z.string().default('*'),
  from: z.union([z.string(), z.number()]).default('now-15m'),
  to: z.union([z.string(), z.number()]).default('now'),
});
export type SearchFilter = z.output<typeof searchFilter>;

/** The filter's window `[fromMs, toMs)`, cut at the present, or the message of the refusal. */
export function readRange(filter: SearchFilter, nowMs: number): Result<{ fromMs: number; toMs: number }, string> {
  const fromMs = readTime(String(filter.from), nowMs);
  const toMs = readTime(String(filter.to), nowMs);
  if (fromMs === null || toMs === null) return failed("input_validation_error(Field 'filter.from,to' is invalid)");
  if (fromMs >= toMs) {
    return failed("invalid_argument(Field 'filter.from,to' is invalid: 'from' should be anterior to 'to')");
  }
  // Retention: older data is gone, so that no search can ask for the whole calendar.
  return done({ fromMs: Math.max(fromMs, nowMs - 30 * 86_400_000), toMs: Math.min(toMs, nowMs + 1) });
}
