/**
 * Sock-shop with injected processor and memory faults (RCD, NeurIPS 2022): samples of one second before and after an
 * injection whose time is given. Columns are `<service>_<metric>`; a service and its database are one service.
 */
import { join } from 'node:path';
import type { Point, Telemetry } from '../../src/rootcause/telemetry.ts';
import { answerEntities } from './answer-entities.ts';
import { type Column, rankByBaro, rankByNSigma } from './baseline-metrics.ts';
import type { Case, Dataset, ReadRequest } from './dataset.ts';
import { listFolder, readJson } from './read-files.ts';

const second = 1000;
/** The protocol's window: this many samples on either side of the boundary. */
const half = 300;
/** Normal and abnormal samples were recorded at different times; here they follow each other from this moment on. */
const startMs = Date.UTC(2022, 0, 1);

type Half = { readonly [column: string]: readonly (number | null)[] };

export const rcdSockshop: Dataset = {
  name: 'rcd-sockshop',
  members: [],
  baselineName: 'BARO',
  read: readCases,
  answer: (ranking) => answerEntities(ranking, withoutDatabase),
};

function* readCases(request: ReadRequest): Generator<Case> {
  const folder = join(request.dataDir, 'rcd-sockshop', request.split);
  for (const file of listFolder(folder).filter((name) => /\.json(?:\.gz)?$/u.test(name))) {
    const read = (): readonly Column[] => readColumns(join(folder, file), request.shiftMs);
    yield {
      id: file.replace(/\.json(?:\.gz)?$/u, ''),
      telemetry: () => telemetryOf(read()),
      baseline: () => rankByBaro(read().map(inMegabytes)).map(serviceOf),
      otherBaselines: { 'n-sigma': () => rankByNSigma(read().map(inMegabytes)).map(serviceOf) },
    };
  }
}

/** Both halves in a row, cut `shiftMs` after the injection. */
function readColumns(path: string, shiftMs: number): readonly Column[] {
  const recording = readJson(path);
  const normal = halfOf(recording, 'normal', path);
  const abnormal = halfOf(recording, 'abnormal', path);
  return Object.keys(normal)
    .filter((name) => !/_lat_(?:50|99)$/u.test(name))
    .map((name) => {
      const cut = (normal[name]?.length ?? 0) + shiftMs / second;
      const all = [...(normal[name] ?? []), ...(abnormal[name] ?? [])].map((value) => value ?? Number.NaN);
      return { name, before: all.slice(Math.max(0, cut - half), cut), after: all.slice(cut, cut + half) };
    });
}

const isRecord = (value: unknown): value is { readonly [name: string]: unknown } =>
  typeof value === 'object' && value !== null;

const isHalf = (value: unknown): value is Half => isRecord(value) && Object.values(value).every(Array.isArray);

function halfOf(recording: unknown, name: 'normal' | 'abnormal', path: string): Half {
  const part = isRecord(recording) ? recording[name] : null;
  const metrics = isRecord(part) ? part['metrics'] : null;
  if (!isHalf(metrics)) throw new Error(`${path}: expected {"${name}": {"metrics": {column: [numbers]}}}.`);
  return metrics;
}

function telemetryOf(columns: readonly Column[]): Telemetry {
  const boundary = Math.max(0, ...columns.map(({ before }) => before.length));
  const last = Math.max(0, ...columns.map(({ before, after }) => before.length + after.length));
  return {
    alert: null,
    window: { fromMs: startMs + boundary * second, toMs: startMs + last * second },
    services: [...new Set(columns.map(({ name }) => entityOf(name)))].map((id) => ({ id, external: false })),
    edges: [],
    series: columns.map(({ name, before, after }) => ({
      service: entityOf(name),
      metric: name.slice(entityOf(name).length + 1),
      points: [...before, ...after].map((value, at): Point => [startMs + at * second, value]),
    })),
    logs: [],
    edgeStats: [],
    changes: [],
  };
}

/** The text before the first underscore. */
const entityOf = (column: string): string => column.split('_')[0] ?? column;
const withoutDatabase = (entity: string): string => entity.replace('-db', '');
const serviceOf = (column: string): string => withoutDatabase(entityOf(column));

/** The published protocol divides memory by a million; without that its zero ranges let bytes win. */
function inMegabytes(column: Column): Column {
  if (!column.name.endsWith('_mem')) return column;
  const shrink = (value: number): number => value / 1e6;
  return { ...column, before: column.before.map(shrink), after: column.after.map(shrink) };
}
