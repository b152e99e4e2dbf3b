/** The world's one-minute values gathered into a vendor's intervals, never beyond the last complete minute. */

export const minuteMs = 60_000;
/** Older points are gone, so that no request can ask for the whole calendar. */
const retentionMs = 31 * 86_400_000;

/** One interval with the values of its complete minutes; intervals without a value are absent. */
export type Bucket = { readonly atMs: number; readonly values: readonly number[] };

export type BucketRequest = {
  readonly fromMs: number;
  readonly toMs: number;
  /** A multiple of one minute. */
  readonly intervalMs: number;
  readonly nowMs: number;
  readonly read: (atMs: number) => number | null;
};

function minuteValues(request: BucketRequest, atMs: number): readonly number[] {
  const values: number[] = [];
  // A minute that has not ended yet would carry what happens after now.
  const endMs = Math.min(atMs + request.intervalMs, request.nowMs - minuteMs + 1);
  for (let minute = atMs; minute < endMs; minute += minuteMs) {
    const value = request.read(minute);
    if (value !== null) values.push(value);
  }
  return values;
}

/** Intervals that start in `[fromMs, toMs)`, aligned to the epoch; the one that contains `fromMs` is included. */
export function bucketValues(request: BucketRequest): readonly Bucket[] {
  const buckets: Bucket[] = [];
  const fromMs = Math.max(request.fromMs, request.nowMs - retentionMs);
  const firstMs = Math.floor(fromMs / request.intervalMs) * request.intervalMs;
  const lastMs = Math.min(request.toMs, request.nowMs);
  for (let atMs = firstMs; atMs < lastMs; atMs += request.intervalMs) {
    const values = minuteValues(request, atMs);
    if (values.length > 0) buckets.push({ atMs, values });
  }
  return buckets;
}
