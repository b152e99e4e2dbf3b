import { z } from 'zod';
import type { Refusal } from '../reading/failure.ts';
import { HttpError, httpRefusal } from '../reading/http-error.ts';

const refused = z.object({ status: z.literal('error'), errorType: z.string() });

/**
 * By HTTP status and `errorType`. A query that took too long (503 timeout) or would load too many samples (422
 * execution) asks for too much. Null: not a vendor's answer, so a bug.
 */
export function prometheusRefusal(error: unknown, signal: AbortSignal): Refusal | null {
  const refusal = httpRefusal(error, signal);
  if (refusal === null || !(error instanceof HttpError)) return refusal;
  const errorType = errorTypeOf(error.body);
  if (errorType === null || !('code' in refusal)) return refusal;
  const code = `${error.status} ${errorType}`;
  if (errorType === 'timeout' || errorType === 'execution') return { kind: 'too-much', code };
  // An API that is switched off on purpose: https://prometheus.io/docs/prometheus/latest/querying/api/#tsdb-admin-apis
  if (errorType === 'unavailable') return { kind: 'forbidden', code };
  return { ...refusal, code };
}

export function errorTypeOf(body: string): string | null {
  try {
    return refused.safeParse(JSON.parse(body)).data?.errorType ?? null;
  } catch {
    return null;
  }
}
