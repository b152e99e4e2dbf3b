import { z } from 'zod';
import type { Chart, Window } from '../src/core/evidence.ts';
import { taint } from '../src/core/tainted.ts';
import type { Series } from '../src/rootcause/telemetry.ts';
import { defineTool, type Finding } from '../src/tool.ts';
import { datadogClient, datadogEnvironment } from './datadog/client.ts';
import { countGroups, countOverTime, type GroupCounts, type GroupSeries, groupsMax } from './datadog/log-counts.ts';
import { anyOf, legendOf, phraseInput } from './datadog/search-term.ts';
import { orFailure } from './reading/failure.ts';
import { fitView } from './reading/fit-view.ts';
import { httpRefusal } from './reading/http-error.ts';
import { levelOf } from './reading/log-line.ts';
import { datadogTag, pickServices, serviceInput } from './reading/scope.ts';
import { baselineBefore, readWindow, sayWindow, windowInput } from './reading/window.ts';

const input = z.object({
  service: serviceInput,
  by: z
    .string()
    .regex(/^(?:status|host|version|source|@[A-Za-z_][\w.-]{0,79})$/)
    .default('status')
    .describe('Count by status, host, version, source or an attribute such as @http.status_code'),
  status: z.enum(['error', 'warn', 'info', 'debug']).optional().describe('Only lines of this status'),
  contains: phraseInput.optional(),
  ...windowInput,
});

export const tool = defineTool({
  name: 'datadog_log_counts',
  source: 'datadog',
  description:
    'How many log lines one service wrote, counted by status, host, version or an attribute, in a window and in an ' +
    'equally long baseline before it. All indexed lines are counted, where datadog_logs may read a part.',
  environment: datadogEnvironment,
  input,
  // datadog_logs is the probe; counts are worth asking when its reading was cut or one attribute matters.
  probes: () => [],
  connect(environment) {
    const client = datadogClient(environment);
    return async (asked, context) => {
      const picked = pickServices([asked.service], context.catalogue);
      if (!picked.ok) return picked.failure;
      const window = readWindow(asked, context.nowMs);
      const query = [
        anyOf('service', picked.value.map(datadogTag)),
        anyOf('env', [context.catalogue.environment]),
        ...(asked.status === undefined ? [] : [`status:${asked.status}`]),
        ...(asked.contains === undefined ? [] : [`"${asked.contains}"`]),
      ].join(' ');
      const attempt = {
        vendor: 'Datadog',
        asked: `counts by ${asked.by} of logs matching ${query}`,
        nowMs: context.nowMs,
        blocks: `how many lines of which kind ${asked.service} logged`,
        grant: 'the scopes logs_read_data and logs_read_index_data',
      };
      return orFailure({ attempt, signal: context.signal, refusal: httpRefusal }, async () => {
        const ask = client.asking(context.signal);
        const before = baselineBefore(window);
        const counting = { query, by: asked.by };
        const [during, baseline, series] = await Promise.all([
          countGroups(ask, { ...counting, window }),
          countGroups(ask, { ...counting, window: before }),
          countOverTime(ask, { ...counting, window: { fromMs: before.fromMs, toMs: window.toMs } }),
        ]);
        const range = { from_ts: String(window.fromMs), to_ts: String(window.toMs), live: 'false' };
        const page = { query, agg_q: asked.by, viz: 'toplist', ...range };
        const source = { query: `${query} | count by ${asked.by}`, window, link: client.link('/logs', page) };
        return countFinding({ service: asked.service, by: asked.by, during, baseline, series }, source);
      });
    };
  },
});

type Counted = {
  readonly service: string;
  readonly by: string;
  readonly during: GroupCounts;
  readonly baseline: GroupCounts;
  readonly series: readonly GroupSeries[];
};
type Source = { readonly query: string; readonly window: Window; readonly link: string };
/** `baselineCount` is null when the baseline's list was cut before this value. */
type Group = { readonly value: string; readonly count: number; readonly baselineCount: number | null };

function countFinding(counted: Counted, source: Source): Finding {
  const { service, by, during, baseline } = counted;
  const groups = groupsOf(counted);
  if (groups.length === 0) {
    const searched = `log lines of ${service} by ${by}, ${sayWindow(source.window)}, and an equal length before`;
    return { kind: 'empty', searched, ...source };
  }
  const lines = sum(during.counts);
  const baselineLines = sum(baseline.counts);
  const truncated = [during, baseline].some((one) => one.partial || one.counts.size >= groupsMax);
  return {
    kind: 'found',
    result: { service, by, lines, baselineLines, groups, steps: counted.series.map((one) => ({ ...one })) },
    provenance: 'B',
    ...source,
    headline: headlineOf(counted, groups),
    chart: chartOf(counted),
    view: fitView({
      head: [
        `log lines of ${service} by ${by}, ${sayWindow(source.window)}; baseline: equal length before`,
        `lines ${lines} (before ${baselineLines}); lines without ${by} are not counted`,
        ...(truncated ? [`only the ${groupsMax} most frequent values were read, or Datadog ran out of time`] : []),
        'count / before / value',
      ],
      rows: groups.map(rowOf),
      things: 'values',
    }),
    signals: { series: errorSeries(counted) },
    truncated,
  };
}

const sum = (counts: ReadonlyMap<string, number>): number => [...counts.values()].reduce((all, one) => all + one, 0);

/** The most changed first. */
function groupsOf({ during, baseline }: Counted): readonly Group[] {
  const values = [...new Set([...during.counts.keys(), ...baseline.counts.keys()])];
  const whenMissing = baseline.counts.size >= groupsMax ? null : 0;
  const groups = values.map((value) => ({
    value,
    count: during.counts.get(value) ?? 0,
    baselineCount: baseline.counts.get(value) ?? whenMissing,
  }));
  return groups.toSorted((one, other) => changed(other) - changed(one) || other.count - one.count);
}

/** In lines beyond what chance explains: counts vary by their square root. */
const changed = ({ count, baselineCount }: Group): number =>
  baselineCount === null ? 0 : Math.abs(count - baselineCount) / Math.sqrt(count + baselineCount + 1);

const clearlyChanged = 3;

function headlineOf({ service, by, during, baseline }: Counted, groups: readonly Group[]) {
  const says = `${service} logged ${sum(during.counts)} lines (${sum(baseline.counts)} before)`;
  const top = groups[0];
  if (top === undefined || changed(top) < clearlyChanged) return [`${says}; no ${by} clearly changed.`];
  return [`${says}; most changed ${by}, from ${top.baselineCount} to ${top.count}: `, taint(top.value.slice(0, 120))];
}

const rowOf = ({ value, count, baselineCount }: Group): string =>
  `${count} / ${baselineCount ?? 'not read'} / ${value.slice(0, 200)}`;

function chartOf({ service, series, by }: Counted): Chart | null {
  const shown = series.filter(({ points }) => points.length > 1).slice(0, 4);
  if (shown.length === 0) return null;
  const lines = shown.map(({ group, points }, place) => ({ name: legendOf(group, place), points }));
  return { title: `log lines of ${service} by ${by}`, unit: 'lines', series: lines, marks: [] };
}

/** Lines of error statuses over time: the engine reads when they began. */
function errorSeries({ service, by, series }: Counted): readonly Series[] {
  if (by !== 'status') return [];
  return series.flatMap(({ group, points }) =>
    levelOf(group) === 'error' && points.length > 1 ? [{ service, metric: `log_lines_${group}`, points }] : [],
  );
}
