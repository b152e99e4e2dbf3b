import { createHmac, timingSafeEqual } from 'node:crypto';

export type SignedRequest = { readonly timestamp: string; readonly signature: string; readonly body: Buffer };

/** Slack's own limit for the age of a request; here it also holds for times to come. */
const skewSeconds = 5 * 60;

/** Slack signs `v0:<timestamp>:<body>`: https://docs.slack.dev/authentication/verifying-requests-from-slack */
export function isSigned({ timestamp, signature, body }: SignedRequest, secret: string, nowMs: number): boolean {
  if (!/^\d{1,12}$/u.test(timestamp) || Math.abs(nowMs / 1000 - Number(timestamp)) > skewSeconds) return false;
  const expected = Buffer.from(
    `v0=${createHmac('sha256', secret).update(`v0:${timestamp}:`).update(body).digest('hex')}`,
  );
  const given = Buffer.from(signature);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

export type SeenSignatures = {
  has(signature: string): boolean;
  add(signature: string): void;
};

/** The newest accepted signatures. Older ones fall out; by then their timestamp is too old anyway. */
export function createSeenSignatures(capacity = 10_000): SeenSignatures {
  const seen = new Set<string>();
  return {
    has: (signature) => seen.has(signature),
    add(signature) {
      seen.add(signature);
      const [oldest] = seen;
      if (seen.size > capacity && oldest !== undefined) seen.delete(oldest);
    },
  };
}
