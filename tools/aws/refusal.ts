import { z } from 'zod';
import { connectionRefusal, type Refusal } from '../reading/failure.ts';
import { MetricRefusedError } from './metric-refused.ts';

const awsError = z.object({
  name: z.string(),
  $metadata: z.object({ httpStatusCode: z.number().optional() }).optional(),
});

type Kind = 'unauthorised' | 'forbidden' | 'not-found' | 'throttled' | 'rejected' | 'broken';

// Error names from the CloudWatch, CloudWatch Logs and STS API references: "Common Errors" and each operation's own.
const kinds: { readonly [name: string]: Kind } = {
  UnrecognizedClientException: 'unauthorised',
  InvalidSignatureException: 'unauthorised',
  SignatureDoesNotMatch: 'unauthorised',
  IncompleteSignature: 'unauthorised',
  InvalidClientTokenId: 'unauthorised',
  MissingAuthenticationTokenException: 'unauthorised',
  ExpiredTokenException: 'unauthorised',
  ExpiredToken: 'unauthorised',
  RequestExpired: 'unauthorised',
  CredentialsProviderError: 'unauthorised',
  TokenProviderError: 'unauthorised',
  AccessDeniedException: 'forbidden',
  NotAuthorized: 'forbidden',
  OptInRequired: 'forbidden',
  ResourceNotFoundException: 'not-found',
  ResourceNotFound: 'not-found',
  ThrottlingException: 'throttled',
  Throttling: 'throttled',
  TooManyRequestsException: 'throttled',
  // StartQuery: more queries at once than the account may run.
  LimitExceededException: 'throttled',
  InvalidParameterException: 'rejected',
  InvalidParameterValueException: 'rejected',
  ValidationException: 'rejected',
  MalformedQueryException: 'rejected',
  ServiceUnavailableException: 'broken',
};

/** What an AWS client threw, by error name and status. Null: not a vendor's answer, so a bug. */
export function awsRefusal(error: unknown, signal: AbortSignal): Refusal | null {
  const connection = connectionRefusal(error, signal);
  if (connection !== null) return connection;
  if (error instanceof z.ZodError)
    return { kind: 'malformed', code: `at ${error.issues[0]?.path.join('.') || 'the top'}` };
  if (error instanceof SyntaxError) return { kind: 'malformed', code: 'not JSON' };
  if (error instanceof MetricRefusedError) {
    return { kind: error.code === 'Forbidden' ? 'forbidden' : 'broken', code: error.code };
  }
  const parsed = awsError.safeParse(error);
  if (!parsed.success) return null;
  const { name, $metadata } = parsed.data;
  // STS alone says it this way: our own credentials may not assume the read role.
  if (name === 'AccessDenied') return { kind: 'unauthorised', code: 'sts:AssumeRole on the read role: AccessDenied' };
  const kind = kinds[name];
  if (kind !== undefined) return { kind, code: name };
  const status = $metadata?.httpStatusCode;
  if (status === undefined) return null;
  return { kind: status >= 500 ? 'broken' : 'rejected', code: `${name}, ${status}` };
}
