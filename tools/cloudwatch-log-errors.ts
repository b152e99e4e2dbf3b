import type { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { z } from 'zod';
import type { Service } from '../src/core/catalogue.ts';
import type { Window } from '../src/core/evidence.ts';
import { defineTool, type Finding } from '../src/tool.ts';
import { askAws, type Bounds } from './aws/ask.ts';
import { awsEnvironment, logsClient } from './aws/client.ts';
import { insightsLink } from './aws/console-link.ts';
import { type InsightsTest, writeInsights } from './aws/insights-query.ts';
import { groupsMax, noLogGroups, phrasePattern, unfinished } from './aws/log-groups.ts';
import { createLineReader, type LinesRead } from './aws/read-lines.ts';
import { logFinding } from './reading/log-finding.ts';
import { pickServices, serviceInput } from './reading/scope.ts';
import { baselineBefore, readWindow, windowInput } from './reading/window.ts';

const input = z.object({
  service: serviceInput,
  ...windowInput,
  contains: z
    .string()
    .regex(phrasePattern)
    .optional()
    .describe('Lines of any level that contain this phrase, 3 to 80 characters; absent: errors and warnings'),
  without: z.string().regex(phrasePattern).optional().describe('Leave out lines that contain this phrase: known noise'),
});
type Asked = z.output<typeof input>;

export const tool = defineTool({
  name: 'cloudwatch_log_errors',
  source: 'aws',
  description:
    'Errors and warnings of one busy service from CloudWatch Logs Insights, as templates with counts in the window and in ' +
    'an equally long baseline before it. Reads far more lines than cloudwatch_logs, and AWS charges for what it scans.',
  environment: awsEnvironment,
  input,
  // Insights costs money for every byte it scans: cloudwatch_logs looks first.
  probes: () => [],
  connect(environment) {
    const client = logsClient(environment);
    return async (asked, context) => {
      const picked = pickServices([asked.service], context.catalogue);
      if (!picked.ok) return picked.failure;
      const service = picked.value[0];
      if (service === undefined || service.logGroups.length === 0) return noLogGroups(picked.value);
      const window = readWindow(asked, context.nowMs);
      const attempt = attemptFor(service, context.nowMs);
      return askAws({ attempt, signal: context.signal, timeoutMs: context.timeoutMs }, async (bounds) => {
        const groups = service.logGroups.slice(0, groupsMax);
        const read = await readBoth(client, { asked, groups, window }, bounds);
        if (read.lines.length === 0 && read.truncated) return unfinished(attempt);
        const finding = logFinding({
          service: service.id,
          window,
          lines: read.lines,
          query: read.query,
          link: insightsLink(environment.AWS_REGION, { query: read.query, groups, window }),
          truncated: read.truncated,
          linesAre: asked.contains === undefined ? 'lines with a word of trouble' : 'lines with the phrase',
          notes: read.notes,
          totals: read.totals,
        });
        return scaled(finding, read);
      });
    };
  },
});

const attemptFor = (service: Service, nowMs: number) => ({
  vendor: 'AWS CloudWatch Logs',
  asked: `errors in ${service.logGroups.join(', ')}`,
  nowMs,
  blocks: `which errors of ${service.id} are new or surging`,
  grant: `logs:StartQuery, logs:GetQueryResults, logs:StopQuery (or logs:FilterLogEvents) on ${service.logGroups.join(', ')}`,
});

/** Substrings: Insights compares case by case. */
const troubleWords =
  'ERROR,Error,error,WARN,Warn,warn,FATAL,Fatal,fatal,CRITICAL,SEVERE,Exception,exception,panic,Traceback,timed out'.split(
    ',',
  );

function testsOf({ contains, without }: Asked): readonly InsightsTest[] {
  const wanted: InsightsTest =
    contains === undefined
      ? { kind: 'any', tests: troubleWords.map((text) => ({ kind: 'contains', field: '@message', text })) }
      : { kind: 'contains', field: '@message', text: contains };
  return [wanted, ...(without === undefined ? [] : [{ kind: 'lacks', field: '@message', text: without } as const])];
}

type Reading = { readonly asked: Asked; readonly groups: readonly string[]; readonly window: Window };

async function readBoth(client: CloudWatchLogsClient, { asked, groups, window }: Reading, bounds: Bounds) {
  const query = writeInsights({
    fields: ['@timestamp', '@message', '@logStream'],
    where: testsOf(asked),
    // Where not everything can be read, what is wrong now is worth more than how it began.
    sort: { field: '@timestamp', direction: 'desc' },
  });
  const phrases = { contains: asked.contains ?? null, without: asked.without ?? null };
  const read = createLineReader(client, { query, groups, phrases }, bounds);
  const [during, before] = await Promise.all([read(window), read(baselineBefore(window))]);
  return {
    lines: [...before.lines, ...during.lines].toSorted((one, other) => one.atMs - other.atMs),
    query,
    truncated: !during.whole || !before.whole,
    totals: { matched: during.matched, baselineMatched: before.matched },
    read: { during: during.lines.length, before: before.lines.length },
    notes: [
      ...notesOf(during, before),
      ...(asked.without === undefined ? [] : ['lines with the noise phrase left out']),
    ],
  };
}

type BothRead = Awaited<ReturnType<typeof readBoth>>;

/**
 * Where more matched than was read, what was read is alike in both windows and a surge would look flat: the engine gets
 * counts in proportion to what matched, and the sentence starts with that.
 */
function scaled(finding: Finding, { totals, read }: BothRead): Finding {
  const cut = totals.matched > read.during || totals.baselineMatched > read.before;
  if (finding.kind !== 'found' || !cut) return finding;
  const during = totals.matched / Math.max(1, read.during);
  const before = totals.baselineMatched / Math.max(1, read.before);
  const logs = (finding.signals.logs ?? []).map((template) => ({
    ...template,
    count: Math.round(template.count * during),
    baselineCount: Math.round(template.baselineCount * before),
  }));
  const says = `${totals.matched} lines match (${totals.baselineMatched} before), ${read.during} and ${read.before} of them were read: `;
  return { ...finding, headline: [says, ...finding.headline], signals: { logs } };
}

function notesOf(during: LinesRead, before: LinesRead): readonly string[] {
  const refused = during.insteadOf ?? before.insteadOf;
  const megabytes = Math.ceil((during.bytesScanned + before.bytesScanned) / 100_000) / 10;
  return [
    ...(refused === null ? [] : [`Insights did not answer (${refused}): read by filter-log-events instead`]),
    ...(megabytes > 0 ? [`Insights scanned ${megabytes} MB`] : []),
    ...(during.running || before.running ? ['Insights still ran when time was up: what it had found so far'] : []),
    ...(during.matched > during.lines.length
      ? [`${during.lines.length} of ${during.matched} matching lines read, the newest: leave noise out by "without"`]
      : []),
    ...(before.matched > before.lines.length
      ? [`before: ${before.lines.length} of ${before.matched} matching lines read`]
      : []),
  ];
}
