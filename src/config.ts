import { z } from 'zod';
import { modelProblems } from './core/model-settings.ts';
import { done, failed, type Result } from './core/result.ts';

const flag = z.enum(['on', 'off']);
const seconds = (max: number) => z.coerce.number().int().min(1).max(max);

const bound = (standard: number, of: string) =>
  z.coerce.number().positive().max(1_000_000_000).default(standard).describe(of);

/** Bounds over all looks at an incident, and over all incidents of a UTC day (`core/spending.ts`). */
const sharedBounds = {
  INCIDENT_DOLLARS_MAX: bound(15, 'Bound per incident, all looks at it together, US dollars'),
  INCIDENT_INPUT_TOKENS_MAX: bound(10_000_000, 'Bound per incident, model input tokens, cached ones too'),
  INCIDENT_OUTPUT_TOKENS_MAX: bound(300_000, 'Bound per incident, model output tokens'),
  INCIDENT_SECONDS_MAX: bound(3_600, 'Bound per incident, seconds the model investigates'),
  INCIDENT_TOOL_CALLS_MAX: bound(200, 'Bound per incident, reads the model asks for'),
  INCIDENT_VENDOR_CALLS_MAX: bound(2_000, 'Bound per incident, requests to vendors'),
  DAY_DOLLARS_MAX: bound(50, 'Bound per UTC day over all incidents, US dollars'),
  DAY_INPUT_TOKENS_MAX: bound(60_000_000, 'Bound per UTC day, model input tokens, cached ones too'),
  DAY_OUTPUT_TOKENS_MAX: bound(1_500_000, 'Bound per UTC day, model output tokens'),
  DAY_SECONDS_MAX: bound(36_000, 'Bound per UTC day, seconds the model investigates'),
  DAY_TOOL_CALLS_MAX: bound(1_500, 'Bound per UTC day, reads the model asks for'),
  DAY_VENDOR_CALLS_MAX: bound(20_000, 'Bound per UTC day, requests to vendors'),
};

/** Where models are, other than at ANTHROPIC_BASE_URL. Credentials of AWS and Google come from their own chains. */
const modelVariables = {
  CAUSEWAY_MODELS: z
    .string()
    .min(1)
    .optional()
    .describe('Models, first to last to take over: anthropic:ID, bedrock:ID, vertex:ID, compatible:ID, with commas'),
  CAUSEWAY_DIGEST_MODEL: z
    .string()
    .min(1)
    .optional()
    .describe('A small model that shortens long results, as one item of CAUSEWAY_MODELS; unset: none'),
  COMPATIBLE_BASE_URL: z
    .url()
    .regex(/^(?!.*\/v1\/?$)/u, 'leave /v1 out')
    .optional()
    .describe('Server of compatible: models that speaks the Messages API (Ollama, vLLM), without /v1'),
  COMPATIBLE_API_KEY: z.string().min(1).optional().describe('Key of that server; unset: none is sent'),
  COMPATIBLE_PRICE: z
    .string()
    .regex(/^\d+(?:\.\d+)?\/\d+(?:\.\d+)?$/u, 'write INPUT/OUTPUT')
    .optional()
    .describe('Its price, as 0.5/2: US dollars per million tokens in and out; default the dearest known'),
  AWS_REGION: z.string().min(1).optional().describe('Region of bedrock: models; the AWS chain finds the credentials'),
  ANTHROPIC_BEDROCK_BASE_URL: z.url().optional().describe('Another endpoint of Amazon Bedrock'),
  CLOUD_ML_REGION: z.string().min(1).optional().describe('Region of vertex: models, or global'),
  ANTHROPIC_VERTEX_PROJECT_ID: z
    .string()
    .min(1)
    .optional()
    .describe('Project of vertex: models; Application Default Credentials sign in'),
  ANTHROPIC_VERTEX_BASE_URL: z.url().optional().describe('Another endpoint of Vertex AI'),
};

/** Every variable the process reads for itself. Tools and actions declare their own next to their code. */
export const Environment = z.object({
  PORT: z.coerce.number().int().min(0).max(65_535).default(3000).describe('Port of the web page, events and webhooks'),
  HOST: z.string().default('127.0.0.1').describe('Address to listen on'),
  PUBLIC_URL: z.url().optional().describe('Base URL people reach the page at; default http://HOST:PORT'),
  CAUSEWAY_HOME: z.string().default('.causeway').describe('Directory of the embedded store'),
  CAUSEWAY_CONFIG: z.string().optional().describe('Path of causeway.yaml; without it the local lab runs'),
  DATABASE_URL: z
    .url({ protocol: /^postgres(?:ql)?$/u })
    .optional()
    .describe('PostgreSQL 15+; unset: the embedded store'),
  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'silent'])
    .default('info')
    .describe('Log level, to stderr'),
  BOT_NAME: z
    .string()
    .regex(/^[a-z][a-z0-9-]{1,30}$/u)
    .default('causeway')
    .describe('The name people mention'),
  SLACK_BOT_TOKEN: z.string().startsWith('xoxb-').optional().describe('Slack bot token; turns Slack on'),
  SLACK_APP_TOKEN: z.string().startsWith('xapp-').optional().describe('Slack app token; Socket Mode instead of HTTP'),
  SLACK_SIGNING_SECRET: z.string().min(8).optional().describe('Slack signing secret; needed for HTTP'),
  SLACK_API_URL: z.url().optional().describe('Slack API base URL, for a proxy'),
  SLACK_CHANNEL_PATTERN: z.string().default('^inc-').describe('Channels to join by name, a regular expression'),
  MICROSOFT_APP_ID: z.uuid().optional().describe('Teams bot app id; turns Teams on'),
  MICROSOFT_APP_PASSWORD: z.string().min(1).optional().describe('Teams bot secret'),
  MICROSOFT_APP_TENANT_ID: z.uuid().optional().describe('Entra tenant of the Teams bot'),
  CAUSEWAY_SECRET: z
    .string()
    .min(32)
    .optional()
    .describe('Seals buttons and cookies; the same on every replica. Default: made once and kept'),
  RAW_RETENTION_DAYS: z.coerce
    .number()
    .int()
    .min(1)
    .max(3_650)
    .default(30)
    .describe('Days that prompts, answers and tapes of investigations are kept for replay; the audit log stays'),
  OIDC_ISSUER: z
    .url()
    .refine((url) => /^https:|^http:\/\/(?:127\.0\.0\.1|localhost)[:/]/u.test(`${url}/`), 'an https address')
    .optional()
    .describe('OpenID Connect issuer people sign in with to approve high-risk plans'),
  OIDC_CLIENT_ID: z.string().min(1).optional().describe('Client id at that issuer'),
  OIDC_CLIENT_SECRET: z.string().min(1).optional().describe('Client secret; unset for a public client'),
  OIDC_PERSON_CLAIM: z
    .enum(['email', 'sub', 'preferred_username', 'oid'])
    .default('email')
    .describe('The claim that accounts.oidc of the directory has'),
  OIDC_ACR: z.string().min(1).optional().describe('Authentication context that a sign-in must have met'),
  OIDC_AMR: z.string().min(1).optional().describe('Authentication method that a sign-in must have used, such as mfa'),
  ANTHROPIC_API_KEY: z.string().min(1).optional().describe('Turns the model on; without it the engine answers alone'),
  ANTHROPIC_BASE_URL: z.url().optional().describe('Any Messages-API-compatible endpoint'),
  CAUSEWAY_MODEL: z.string().min(1).optional().describe('Model id; default a current one'),
  ...modelVariables,
  INVESTIGATION_DOLLARS_MAX: z.coerce
    .number()
    .positive()
    .max(100)
    .default(3)
    .describe('Bound per look at an incident, US dollars'),
  PROBE_SECONDS_MAX: seconds(60).default(8).describe('How long one read of the first look may take, seconds'),
  INVESTIGATION_SECONDS_MAX: seconds(3600).default(600).describe('Bound per look at an incident, seconds'),
  INVESTIGATION_TOOL_CALLS_MAX: z.coerce
    .number()
    .int()
    .min(1)
    .max(200)
    .default(40)
    .describe('Bound per look at an incident, model tool calls'),
  ...sharedBounds,
  APPROVE_WITHIN_SECONDS: seconds(86_400).default(900).describe('An approval request expires after this, to no'),
  START_WITHIN_SECONDS: seconds(3600).default(300).describe('An approved plan must start within this'),
  CHANGE_FREEZE: flag.default('off').describe('on: no action may be approved or run'),
  REDACT_PERSONAL_DATA: flag.default('on').describe('off: personal data stays as it is; secrets never do'),
  REDACT_IP_ADDRESSES: z
    .enum(['keep', 'pseudonymise'])
    .default('keep')
    .describe('pseudonymise: IP addresses become stable tokens too'),
  REDACT_CANARIES: z
    .string()
    .min(8)
    .optional()
    .describe('Values that must never leave, besides all credentials here; separated by blanks'),
});
export type Environment = z.output<typeof Environment>;

/** The parsed environment, or every problem at once, each with its fix. Empty variables count as unset. */
export function readEnvironment(variables: {
  readonly [name: string]: string | undefined;
}): Result<Environment, readonly string[]> {
  const given = Object.fromEntries(
    Object.entries(variables).filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = Environment.safeParse(given);
  const problems = [...(parsed.error?.issues ?? []).map(problemOf), ...combinations(given)];
  return parsed.success && problems.length === 0 ? done(parsed.data) : failed(problems);
}

function problemOf({ path, message }: { path: readonly PropertyKey[]; message: string }): string {
  const name = String(path[0]);
  const shape = Environment.shape[name as keyof typeof Environment.shape];
  return `${name}: ${message}. ${shape?.description ?? ''}. Fix it or unset it.`;
}

/** Variables that need each other. */
function combinations(environment: { readonly [name: string]: string | undefined }): readonly string[] {
  const { SLACK_BOT_TOKEN, SLACK_APP_TOKEN, SLACK_SIGNING_SECRET, MICROSOFT_APP_ID, MICROSOFT_APP_PASSWORD } =
    environment;
  const problems: string[] = [];
  if (SLACK_BOT_TOKEN && !SLACK_APP_TOKEN && !SLACK_SIGNING_SECRET) {
    problems.push(
      'SLACK_APP_TOKEN: set it for Socket Mode, or SLACK_SIGNING_SECRET for HTTP; SLACK_BOT_TOKEN alone cannot receive.',
    );
  }
  if (!SLACK_BOT_TOKEN && (SLACK_APP_TOKEN || SLACK_SIGNING_SECRET)) {
    problems.push('SLACK_BOT_TOKEN: missing; the other Slack variables need it. Set it or unset them.');
  }
  if (Boolean(MICROSOFT_APP_ID) !== Boolean(MICROSOFT_APP_PASSWORD)) {
    problems.push('MICROSOFT_APP_ID and MICROSOFT_APP_PASSWORD: set both, or neither.');
  }
  if (Boolean(environment['OIDC_ISSUER']) !== Boolean(environment['OIDC_CLIENT_ID'])) {
    problems.push('OIDC_ISSUER and OIDC_CLIENT_ID: set both, or neither.');
  }
  if (environment['OIDC_ISSUER'] && !environment['PUBLIC_URL']) {
    problems.push('PUBLIC_URL: missing; people who sign in with OIDC_ISSUER come back to it.');
  }
  if (!validPattern(environment['SLACK_CHANNEL_PATTERN'] ?? ''))
    problems.push('SLACK_CHANNEL_PATTERN: not a regular expression; for example ^inc-.');
  return [...problems, ...modelProblems(environment)];
}

function validPattern(pattern: string): boolean {
  try {
    new RegExp(pattern, 'u');
    return true;
  } catch {
    return false;
  }
}
