import { z } from 'zod';
import type { Service } from '../src/core/catalogue.ts';
import type { Window } from '../src/core/evidence.ts';
import { defineTool } from '../src/tool.ts';
import { askAws, type Bounds } from './aws/ask.ts';
import { awsEnvironment, logsClient } from './aws/client.ts';
import { logGroupLink } from './aws/console-link.ts';
import { readEvents, troublePattern } from './aws/filter-events.ts';
import { groupsMax, noLogGroups, phrasePattern, unfinished } from './aws/log-groups.ts';
import { logFinding } from './reading/log-finding.ts';
import { pickServices, serviceInput } from './reading/scope.ts';
import { baselineBefore, probeWindow, readWindow, suspectWindow, windowInput } from './reading/window.ts';

const input = z.object({
  service: serviceInput,
  ...windowInput,
  contains: z
    .string()
    .regex(phrasePattern)
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
      if (service === undefined || service.logGroups.length === 0) return noLogGroups(picked.value);
      const window = readWindow(asked, context.nowMs);
      const phrase = asked.contains === undefined ? null : `"${asked.contains}"`;
      const attempt = attemptFor(service, context.nowMs);
      return askAws({ attempt, signal: context.signal, timeoutMs: context.timeoutMs }, async (bounds) => {
        const { lines, pattern, truncated } = await readLines(client, { service, window, phrase, bounds });
        if (lines.length === 0 && truncated) return unfinished(attempt);
        const link = logGroupLink(environment.AWS_REGION, service.logGroups[0] ?? '', window);
        return logFinding({ service: service.id, window, lines, query: sayQuery(service, pattern), link, truncated });
      });
    };
  },
});

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

type Reading = {
  readonly service: Service;
  readonly window: Window;
  readonly phrase: string | null;
  readonly bounds: Bounds;
};
type Client = ReturnType<typeof logsClient>;

const pagesMax = 5;

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
      .slice(0, groupsMax)
      .flatMap((group) =>
        windows.map((window) => readEvents(client, { group, window, pattern, pagesMax }, reading.bounds)),
      ),
  );
  return { lines: parts.flatMap((part) => part.items), truncated: parts.some((part) => part.truncated) };
}
