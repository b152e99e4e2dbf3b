/** What went wrong with one request, by class, status, type and code; never by message text. */
import { APIConnectionError, APIError, APIUserAbortError } from '@anthropic-ai/sdk';

export type Failure = {
  /** Asking the same model again may help. */
  readonly retry: boolean;
  /** Follows "the model" or the name of one: "is overloaded". */
  readonly what: string;
  /** The least wait the vendor asks for. */
  readonly afterMs: number | null;
};

/** How to name what a person has to set right. */
export type Settings = { readonly credential: string; readonly model: string; readonly modelVariable: string };

export const cut: Failure = { retry: true, what: 'connection broke off', afterMs: null };

/** A proxy's page, or a server of another kind. Asking again gives the same. */
export const noMessage: Failure = { retry: false, what: 'service gave no Messages API answer', afterMs: null };

const again = (what: string, afterMs: number | null = null): Failure => ({ retry: true, what, afterMs });
const never = (what: string): Failure => ({ retry: false, what, afterMs: null });

/** Monthly cap of the usage tier: paused until the month ends. platform.claude.com/docs/en/api/rate-limits */
const spendLimitCode = 'enforced_spend_limit_reached';

/** `nowMs` counts `retry-after` dates of answers that carry no `date` themselves. */
export function failureOf(error: unknown, settings: Settings, nowMs: number): Failure {
  if (error instanceof APIUserAbortError) return again('did not answer in time');
  if (error instanceof APIConnectionError && isFromCredentials(error.cause)) return noCredentials(settings);
  // A stream that ends early, and a connection that breaks, have neither status nor type.
  if (!(error instanceof APIError) || (error.status === undefined && error.type === null)) return cut;
  if (error.errorCode === spendLimitCode) return never('account has reached its spend limit');
  // The SDK's class is generic over these; unbound, they are any.
  const status: unknown = error.status;
  const type: string | null = error.type;
  const afterMs = retryAfterMs(error.headers, nowMs);
  if (status === 429 || isThrottle(type)) return again('rate limit is reached', afterMs);
  if (status === 529 || type === 'overloaded_error') return again('is overloaded', afterMs);
  if (isServerFault(status)) return again('service has an error', afterMs);
  return never(refusalOf(status, settings));
}

export const noCredentials = ({ credential }: Settings): Failure => never(`service needs ${credential}: none found`);

/** How the AWS credential chain says that it is at its end. */
const isFromCredentials = (cause: unknown): boolean =>
  cause instanceof Error && cause.name === 'CredentialsProviderError';

/** Inside Bedrock's event stream a throttle has no status. */
const isThrottle = (type: string | null): boolean => type === 'rate_limit_error' || type === 'throttlingException';

/** No status: the error came inside a stream that had begun well. */
const isServerFault = (status: unknown): boolean =>
  status === undefined || status === 408 || (typeof status === 'number' && status >= 500);

function refusalOf(status: unknown, { credential, model, modelVariable }: Settings): string {
  if (status === 401 || status === 403) return `service does not accept ${credential}`;
  if (status === 402) return 'account has no credit';
  if (status === 404) return `service does not know ${model}; set ${modelVariable}`;
  return `service refused the request (${String(status)})`;
}

/** `retry-after`: seconds or an HTTP date (RFC 9110, 10.2.3). A date counts from the answer's own clock where it tells it. */
function retryAfterMs(headers: Headers | undefined, nowMs: number): number | null {
  const value = headers?.get('retry-after') ?? null;
  if (value === null) return null;
  const seconds = Number(value);
  if (value.trim() !== '' && Number.isFinite(seconds)) return seconds >= 0 ? seconds * 1_000 : null;
  const untilMs = Date.parse(value);
  if (Number.isNaN(untilMs)) return null;
  const sentMs = Date.parse(headers?.get('date') ?? '');
  return Math.max(0, untilMs - (Number.isNaN(sentMs) ? nowMs : sentMs));
}
