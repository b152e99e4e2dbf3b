/** What an answer says about its rate limit, by header. */
type Limited = { readonly status: number; readonly headers: Headers };

/**
 * Milliseconds until the bucket opens, when this answer exhausted our share of it; null when it did not or does not say.
 * `Retry-After` in seconds or as a date (RFC 9110, 10.2.3); `X-RateLimit-Reset` in seconds as Datadog counts it,
 * `ratelimit-reset` as PagerDuty does.
 */
export function resetMsOf({ status, headers }: Limited, leftForPeople = 0): number | null {
  const exhausted = status === 429 || isUsedUp(headers, leftForPeople);
  if (!exhausted) return null;
  const wait = headers.get('retry-after') ?? headers.get('x-ratelimit-reset') ?? headers.get('ratelimit-reset');
  if (wait === null) return null;
  const seconds = Number(wait);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1_000);
  // A date against the vendor's own clock, so that ours need not be right.
  const untilMs = Date.parse(wait) - Date.parse(headers.get('date') ?? '');
  return Number.isFinite(untilMs) ? Math.max(0, untilMs) : null;
}

function isUsedUp(headers: Headers, leftForPeople: number): boolean {
  const remaining = headers.get('x-ratelimit-remaining');
  if (remaining === null) return false;
  const limit = Number(headers.get('x-ratelimit-limit') ?? 0);
  // A limit of a few requests leaves nothing to keep back: floor.
  const kept = Number.isFinite(limit) ? Math.floor(limit * leftForPeople) : 0;
  return remaining === '0' || Number(remaining) < kept;
}
