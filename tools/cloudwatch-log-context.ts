import { z } from 'zod';
import type { Service } from '../src/core/catalogue.ts';
import { defineTool, type Finding } from '../src/tool.ts';
import { askAws } from './aws/ask.ts';
import { awsEnvironment, logsClient } from './aws/client.ts';
import { insightsLink, logGroupLink } from './aws/console-link.ts';
import { contextFinding } from './aws/context-finding.ts';
import { type ContextRead, readAround, readCarrying } from './aws/log-context.ts';
import { groupsMax, noLogGroups, unfinished } from './aws/log-groups.ts';
import { pickServices, servicesInput } from './reading/scope.ts';
import { readWindow, windowInput } from './reading/window.ts';

const input = z
  .object({
    services: servicesInput,
    ...windowInput,
    at: z.iso
      .datetime({ offset: true })
      .optional()
      .describe('The lines nearest before and after this moment inside the window, ISO 8601 with zone'),
    id: z
      .string()
      .regex(/^[\w:.-]{6,128}$/)
      .optional()
      .describe('Every line that carries this request id or trace id, 6 to 128 characters'),
    stream: z
      .string()
      .regex(/^[\w./[\]$#=@-]{1,256}$/)
      .optional()
      .describe('Only this log stream: one container or one function instance; with at only'),
  })
  .refine(({ at, id }) => (at === undefined) !== (id === undefined), { error: 'give either at or id' });
type Asked = z.output<typeof input>;

export const tool = defineTool({
  name: 'cloudwatch_log_context',
  source: 'aws',
  description:
    'Log lines as written, in time order, from CloudWatch Logs: those around one moment, or every line that carries one ' +
    'request id or trace id, across the log groups of several services. Use it after an error is known.',
  environment: awsEnvironment,
  input,
  // Nothing can be asked before somebody knows a moment or an id.
  probes: () => [],
  connect(environment) {
    const client = logsClient(environment);
    return async (asked, context) => {
      const picked = pickServices(asked.services, context.catalogue);
      if (!picked.ok) return picked.failure;
      const sources = sourcesOf(picked.value);
      if (sources.length === 0) return noLogGroups(picked.value);
      const window = readWindow(asked, context.nowMs);
      const attempt = attemptFor(asked, sources, context.nowMs);
      return askAws(
        { attempt, signal: context.signal, timeoutMs: context.timeoutMs },
        async (bounds): Promise<Finding> => {
          const reading = { client, sources, window, bounds };
          const { at, id, stream } = asked;
          const read: ContextRead =
            id === undefined
              ? await readAround(reading, { atMs: Date.parse(at ?? asked.to), stream })
              : await readCarrying(reading, id);
          if (read.lines.length === 0 && read.truncated) return unfinished(attempt);
          const groups = sources.map(({ group }) => group);
          const region = environment.AWS_REGION;
          const link =
            read.insights === null
              ? logGroupLink(region, groups[0] ?? '', window)
              : insightsLink(region, { query: read.insights, groups, window });
          return contextFinding(read, { about: aboutOf(asked), window, link });
        },
      );
    };
  },
});

/** Every group of every service, as many as are read at most for one. */
const sourcesOf = (services: readonly Service[]) =>
  services.flatMap((service) => service.logGroups.slice(0, groupsMax).map((group) => ({ service: service.id, group })));

const aboutOf = ({ id, at, stream, services }: Asked) => ({
  services,
  says:
    id === undefined ? `around ${at ?? ''}${stream === undefined ? '' : ` in stream ${stream}`}` : `that carry ${id}`,
  atMs: at === undefined ? null : Date.parse(at),
});

function attemptFor(asked: Asked, sources: readonly { readonly group: string }[], nowMs: number) {
  const groups = sources.map(({ group }) => group).join(', ');
  const insights = asked.id === undefined ? '' : 'logs:StartQuery, logs:GetQueryResults, logs:StopQuery or ';
  return {
    vendor: 'AWS CloudWatch Logs',
    asked: `lines ${aboutOf(asked).says} in ${groups}`,
    nowMs,
    blocks: 'what was logged next to the failure',
    grant: `${insights}logs:FilterLogEvents on ${groups}`,
  };
}
