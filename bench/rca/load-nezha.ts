/**
 * Faults in two microservice shops (Nezha, Yu et al. FSE 2023): metrics of a pod each minute, and the spans and log
 * lines of the minutes around an injection whose time is given. The fault-free minute of the day, recorded at another
 * time, is put right before the first recorded span; a day that has none takes that of the nearest day.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { CallSeries, Point, Series, Span, Telemetry, TracedLine } from '../../src/rootcause/telemetry.ts';
import { answerEntities } from './answer-entities.ts';
import { type Column, rankByBaro, rankByNSigma } from './baseline-metrics.ts';
import type { Case, Dataset, ReadRequest } from './dataset.ts';
import { listFolder, readJson, readText } from './read-files.ts';
import { readTable } from './read-table.ts';

const second = 1000;
const minute = 60 * second;
/** The protocol looks at the minute that begins two minutes after the injection; the recordings end with it. */
const windowMs = 3 * minute;

export const nezha: Dataset = {
  name: 'nezha',
  members: [],
  baselineName: 'N-sigma',
  read: readCases,
  answer: (ranking) => answerEntities(ranking, (entity) => entity),
};

function* readCases(request: ReadRequest): Generator<Case> {
  const root = join(request.dataDir, 'nezha');
  for (const id of listFolder(join(root, request.split)).filter((name) => !name.startsWith('.'))) {
    const folder = join(root, request.split, id);
    const recording = (): Recording => readRecording(folder);
    yield {
      id,
      telemetry: () => telemetryOf({ folder, root, shiftMs: request.shiftMs }),
      baseline: () => rankByNSigma(columnsOf(recording(), request.shiftMs)).map(serviceOfColumn),
      otherBaselines: { baro: () => rankByBaro(columnsOf(recording(), request.shiftMs)).map(serviceOfColumn) },
    };
  }
}

type PodMetrics = {
  readonly pod: string;
  readonly t: readonly number[];
  readonly v: { readonly [metric: string]: readonly (number | null)[] };
};
type Recording = { readonly injectedAtMs: number; readonly day: string; readonly metrics: readonly PodMetrics[] };

const isRecord = (value: unknown): value is { readonly [name: string]: unknown } =>
  typeof value === 'object' && value !== null;

const isPodMetrics = (value: unknown): value is PodMetrics =>
  isRecord(value) && typeof value['pod'] === 'string' && Array.isArray(value['t']) && isRecord(value['v']);

function readRecording(folder: string): Recording {
  const path = join(folder, 'case.json.gz');
  const found = readJson(path);
  const { inject_t: injectedAt, baseline_day: day, metrics } = isRecord(found) ? found : {};
  if (typeof injectedAt !== 'number' || typeof day !== 'string' || !Array.isArray(metrics)) {
    throw new Error(`${path}: expected {inject_t: seconds, baseline_day: "2023-01-29", metrics: [{pod, t, v}]}.`);
  }
  return { injectedAtMs: injectedAt * second, day, metrics: metrics.filter(isPodMetrics) };
}

type Place = { readonly folder: string; readonly root: string; readonly shiftMs: number };

function telemetryOf({ folder, root, shiftMs }: Place): Telemetry {
  const recording = readRecording(folder);
  const spans = readSpans(join(folder, 'traces.csv.gz'));
  const lines = readLines(join(folder, 'logs.csv.gz'));
  const firstMs = Math.min(recording.injectedAtMs, ...minutesOf(spans), ...minutesOf(lines.map(startOfLine)));
  const past = readPast(root, recording.day, firstMs);
  const pods = recording.metrics.filter(({ pod }) => /-[^-]+-[^-]+$/u.test(pod));
  return {
    alert: null,
    window: { fromMs: recording.injectedAtMs + shiftMs, toMs: recording.injectedAtMs + windowMs },
    services: [...new Set(pods.map(({ pod }) => serviceOf(pod)))].map((id) => ({ id, external: false })),
    edges: [],
    series: pods.flatMap(seriesOf),
    logs: [],
    edgeStats: [],
    changes: [],
    spans: [...past.spans, ...spans],
    lines: [...past.lines, ...lines],
    callSeries: recording.metrics.flatMap(callSeriesOf),
  };
}

const startOfLine = ({ atMs }: TracedLine): { readonly startMs: number } => ({ startMs: atMs });

/** The earliest moment, as a list so that an empty recording has none. */
function minutesOf(items: readonly { readonly startMs: number }[]): readonly number[] {
  return items.length === 0 ? [] : [items.reduce((first, { startMs }) => Math.min(first, startMs), Infinity)];
}

/** `ts-food-service-8cb455b85-7xqrp` is a pod of `ts-food-service`. */
const serviceOf = (pod: string): string => pod.replace(/-[^-]+-[^-]+$/u, '');

/** What the pod's machine does is left out: other pods do it. */
function seriesOf({ pod, t, v }: PodMetrics): readonly Series[] {
  const names = Object.keys(v).filter((metric) => !metric.startsWith('Node'));
  return names.map((metric) => ({ service: serviceOf(pod), metric, points: pointsOf(t, v[metric] ?? [], 1) }));
}

const sides: ReadonlyMap<string, CallSeries['side']> = new Map([
  ['source_50', 'caller'],
  ['destination_50', 'callee'],
]);

/** `source_50` and `destination_50` hold the median seconds of each edge, as its two sides saw them. */
function callSeriesOf({ pod, t, v }: PodMetrics): readonly CallSeries[] {
  const side = sides.get(pod);
  if (side === undefined) return [];
  return Object.keys(v).flatMap((edge) => {
    const [from, to] = edge.split('_');
    if (from === undefined || to === undefined) return [];
    return [{ from, to, side, points: pointsOf(t, v[edge] ?? [], second) }];
  });
}

const pointsOf = (times: readonly number[], values: readonly (number | null)[], factor: number): readonly Point[] =>
  times.flatMap((atSeconds, at): readonly Point[] => {
    const value = values[at];
    return typeof value === 'number' ? [[atSeconds * second, value * factor]] : [];
  });

function readSpans(path: string): readonly Span[] {
  if (!existsSync(path)) return [];
  const columns = ['TraceID', 'SpanID', 'ParentID', 'PodName', 'OperationName', 'StartTimeUnixNano', 'Duration'];
  return readTable(readText(path), columns, path).map(
    ([trace = '', span = '', parent = '', pod = '', operation = '', start = '', duration = '']): Span => ({
      trace,
      span,
      parent: parent === 'root' || parent === '' ? null : parent,
      service: serviceOf(pod),
      operation,
      startMs: Number(start) / 1e6,
      durationMs: Number(duration) / 1e3,
    }),
  );
}

function readLines(path: string): readonly TracedLine[] {
  if (!existsSync(path)) return [];
  const columns = ['TimeUnixNano', 'PodName', 'TraceID', 'SpanID', 'Log'];
  return readTable(readText(path), columns, path).map(
    ([time = '', pod = '', trace = '', span = '', message = '']): TracedLine => ({
      service: serviceOf(pod),
      atMs: Number(time) / 1e6,
      level: '',
      message,
      trace,
      span,
    }),
  );
}

type Past = { readonly spans: readonly Span[]; readonly lines: readonly TracedLine[] };

/** The fault-free minute, moved so that it ends where the recording begins. */
function readPast(root: string, day: string, endMs: number): Past {
  const spans = readSpans(nearestDay(root, day, 'trace'));
  const lines = readLines(nearestDay(root, day, 'log'));
  const last = [...spans.map(({ startMs }) => startMs), ...lines.map(({ atMs }) => atMs)];
  const moveMs = endMs - 1 - last.reduce((latest, atMs) => Math.max(latest, atMs), 0);
  return {
    spans: spans.map((span) => ({ ...span, startMs: span.startMs + moveMs })),
    lines: lines.map((line) => ({ ...line, atMs: line.atMs + moveMs })),
  };
}

const farDays = 60;

/** The file of the day itself, else of the nearest within two months: another system was recorded months apart. */
function nearestDay(root: string, day: string, signal: 'trace' | 'log'): string {
  const folder = join(root, 'baseline');
  const away = (name: string): number => Math.abs(Date.parse(name.slice(0, 10)) - Date.parse(day)) / (24 * 60 * minute);
  const files = listFolder(folder).filter((name) => name.endsWith(`.${signal}.csv.gz`) && away(name) < farDays);
  return join(folder, files.toSorted((a, b) => away(a) - away(b))[0] ?? `${day}.${signal}.csv.gz`);
}

/** Twenty minutes before and three after, as published; every sample counts. */
function columnsOf(recording: Recording, shiftMs: number): readonly Column[] {
  const cutMs = recording.injectedAtMs + shiftMs;
  const endMs = recording.injectedAtMs + windowMs;
  const pods = recording.metrics.filter(({ pod }) => /-[^-]+-[^-]+$/u.test(pod));
  return pods.flatMap(seriesOf).map(({ service, metric, points }) => ({
    name: `${service} ${metric}`,
    before: points.filter(([atMs]) => atMs < cutMs).map(([, value]) => value),
    after: points.filter(([atMs]) => atMs >= cutMs && atMs < endMs).map(([, value]) => value),
  }));
}

const serviceOfColumn = (column: string): string => column.split(' ')[0] ?? column;
