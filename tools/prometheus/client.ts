import { z } from 'zod';
import { connectionRefusal, type Refusal, requestSignal } from '../reading/failure.ts';

export const prometheusEnvironment = z.object({
  PROMETHEUS_URL: z.url().describe('Address of Prometheus, or of anything that answers its HTTP API'),
});

/** Prometheus' envelope: https://prometheus.io/docs/prometheus/latest/querying/api/ */
const envelope = z.object({ status: z.string(), errorType: z.string().optional(), data: z.unknown().optional() });

/** An answer with an error status. */
class PrometheusError extends Error {
  readonly status: number;
  readonly type: string;
  constructor(status: number, type: string) {
    super(`Prometheus answered ${status} ${type}`);
    this.status = status;
    this.type = type;
  }
}

/** The `data` of an answer, or a rejection that `prometheusRefusal` reads. */
export async function askPrometheus(url: URL, signal: AbortSignal): Promise<unknown> {
  const response = await fetch(url, { signal: requestSignal(signal), redirect: 'error' });
  const text = await response.text();
  if (response.status === 400 || response.status === 422 || response.ok) {
    const answered = envelope.parse(JSON.parse(text));
    if (answered.status === 'success') return answered.data;
    throw new PrometheusError(response.status, answered.errorType ?? 'unknown');
  }
  throw new PrometheusError(response.status, 'unavailable');
}

const byStatus: {
  readonly [status: number]: Refusal['kind'] & ('unauthorised' | 'forbidden' | 'not-found' | 'throttled');
} = {
  401: 'unauthorised',
  403: 'forbidden',
  404: 'not-found',
  429: 'throttled',
};

/** By HTTP status and `errorType`. Null: not a vendor's answer, so a bug. */
export function prometheusRefusal(error: unknown, signal: AbortSignal): Refusal | null {
  const connection = connectionRefusal(error, signal);
  if (connection !== null) return connection;
  if (error instanceof z.ZodError)
    return { kind: 'malformed', code: `at ${error.issues[0]?.path.join('.') || 'the top'}` };
  if (error instanceof SyntaxError) return { kind: 'malformed', code: 'not JSON' };
  if (!(error instanceof PrometheusError)) return null;
  const kind = byStatus[error.status] ?? (error.status >= 500 ? 'broken' : 'rejected');
  return { kind, code: `${error.status} ${error.type}` };
}
