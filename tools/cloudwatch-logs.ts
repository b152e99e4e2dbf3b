import { type FilteredLogEvent, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { z } from 'zod';
import type { Service } from '../src/core/catalogue.ts';
import type { Window } from '../src/core/evidence.ts';
import { defineTool, type ToolContext } from '../src/tool.ts';
import { awsEnvironment, logGroupLink, logsClient } from './aws/client.ts';
import { awsRefusal } from './aws/refusal.ts';
import { orFailure, requestSignal } from './reading/failure.ts';
import { logFinding } from './reading/log-finding.ts';
import { levelOfMessage, type ReadLine } from './reading/log-line.ts';
import { pickServices, serviceInput } from './reading/scope.ts';
import { baselineBefore, probeWindow, readWindow, suspectWindow, windowInput } from './reading/window.ts';

const input = z.object({
  service: serviceInput,
  ...windowInput,
  contains: z
    .string()
    .regex(/^[\w .:/@=,-]{3,80}$/)
    .optional()
    .describe('Only lines that contain this phrase, 3 to 80 characters'),
});

export const tool = defineTool({
  name: 'cloudwatch_logs',
  source: 'aws',
  description:
    'Log lines of one service from CloudWatch Logs, as templates with counts in the window and in an equally long ' +
    'baseline before it. New and surging errors come first.',
  environment: awsEnvironment,
  input,
  probes: ({ scope, window, alert }) =>
    scope
      .filter((service) => service.logGroups.length > 0)
      .slice(0, 12)
      .map((service) => ({
        service: service.id,
        ...probeWindow(suspectWindow(window, alert?.triggeredAtMs ?? null)),
      })),
  connect(environment) {
    const client = logsClient(environment);
    return async (asked, context) => {
      const picked = pickServices([asked.service], context.catalogue);
      if (!picked.ok) return picked.failure;
      const service = picked.value[0];
      if (service === undefined || service.logGroups.length === 0) return noLogGroups(asked.service);
      const window = readWindow(asked, context.nowMs);
      const phrase = asked.contains === undefined ? null : `"${asked.contains}"`;
      const attempt = attemptFor(service, context.nowMs);
      return orFailure({ attempt, signal: context.signal, refusal: awsRefusal }, async () => {
        const { lines, pattern, truncated } = await readLines(client, { service, window, phrase, context });
        const link = logGroupLink(environment.AWS_REGION, service.logGroups[0] ?? '', window);
        return logFinding({ service: service.id, window, lines, query: sayQuery(service, pattern), link, truncated });
      });
    };
  },
});

const noLogGroups = (service: string) =>
  ({
    kind: 'failed',
    reason: `the catalogue names no CloudWatch log group for ${service}`,
    retryable: false,
    blocks: `what ${service} logged`,
    fix: `Add logGroups to ${service} in causeway.yaml, or ask datadog_logs.`,
  }) as const;

const attemptFor = (service: Service, nowMs: number) => ({
  vendor: 'AWS CloudWatch Logs',
  asked: `log events of ${service.logGroups.join(', ')}`,
  nowMs,
  blocks: `what ${service.id} logged`,
  grant: `logs:FilterLogEvents on ${service.logGroups.join(', ')}`,
});

const sayQuery = (service: Service, pattern: string | null): string =>
  service.logGroups
    .map((group) => `filter-log-events ${group}${pattern === null ? '' : ` filterPattern ${pattern}`}`)
    .join('; ');

// Any of these terms: filter pattern syntax for unstructured logs, CloudWatch Logs user guide.
const troublePattern = '?ERROR ?Error ?error ?WARN ?warn ?FATAL ?fatal ?Exception ?panic';

type Reading = {
  readonly service: Service;
  readonly window: Window;
  readonly phrase: string | null;
  readonly context: ToolContext;
};
type Client = ReturnType<typeof logsClient>;

/** Everything in both windows; when that is too much, errors and warnings only, in both, so that counts compare. */
async function readLines(client: Client, reading: Reading) {
  const all = await readBoth(client, reading, reading.phrase);
  if (!all.truncated || reading.phrase !== null) return { ...all, pattern: reading.phrase };
  return { ...(await readBoth(client, reading, troublePattern)), pattern: troublePattern };
}

async function readBoth(client: Client, reading: Reading, pattern: string | null) {
  const windows = [baselineBefore(reading.window), reading.window];
  const parts = await Promise.all(
    reading.service.logGroups
      .slice(0, 5)
      .flatMap((group) => windows.map((window) => readGroup(client, { group, window, pattern }, reading.context))),
  );
  return { lines: parts.flatMap((part) => part.lines), truncated: parts.some((part) => part.truncated) };
}

const pagesMax = 5;

type GroupQuery = { readonly group: string; readonly window: Window; readonly pattern: string | null };

/** At most five pages of up to 10,000 events or 1 MB each (FilterLogEvents' own limit). */
async function readGroup(client: Client, query: GroupQuery, context: ToolContext) {
  const lines: ReadLine[] = [];
  let nextToken: string | undefined;
  for (let page = 0; page < pagesMax; page += 1) {
    const command = new FilterLogEventsCommand({ ...filterOf(query), nextToken });
    const answered = await client.send(command, { abortSignal: requestSignal(context.signal) });
    lines.push(...(answered.events ?? []).flatMap(readEvent));
    nextToken = answered.nextToken;
    if (nextToken === undefined) return { lines, truncated: false };
  }
  return { lines, truncated: true };
}

const filterOf = ({ group, window, pattern }: GroupQuery) => ({
  logGroupName: group,
  startTime: window.fromMs,
  // The API's end is inclusive.
  endTime: window.toMs - 1,
  ...(pattern === null ? {} : { filterPattern: pattern }),
});

const readEvent = ({ timestamp, message }: FilteredLogEvent): ReadLine[] =>
  timestamp === undefined || message === undefined
    ? []
    : [{ atMs: timestamp, level: levelOfMessage(message), message: message.trimEnd() }];
