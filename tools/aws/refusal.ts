import { z } from 'zod';
import { connectionRefusal, type Refusal } from '../reading/failure.ts';

const awsError = z.object({
  name: z.string(),
  $metadata: z.object({ httpStatusCode: z.number().optional() }).optional(),
});

// Error names from the CloudWatch Logs API reference, "Common Errors" and each operation's "Errors".
const kinds: { readonly [name: string]: 'unauthorised' | 'forbidden' | 'not-found' | 'throttled' | 'rejected' } = {
  UnrecognizedClientException: 'unauthorised',
  InvalidSignatureException: 'unauthorised',
  IncompleteSignature: 'unauthorised',
  InvalidClientTokenId: 'unauthorised',
  ExpiredTokenException: 'unauthorised',
  CredentialsProviderError: 'unauthorised',
  AccessDeniedException: 'forbidden',
  OptInRequired: 'forbidden',
  ResourceNotFoundException: 'not-found',
  ThrottlingException: 'throttled',
  LimitExceededException: 'throttled',
  InvalidParameterException: 'rejected',
  ValidationException: 'rejected',
};

/** What an AWS client threw, by error name and status. Null: not a vendor's answer, so a bug. */
export function awsRefusal(error: unknown, signal: AbortSignal): Refusal | null {
  const connection = connectionRefusal(error, signal);
  if (connection !== null) return connection;
  if (error instanceof SyntaxError) return { kind: 'malformed', code: 'not JSON' };
  const parsed = awsError.safeParse(error);
  if (!parsed.success) return null;
  const { name, $metadata } = parsed.data;
  const kind = kinds[name];
  if (kind !== undefined) return { kind, code: name };
  const status = $metadata?.httpStatusCode;
  if (status === undefined) return null;
  return { kind: status >= 500 ? 'broken' : 'rejected', code: `${name}, ${status}` };
}
