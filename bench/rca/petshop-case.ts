import { join } from 'node:path';
import type { AlertSignal, Point, Telemetry } from '../../src/rootcause/telemetry.ts';
import { readJson } from './read-files.ts';

/** Five minute samples; null where nothing was measured. */
export type Samples = readonly (number | null)[];
/** By `<node>|<metric>|<statistic>`. */
export type Columns = { readonly [column: string]: Samples };
type Recorded = { readonly t: readonly number[]; readonly metrics: Columns };

export type PetshopCase = {
  readonly past: Columns;
  readonly present: Columns;
  readonly edges: readonly { readonly from: string; readonly to: string }[];
  readonly nodes: readonly string[];
  readonly target: { readonly node: string; readonly metric: string; readonly statistic: string };
  /** Samples of the window before the alert fired; a fraction. */
  readonly firedAt: number;
};

const second = 1000;
export const stepMs = 300 * second;
/** Past and incident were recorded months apart; here they follow each other, and the incident begins at this moment. */
const incidentMs = Date.UTC(2023, 0, 1);

/** Reads one case with the past and the graph it names. Throws with the file and what was expected there. */
export function readPetshopCase(folder: string, file: string): PetshopCase {
  const path = join(folder, file);
  const found = record(readJson(path), path);
  const past = readPast(join(folder, text(found['baseline'], `${path}: baseline`)));
  const graph = record(readJson(join(folder, text(found['graph'], `${path}: graph`))), `${path}: graph`);
  const present = recorded(found['abnormal'], `${path}: abnormal`);
  const target = record(found['target'], `${path}: target`);
  const firstSeconds = present.t[0] ?? 0;
  return {
    past: past.metrics,
    present: present.metrics,
    edges: list(graph['edges_caller_callee'], `${path}: graph`).map((edge) => {
      const [from, to] = list(edge, `${path}: graph edge`);
      return { from: text(from, `${path}: caller`), to: text(to, `${path}: callee`) };
    }),
    nodes: list(graph['nodes'], `${path}: graph nodes`).map((node) => text(node, `${path}: node`)),
    target: {
      node: text(target['node'], `${path}: target node`),
      metric: text(target['metric'], `${path}: target metric`),
      statistic: text(target['agg'], `${path}: target agg`),
    },
    firedAt: (Number(target['timestamp']) - firstSeconds) / (stepMs / second),
  };
}

/** Many cases share one past: it is read once. */
function readPast(path: string): Recorded {
  const known = pasts.get(path);
  if (known !== undefined) return known;
  const past = recorded(readJson(path), path);
  pasts.set(path, past);
  return past;
}

const pasts = new Map<string, Recorded>();

function record(value: unknown, place: string): { readonly [name: string]: unknown } {
  if (!isRecord(value)) throw new Error(`${place}: expected an object.`);
  return value;
}

const isRecord = (value: unknown): value is { readonly [name: string]: unknown } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function list(value: unknown, place: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new Error(`${place}: expected a list.`);
  return value;
}

function text(value: unknown, place: string): string {
  if (typeof value !== 'string') throw new Error(`${place}: expected a text.`);
  return value;
}

function recorded(value: unknown, place: string): Recorded {
  const { t, metrics } = record(value, place);
  const columns = Object.entries(record(metrics, `${place}: metrics`)).map(
    ([name, samples]) => [name, list(samples, `${place}: ${name}`).map(sample)] as const,
  );
  return { t: list(t, `${place}: t`).map(Number), metrics: Object.fromEntries(columns) };
}

const sample = (value: unknown): number | null => (typeof value === 'number' ? value : null);

/** One statistic per metric: that of the target, and the number of requests. */
const isRead = (metric: string, statistic: string, target: PetshopCase['target']): boolean =>
  statistic === target.statistic || metric === 'requests';

/** The document of one case, with the alert it was raised by or only with the recorded window. */
export function petshopTelemetry(one: PetshopCase, shiftMs: number, withAlert: boolean): Telemetry {
  const length = Math.max(0, ...Object.values(one.present).map((samples) => samples.length));
  return {
    alert: withAlert ? alertOf(one) : null,
    window: { fromMs: incidentMs + shiftMs, toMs: incidentMs + length * stepMs },
    services: one.nodes.map((id) => ({ id, external: false })),
    edges: one.edges,
    series: Object.keys({ ...one.past, ...one.present }).flatMap((column) => {
      const [service = '', metric = '', statistic = ''] = column.split('|');
      if (!isRead(metric, statistic, one.target)) return [];
      const past = pointsOf(one.past[column] ?? [], incidentMs - (one.past[column]?.length ?? 0) * stepMs);
      return [{ service, metric, points: [...past, ...pointsOf(one.present[column] ?? [], incidentMs)] }];
    }),
    logs: [],
    edgeStats: [],
    changes: [],
  };
}

const pointsOf = (samples: Samples, fromMs: number): readonly Point[] =>
  samples.flatMap((value, at): readonly Point[] => (value === null ? [] : [[fromMs + at * stepMs, value]]));

/** The set gives no threshold; the engine measures the onset on the series itself. */
function alertOf({ target, firedAt, past }: PetshopCase): AlertSignal {
  const samples = past[`${target.node}|${target.metric}|${target.statistic}`] ?? [];
  const known = samples.filter((value) => value !== null).toSorted((a, b) => a - b);
  const isShare = target.metric === 'availability';
  return {
    service: target.node,
    metric: target.metric,
    comparator: isShare ? '<' : '>',
    threshold: known[Math.floor((known.length - 1) * (isShare ? 0.01 : 0.99))] ?? 0,
    triggeredAtMs: incidentMs + firedAt * stepMs,
  };
}
