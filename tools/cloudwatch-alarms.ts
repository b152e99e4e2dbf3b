import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { z } from 'zod';
import type { Window } from '../src/core/evidence.ts';
import { defineTool, type Finding } from '../src/tool.ts';
import { alarmsFinding } from './aws/alarm-finding.ts';
import { type Alarms, describeAlarms, readTransitions, type Transition } from './aws/alarms.ts';
import { askAws, type Bounds } from './aws/ask.ts';
import { awsEnvironment, metricsClient } from './aws/client.ts';
import { alarmLink } from './aws/console-link.ts';
import { pickServices, servicesInput } from './reading/scope.ts';
import { isoTime, probeWindow, readWindow, windowInput } from './reading/window.ts';

const input = z.object({
  services: servicesInput,
  ...windowInput,
  prefix: z
    .string()
    .regex(/^[\w ./:@=#,+()[\]-]{1,200}$/)
    .optional()
    .describe('Every alarm whose name starts so, in any state; absent: what alarms now or changed in the window'),
});
type Asked = z.output<typeof input>;

export const tool = defineTool({
  name: 'cloudwatch_alarms',
  readsMonitors: true,
  source: 'aws',
  description:
    'CloudWatch alarms, composite ones among them: what alarms now, its condition, and when alarms changed their state in ' +
    'the window. Alarms of the asked services come first; the rest of the account is listed after them.',
  environment: awsEnvironment,
  input,
  // Two requests for a whole account, however many alarms it has.
  probes: ({ scope, window }) =>
    scope.length === 0 ? [] : [{ services: scope.slice(0, 20).map((service) => service.id), ...probeWindow(window) }],
  connect(environment) {
    const client = metricsClient(environment);
    return async (asked, context) => {
      const picked = pickServices(asked.services, context.catalogue);
      if (!picked.ok) return picked.failure;
      const window = readWindow(asked, context.nowMs);
      const attempt = {
        vendor: 'AWS CloudWatch',
        asked: `alarms${asked.prefix === undefined ? '' : ` whose names start with ${asked.prefix}`} and their history`,
        nowMs: context.nowMs,
        blocks: 'what alarms now and since when',
        grant: 'cloudwatch:DescribeAlarms, cloudwatch:DescribeAlarmHistory',
      };
      return askAws(
        { attempt, signal: context.signal, timeoutMs: context.timeoutMs },
        async (bounds): Promise<Finding> => {
          const read = await readAlarms(client, { asked, window }, bounds);
          const only = read.alarms.metric.length === 1 ? (read.alarms.metric[0]?.AlarmName ?? null) : null;
          return alarmsFinding(read, {
            services: asked.services,
            catalogue: context.catalogue,
            window,
            query: sayQuery(asked, window),
            link: alarmLink(environment.AWS_REGION, only),
          });
        },
      );
    };
  },
});

const namesMax = 100;

/** What alarms now, and by name what no longer does but changed in the window. */
async function readAlarms(
  client: CloudWatchClient,
  { asked, window }: { asked: Asked; window: Window },
  bounds: Bounds,
) {
  const filter = asked.prefix === undefined ? inAlarm : { by: 'prefix' as const, prefix: asked.prefix };
  const [first, history] = await Promise.all([
    describeAlarms(client, filter, bounds),
    readTransitions(client, { window, alarm: null }, bounds),
  ]);
  const transitions = history.items.filter(({ alarm }) => alarm.startsWith(asked.prefix ?? ''));
  const calm = asked.prefix === undefined ? calmedDown(first, transitions) : [];
  const second =
    calm.length === 0 ? null : await describeAlarms(client, { by: 'names', names: calm.slice(0, namesMax) }, bounds);
  return {
    alarms: {
      metric: [...first.metric, ...(second?.metric ?? [])],
      composite: [...first.composite, ...(second?.composite ?? [])],
    },
    transitions,
    truncated: first.truncated || history.truncated || calm.length > namesMax,
  };
}

const inAlarm = { by: 'state', state: 'ALARM' } as const;

function calmedDown(alarms: Alarms, transitions: readonly Transition[]): readonly string[] {
  const known = new Set([...alarms.metric, ...alarms.composite].map(({ AlarmName }) => AlarmName));
  return [...new Set(transitions.map(({ alarm }) => alarm))].filter((name) => !known.has(name));
}

const sayQuery = ({ prefix }: Asked, window: Window): string =>
  [
    `aws cloudwatch describe-alarms ${prefix === undefined ? '--state-value ALARM' : `--alarm-name-prefix '${prefix}'`}`,
    `aws cloudwatch describe-alarm-history --history-item-type StateUpdate --start-date ${isoTime(window.fromMs)} --end-date ${isoTime(window.toMs)}`,
  ].join('; ');
