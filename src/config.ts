import { z } from 'zod';
import { done, failed, type Result } from './core/result.ts';

const flag = z.enum(['on', 'off']);
const seconds = (max: number) => z.coerce.number().int().min(1).max(max);

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
  ANTHROPIC_API_KEY: z.string().min(1).optional().describe('Turns the model on; without it the engine answers alone'),
  ANTHROPIC_BASE_URL: z.url().optional().describe('Any Messages-API-compatible endpoint'),
  CAUSEWAY_MODEL: z.string().min(1).optional().describe('Model id; default a current one'),
  INVESTIGATION_DOLLARS_MAX: z.coerce
    .number()
    .positive()
    .max(100)
    .default(3)
    .describe('Bound per incident, US dollars'),
  INVESTIGATION_SECONDS_MAX: seconds(3600).default(600).describe('Bound per incident, seconds'),
  INVESTIGATION_TOOL_CALLS_MAX: z.coerce
    .number()
    .int()
    .min(1)
    .max(200)
    .default(40)
    .describe('Bound per incident, model tool calls'),
  APPROVE_WITHIN_SECONDS: seconds(86_400).default(900).describe('An approval request expires after this, to no'),
  START_WITHIN_SECONDS: seconds(3600).default(300).describe('An approved plan must start within this'),
  CHANGE_FREEZE: flag.default('off').describe('on: no action may be approved or run'),
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
  if (!validPattern(environment['SLACK_CHANNEL_PATTERN'] ?? ''))
    problems.push('SLACK_CHANNEL_PATTERN: not a regular expression; for example ^inc-.');
  return problems;
}

function validPattern(pattern: string): boolean {
  try {
    new RegExp(pattern, 'u');
    return true;
  } catch {
    return false;
  }
}
