import type { MethodLimit } from './methods.ts';

/** A token bucket for one method, or one method in one channel. Pure: time comes in as an argument. */
export type Bucket = { readonly tokens: number; readonly atMs: number; readonly blockedUntilMs: number };

export type Rate = Pick<MethodLimit, 'perMinute' | 'burst'>;

export const fullBucket = ({ burst }: Rate, nowMs: number): Bucket => ({
  tokens: burst,
  atMs: nowMs,
  blockedUntilMs: 0,
});

/** Milliseconds until one call may go; 0 means now. */
export function waitMs(bucket: Bucket, rate: Rate, nowMs: number): number {
  const missing = 1 - refilled(bucket, rate, nowMs);
  const refillMs = missing <= 0 ? 0 : Math.ceil((missing * 60_000) / rate.perMinute);
  return Math.max(refillMs, bucket.blockedUntilMs - nowMs, 0);
}

/** The bucket after one call. */
export const take = (bucket: Bucket, rate: Rate, nowMs: number): Bucket => ({
  ...bucket,
  tokens: Math.max(0, refilled(bucket, rate, nowMs) - 1),
  atMs: nowMs,
});

/** The bucket after Slack answered 429: nothing goes before it said. */
export const block = (bucket: Bucket, untilMs: number): Bucket => ({
  ...bucket,
  tokens: Math.max(1, bucket.tokens),
  blockedUntilMs: Math.max(bucket.blockedUntilMs, untilMs),
});

const refilled = ({ tokens, atMs }: Bucket, { perMinute, burst }: Rate, nowMs: number): number =>
  Math.min(burst, tokens + ((nowMs - atMs) * perMinute) / 60_000);
