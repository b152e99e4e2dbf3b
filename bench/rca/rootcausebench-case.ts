/** One folder of RootCauseBench as a telemetry document. The status feed, which tells the answer, is never opened. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { mineTemplates } from '../../src/rootcause/logs/log-templates.ts';
import type { ChangeEvent, EdgeStat, LogTemplate, Point, Series, Telemetry } from '../../src/rootcause/telemetry.ts';
import { numberOf, type Row, rowOf, rowsOf, textOf, timeOf } from './json-rows.ts';
import { readJson, readJsonLines, readText } from './read-files.ts';

const minute = 60_000;
/** What is compared as the incident begins this long before the monitor fired; the past is as long before that. */
const leadMs = 30 * minute;

export type Deploy = { readonly atMs: number; readonly service: string; readonly sha: string };
export type Recorded = {
  readonly alert: { readonly service: string; readonly firedMs: number };
  readonly commits: readonly Row[];
  readonly deploys: readonly Deploy[];
};

export function readRecorded(folder: string): Recorded {
  const place = join(folder, 'context');
  const alert = rowOf(readJson(join(folder, 'alert.json')), join(folder, 'alert.json'));
  const deploys = rowsOf(readJson(join(place, 'deploys.json')), join(place, 'deploys.json'));
  return {
    alert: { service: textOf(alert, 'service'), firedMs: timeOf(alert, 'fired_at', folder) },
    commits: rowsOf(readJson(join(place, 'commits.json')), join(place, 'commits.json')),
    deploys: deploys.map((row) => ({
      atMs: timeOf(row, 'timestamp', place),
      service: textOf(row, 'service'),
      sha: textOf(row, 'commit_sha'),
    })),
  };
}

export function readTelemetry(folder: string, shiftMs: number): Telemetry {
  const alert = rowOf(readJson(join(folder, 'alert.json')), join(folder, 'alert.json'));
  const triggeredAtMs = timeOf(alert, 'fired_at', folder) + shiftMs;
  const series = readSeries(join(folder, 'metrics.csv'));
  const spans = readSpans(join(folder, 'traces.json'));
  const lastMs = Math.max(triggeredAtMs, ...series.flatMap(({ points }) => points.at(-1)?.[0] ?? 0));
  const span = { fromMs: triggeredAtMs - leadMs, toMs: lastMs };
  const metric = textOf(alert, 'metric');
  const [observed, threshold] = [numberOf(alert, 'observed'), numberOf(alert, 'threshold')];
  const service = textOf(alert, 'service');
  return {
    alert: { service, metric, comparator: observed <= threshold ? '<' : '>', threshold, triggeredAtMs },
    window: span,
    services: [...new Set([service, ...series.map((one) => one.service), ...spans.map((one) => one.service)])].map(
      (id) => ({ id, external: false }),
    ),
    edges: [],
    series,
    logs: [...readLogs(folder, span), ...spanErrors(spans, span.fromMs)],
    edgeStats: edgesOf(spans, span.fromMs),
    changes: readChanges(folder),
  };
}

function readSeries(path: string): readonly Series[] {
  const groups = new Map<string, { service: string; metric: string; points: Point[] }>();
  for (const [at, line] of readText(path).split('\n').entries()) {
    if (at === 0 || line.trim() === '') continue;
    const [time = '', service = '', metric = '', value = ''] = line.split(',');
    const atMs = Date.parse(time);
    if (Number.isNaN(atMs) || metric === '')
      throw new Error(`${path}, line ${at + 1}: expected time,service,metric,value.`);
    const group = groups.get(`${service},${metric}`) ?? { service, metric, points: [] };
    groups.set(`${service},${metric}`, group);
    if (value.trim() !== '') group.points.push([atMs, Number(value)]);
  }
  return [...groups.values()];
}

type Span = {
  readonly id: string;
  readonly parent: string;
  readonly service: string;
  readonly name: string;
  readonly atMs: number;
  readonly durationMs: number;
  readonly error: string;
  readonly failed: boolean;
};

function readSpans(path: string): readonly Span[] {
  return rowsOf(readJson(path), path).map((row) => ({
    id: textOf(row, 'span_id'),
    parent: textOf(row, 'parent_id'),
    service: textOf(row, 'service'),
    name: textOf(row, 'name'),
    atMs: timeOf(row, 'start', path),
    durationMs: numberOf(row, 'duration_ms'),
    error: textOf(row, 'error'),
    failed: textOf(row, 'status') === 'ERROR',
  }));
}

/** What failing spans say is a line their service logs. */
function spanErrors(spans: readonly Span[], fromMs: number): readonly LogTemplate[] {
  const said = new Map<string, readonly Span[]>();
  for (const span of spans.filter(({ error }) => error !== '')) {
    const key = `${span.service}\n${span.name}: ${span.error}`;
    said.set(key, [...(said.get(key) ?? []), span]);
  }
  return [...said.values()].map((group) => {
    const { service = '', name = '', error = '' } = group[0] ?? {};
    const text = `${name}: ${error}`;
    const count = group.filter(({ atMs }) => atMs >= fromMs).length;
    const firstSeenMs = Math.min(...group.map(({ atMs }) => atMs));
    // One sampled span stands for many requests.
    return {
      service,
      template: text,
      level: 'error',
      count: 5 * count,
      baselineCount: 5 * (group.length - count),
      firstSeenMs,
      sample: text,
    };
  });
}

function edgesOf(spans: readonly Span[], fromMs: number): readonly EdgeStat[] {
  const calls = new Map<string, Span[]>();
  for (const [at, span] of spans.entries()) {
    const parent = spans.slice(0, at).findLast(({ id }) => id === span.parent);
    if (span.parent === '' || parent === undefined || parent.service === span.service) continue;
    const key = `${parent.service}\n${span.service}`;
    calls.set(key, [...(calls.get(key) ?? []), span]);
  }
  return [...calls].map(([key, group]) => {
    const [from = '', to = ''] = key.split('\n');
    const now = group.filter(({ atMs }) => atMs >= fromMs);
    const then = group.filter(({ atMs }) => atMs < fromMs);
    return {
      from,
      to,
      latencyMs: middle(now),
      baselineLatencyMs: middle(then),
      errorRatio: failedShare(now),
      baselineErrorRatio: failedShare(then),
    };
  });
}

const middle = (spans: readonly Span[]): number =>
  spans.map(({ durationMs }) => durationMs).toSorted((a, b) => a - b)[Math.floor(spans.length / 2)] ?? 0;

const failedShare = (spans: readonly Span[]): number =>
  spans.length === 0 ? 0 : spans.filter(({ failed }) => failed).length / spans.length;

type Clock = { readonly fromMs: number; readonly toMs: number };
type Line = { readonly service: string; readonly atMs: number; readonly level: string; readonly message: string };

/** The clustered signatures, which count all lines, and mined templates of the sampled lines they do not cover. */
function readLogs(folder: string, span: Clock): readonly LogTemplate[] {
  const lines = readLines(join(folder, 'logs.ndjson'));
  const clustered = readSignatures(join(folder, 'patterns.json'), lines);
  const known = new Set(clustered.map((one) => `${one.service} ${shapeOf(one.template)}`));
  const services = [...new Set(lines.map(({ service }) => service))];
  const mined = services.flatMap((service) => {
    const own = lines.filter((line) => line.service === service && !known.has(`${service} ${shapeOf(line.message)}`));
    const past = { fromMs: 2 * span.fromMs - span.toMs, toMs: span.fromMs };
    return mineTemplates(own, { ...span, toMs: span.toMs + 1 }, past).map((one) => ({ ...one, service }));
  });
  return [...clustered, ...mined];
}

function readLines(path: string): readonly Line[] {
  return readJsonLines(path).map((value) => {
    if (value instanceof Error) throw value;
    const row = rowOf(value, path);
    const stack = [textOf(row, 'goroutine_stack'), textOf(row, 'stack')].filter(Boolean);
    return {
      service: textOf(row, 'service'),
      atMs: timeOf(row, 'timestamp', path),
      level: textOf(row, 'severity_text').toLowerCase(),
      message: [textOf(row, 'msg'), ...stack].join(' '),
    };
  });
}

/** Letters only, so that a signature and the lines it was made from agree. */
const shapeOf = (text: string): string =>
  text
    .replace(/<[A-Z]+>/gu, '')
    .replace(/[^a-z]/giu, '')
    .slice(0, 24);

function readSignatures(path: string, lines: readonly Line[]): readonly LogTemplate[] {
  if (!existsSync(path)) return [];
  return rowsOf(readJson(path), path).map((row) => {
    const service = textOf(row, 'service');
    const template = textOf(row, 'signature');
    const own = lines.filter((line) => line.service === service && shapeOf(line.message) === shapeOf(template));
    const count = numberOf(row, 'count');
    return {
      service,
      template,
      level: levelOf(own.at(-1)?.level ?? (textOf(row, 'sentiment') === 'negative' ? 'error' : 'info')),
      count,
      baselineCount: Math.max(0, count - Number(textOf(row, 'delta_vs_baseline'))),
      firstSeenMs: own[0]?.atMs ?? Number.NaN,
      sample: own.at(-1)?.message ?? template,
    };
  });
}

function levelOf(level: string): LogTemplate['level'] {
  if (/err|fatal|crit|panic/u.test(level)) return 'error';
  if (level.startsWith('warn')) return 'warn';
  return level === 'debug' ? 'debug' : 'info';
}

function readChanges(folder: string): readonly ChangeEvent[] {
  const { commits, deploys } = readRecorded(folder);
  const none = { service: null, repository: 'main', sha: null, pullNumber: null, paths: [], diff: '' };
  const flagsPath = join(folder, 'context', 'flags.json');
  const flags = existsSync(flagsPath) ? rowsOf(readJson(flagsPath), flagsPath) : [];
  return [
    ...commits.map((row): ChangeEvent => {
      const sha = textOf(row, 'sha');
      const paths = Array.isArray(row['files_changed']) ? row['files_changed'].map(String) : [];
      const atMs = timeOf(row, 'timestamp', folder);
      return {
        ...none,
        id: sha,
        kind: 'commit',
        atMs,
        title: textOf(row, 'message'),
        sha,
        paths,
        diff: textOf(row, 'diff'),
      };
    }),
    ...deploys.map(
      ({ atMs, service, sha }, at): ChangeEvent => ({
        ...none,
        id: `deploy:${at}`,
        kind: 'deploy',
        service,
        atMs,
        title: `Deploy ${service}`,
        sha,
      }),
    ),
    ...flags.map((row, at): ChangeEvent => {
      const title = `${textOf(row, 'flag')} ${textOf(row, 'change')}`;
      return {
        ...none,
        id: `flag:${at}`,
        kind: 'flag',
        service: textOf(row, 'service'),
        atMs: timeOf(row, 'timestamp', flagsPath),
        title,
      };
    }),
  ];
}
