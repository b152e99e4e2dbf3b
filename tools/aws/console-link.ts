/** Deep links into the AWS console, built from configuration only: the caller signs in there with their own account. */
import type { Window } from '../../src/core/evidence.ts';
import { isoTime } from '../reading/window.ts';

const cloudwatch = (region: string): string =>
  `https://${region}.console.aws.amazon.com/cloudwatch/home?region=${region}`;

// The console's fragment encodes twice with `$` for `%`: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/
const consoleEncode = (text: string): string => encodeURIComponent(encodeURIComponent(text)).replaceAll('%', '$');

/** The log group's page in the AWS console, limited to the window. */
export function logGroupLink(region: string, group: string, window: Window): string {
  const query = consoleEncode(`?start=${window.fromMs}&end=${window.toMs}`).replaceAll('$25', '$');
  return `${cloudwatch(region)}#logsV2:log-groups/log-group/${consoleEncode(group)}/log-events${query}`;
}

/** The list of log groups whose names contain `search`. */
export const logGroupsLink = (region: string, search: string): string =>
  `${cloudwatch(region)}#logsV2:log-groups${search === '' ? '' : `$3FlogGroupNameFilter$3D${consoleEncode(search)}`}`;

/** Logs Insights with the query, its groups and its window filled in. */
export function insightsLink(
  region: string,
  { query, groups, window }: { query: string; groups: readonly string[]; window: Window },
): string {
  const detail = consoleObject([
    ['end', isoTime(window.toMs)],
    ['start', isoTime(window.fromMs)],
    ['timeType', 'ABSOLUTE'],
    ['tz', 'UTC'],
    ['editorString', query],
    ['source', groups],
  ]);
  return `${cloudwatch(region)}#logsV2:logs-insights$3FqueryDetail$3D${detail}`;
}

export type GraphedMetric = {
  readonly namespace: string;
  readonly metric: string;
  readonly dimensions: readonly { readonly name: string; readonly value: string }[];
};

/** The metrics page with these series drawn over the window. */
export function metricLink(
  region: string,
  { metrics, stat, periodSeconds, window }: MetricGraph & { metrics: readonly GraphedMetric[] },
): string {
  const rows = metrics.map(({ namespace, metric, dimensions }) =>
    consoleList([namespace, metric, ...dimensions.flatMap(({ name, value }) => [name, value])]),
  );
  const graph = [
    `metrics~(~${rows.join('~')})`,
    `view~${consoleString('timeSeries')}`,
    `region~${consoleString(region)}`,
    `stat~${consoleString(stat)}`,
    `period~${periodSeconds}`,
    `start~${consoleString(isoTime(window.fromMs))}`,
    `end~${consoleString(isoTime(window.toMs))}`,
  ];
  return `${cloudwatch(region)}#metricsV2:graph=~(${graph.join('~')})`;
}

type MetricGraph = { readonly stat: string; readonly periodSeconds: number; readonly window: Window };

/** One alarm's page; the list of alarms where `name` is null. */
export const alarmLink = (region: string, name: string | null): string =>
  `${cloudwatch(region)}#alarmsV2:${name === null ? '' : `alarm/${encodeURIComponent(name)}`}`;

// The console writes objects as JSURL: `~(key~'text~key~(~'one~'two))`, other characters as `*` and their code in hex.
const consoleString = (text: string): string =>
  `'${text.replaceAll(/[^\w.-]/gu, (character) => {
    const code = (character.codePointAt(0) ?? 0).toString(16);
    return code.length <= 2 ? `*${code.padStart(2, '0')}` : `**${code.padStart(4, '0')}`;
  })}`;
const consoleList = (items: readonly string[]): string => `(~${items.map(consoleString).join('~')})`;

function consoleObject(members: readonly (readonly [name: string, value: string | readonly string[]])[]): string {
  const written = members.map(
    ([name, value]) => `${name}~${typeof value === 'string' ? consoleString(value) : consoleList(value)}`,
  );
  return `~(${written.join('~')})`;
}
