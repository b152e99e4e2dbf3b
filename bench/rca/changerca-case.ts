/** One ChangeRCA case, from its JSON to rollouts and edges in our units. */
import type { EdgeStat, PodSeries, Point, Rollout } from '../../src/rootcause/telemetry.ts';

export type ChangercaCase = {
  readonly detectedMs: number;
  /** The service the upstream ranking (GIED) blames. */
  readonly hint: string;
  readonly rollouts: readonly Rollout[];
  readonly edgeStats: readonly EdgeStat[];
};

/** Vendor name, our metric, and what one vendor unit is in ours. */
const metrics = [
  ['SuccessRate', 'success_ratio', 0.01],
  ['Latency', 'latency_ms', 1],
  ['CPUUsageRate(%)', 'cpu_ratio', 0.01],
] as const;

type Fields = ReadonlyMap<string, unknown>;

/** Throws with the place when something is not as recorded. */
export function parseChangercaCase(json: unknown, path: string): ChangercaCase {
  const document = fieldsOf(json);
  const detected = document.get('detect_t');
  if (typeof detected !== 'number') throw new Error(`${path}: "detect_t" must be seconds since the epoch.`);
  const steps = listOf(document, 'changes', path).map(fieldsOf);
  const samples = listOf(document, 'metrics', path).map(fieldsOf);
  const hint = fieldsOf(document.get('rca_hint')).get('gied');
  const candidates = listOf(document, 'candidate_changes', path).map(String);
  return {
    detectedMs: detected * 1000,
    hint: typeof hint === 'string' ? hint : '',
    rollouts: candidates.map((service) => rolloutOf(service, { steps, samples, path })),
    edgeStats: listOf(fieldsOf(document.get('call_graph')), 'edges_info', path).map(edgeOf),
  };
}

const fieldsOf = (value: unknown): Fields => new Map(Object.entries(value ?? {}));

function listOf(fields: Fields, name: string, path: string): readonly unknown[] {
  const list = fields.get(name);
  if (!Array.isArray(list)) throw new Error(`${path}: "${name}" must be a list.`);
  return list;
}

type Recorded = { readonly steps: readonly Fields[]; readonly samples: readonly Fields[]; readonly path: string };

function rolloutOf(service: string, { steps, samples, path }: Recorded): Rollout {
  const own = steps.filter((step) => step.get('service') === service);
  if (own.length === 0) throw new Error(`${path}: candidate "${service}" has no change.`);
  const fresh = new Set(own.flatMap((step) => listOf(step, 'new_pods', path)));
  const ofService = samples.filter((sample) => String(sample.get('pod')).startsWith(`${service}-`));
  return {
    id: `rollout:${service}`,
    service,
    startedMs: Math.min(...own.map((step) => Number(step.get('t')))) * 1000,
    pods: ofService.flatMap((sample) => seriesOf(sample, { service, isNew: fresh.has(sample.get('pod')), path })),
  };
}

type Whose = { readonly service: string; readonly isNew: boolean; readonly path: string };

/** What a pod does as the called side; its processor use is the same whoever calls. */
function seriesOf(sample: Fields, { service, isNew, path }: Whose): readonly PodSeries[] {
  const times = listOf(sample, 't', path).map(Number);
  const values = fieldsOf(sample.get('v'));
  const isCalled = sample.get('callee') === service;
  return metrics.flatMap(([name, metric, unit]) => {
    const list = values.get(name);
    if (!Array.isArray(list) || (!isCalled && metric !== 'cpu_ratio')) return [];
    const points = times.flatMap((at, place): Point[] => {
      const value: unknown = list[place];
      return typeof value === 'number' ? [[at * 1000, value * unit]] : [];
    });
    return [{ pod: String(sample.get('pod')), isNew, metric, points }];
  });
}

/** Failures are counted per ten thousand calls, minute by minute, today and the day before. */
function edgeOf(item: unknown): EdgeStat {
  const fields = fieldsOf(item);
  const mean = (name: string): number => {
    const list = fields.get(name);
    const counts = Array.isArray(list) ? list.map(Number) : [];
    return counts.length === 0 ? 0 : counts.reduce((sum, count) => sum + count, 0) / counts.length / 10_000;
  };
  return {
    from: String(fields.get('src')),
    to: String(fields.get('des')),
    latencyMs: 0,
    baselineLatencyMs: 0,
    errorRatio: mean('FailCount'),
    baselineErrorRatio: mean('YesterFailCount'),
  };
}
