import type { Finding } from '../../src/tool.ts';

export type Failed = Extract<Finding, { kind: 'failed' }>;

/** What a tool was about to do, for the sentence people read when it fails. */
type Attempt = {
  /** "GitHub", as people call it. */
  readonly vendor: string;
  /** "merged pull requests of acme/shop". */
  readonly asked: string;
  readonly nowMs: number;
  /** "which changes could explain this". */
  readonly blocks: string;
  /** The exact grant the call needs. */
  readonly grant: string;
};

/** How a vendor refused, worked out from status or error code and never from its prose. */
export type Refusal =
  | {
      readonly kind: 'unauthorised' | 'forbidden' | 'not-found' | 'throttled' | 'rejected' | 'too-much' | 'broken';
      readonly code: string;
    }
  | { readonly kind: 'malformed'; readonly code: string }
  | { readonly kind: 'timeout' | 'stopped' }
  | { readonly kind: 'unreachable'; readonly code: string };

function sayFailure(attempt: Attempt, refusal: Refusal): Failed {
  const where = `${attempt.vendor}: ${attempt.asked}, asked at ${new Date(attempt.nowMs).toISOString()}`;
  return {
    kind: 'failed',
    reason: `${where}: ${says(refusal)}`,
    retryable: ['throttled', 'broken', 'timeout', 'unreachable', 'stopped'].includes(refusal.kind),
    blocks: attempt.blocks,
    fix: fixFor(attempt, refusal),
  };
}

function says(refusal: Refusal): string {
  switch (refusal.kind) {
    case 'unauthorised':
      return `the credentials were not accepted (${refusal.code})`;
    case 'forbidden':
      return `a permission is missing (${refusal.code})`;
    case 'not-found':
      return `no such thing, or hidden from these credentials (${refusal.code})`;
    case 'throttled':
      return `rate limited (${refusal.code})`;
    case 'rejected':
      return `the request was rejected (${refusal.code})`;
    case 'too-much':
      return `it asks for more than the vendor reads at once (${refusal.code})`;
    case 'broken':
      return `the vendor failed (${refusal.code})`;
    case 'malformed':
      return `the answer does not have the documented form (${refusal.code})`;
    case 'timeout':
      return `no answer within ${requestTimeoutMs / 1_000} s`;
    case 'stopped':
      return 'stopped before an answer came';
    case 'unreachable':
      return `no connection (${refusal.code})`;
  }
}

function fixFor(attempt: Attempt, refusal: Refusal): string {
  switch (refusal.kind) {
    case 'unauthorised':
      return `Renew the ${attempt.vendor} credentials; they need ${attempt.grant}.`;
    case 'forbidden':
    case 'not-found':
      return `Grant ${attempt.grant} to the ${attempt.vendor} credentials, and check the names in the catalogue.`;
    case 'throttled':
      return `Wait for the ${attempt.vendor} limit to reset, or narrow the window.`;
    case 'rejected':
      return 'Report this as a bug: the request does not fit the vendor.';
    case 'too-much':
      return 'Narrow the window or the matchers, or aggregate, and ask again.';
    case 'malformed':
      return `Check that the ${attempt.vendor} address is the vendor's API and not a proxy's page.`;
    case 'broken':
    case 'timeout':
    case 'unreachable':
    case 'stopped':
      return `Try again; if it stays, check the network path to ${attempt.vendor}.`;
  }
}

export const requestTimeoutMs = 10_000;

/** Aborts with the caller or after the per-request timeout, whichever is first. */
export const requestSignal = (signal: AbortSignal, timeoutMs = requestTimeoutMs): AbortSignal =>
  AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);

/** Refusals that come from the connection and not from a vendor; null when this is not one of them. */
export function connectionRefusal(error: unknown, signal: AbortSignal): Refusal | null {
  if (signal.aborted) return { kind: 'stopped' };
  const names = chain(error).flatMap((link) => [link.name, link.code]);
  if (names.some((name) => name === 'TimeoutError' || name === 'ETIMEDOUT' || name === 'AbortError')) {
    return { kind: 'timeout' };
  }
  const code = names.find((name) => name !== undefined && connectionCodes.has(name));
  return code === undefined ? null : { kind: 'unreachable', code };
}

const connectionCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EPIPE',
  'UND_ERR_SOCKET',
  'UND_ERR_CONNECT_TIMEOUT',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

type Link = { readonly name: string | undefined; readonly code: string | undefined };

/** An error and its causes, at most five deep. */
function chain(error: unknown): readonly Link[] {
  const links: Link[] = [];
  let current = error;
  while (current instanceof Error && links.length < 5) {
    links.push({ name: current.name, code: 'code' in current ? String(current.code) : undefined });
    current = current.cause;
  }
  return links;
}

export type Answering = {
  readonly attempt: Attempt;
  readonly signal: AbortSignal;
  /** The vendor's reading of what its client threw; null for a bug of ours, which is thrown on. */
  readonly refusal: (error: unknown, signal: AbortSignal) => Refusal | null;
};

/** Runs a call; what the vendor refused becomes a failed finding. */
export async function orFailure(
  { attempt, signal, refusal }: Answering,
  run: () => Promise<Finding>,
): Promise<Finding> {
  try {
    return await run();
  } catch (error) {
    const refused = refusal(error, signal);
    if (refused === null) throw error;
    return sayFailure(attempt, refused);
  }
}
