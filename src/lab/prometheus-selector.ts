import { done, failed, type Result } from '../core/result.ts';
import { systemNameOf } from './system-name.ts';
import type { World, WorldMetric } from './world.ts';

/** One series a selector found. */
export type PrometheusSample = {
  readonly labels: Readonly<Record<string, string>>;
  read(world: World, atMs: number): number | null;
};

type Source = { readonly metric: WorldMetric; readonly scale: number };

const sources: ReadonlyMap<string, Source> = new Map<string, Source>([
  ['latency_p95_seconds', { metric: 'latency_p95_ms', scale: 0.001 }],
  ['error_ratio', { metric: 'error_ratio', scale: 1 }],
  ['request_rate', { metric: 'request_rate', scale: 1 }],
  ['cpu_ratio', { metric: 'cpu_ratio', scale: 1 }],
  ['memory_ratio', { metric: 'memory_ratio', scale: 1 }],
  ['disk_ratio', { metric: 'disk_ratio', scale: 1 }],
  ['pool_ratio', { metric: 'pool_ratio', scale: 1 }],
  ['restart_count', { metric: 'restart_count', scale: 1 }],
  ['throttle_count', { metric: 'throttle_count', scale: 1 }],
  ['certificate_days', { metric: 'certificate_days', scale: 1 }],
]);

export const exportedMetrics = (world: World): readonly string[] =>
  [...sources.keys()].map((name) => `${systemNameOf(world)}_${name}`);

/** A metric as this stand-in exports it. */
export function exportedMetric(world: World, metric: WorldMetric): { readonly name: string; readonly scale: number } {
  const found = [...sources].find(([, source]) => source.metric === metric);
  if (found === undefined) throw new Error(`${metric} is not exported`);
  return { name: `${systemNameOf(world)}_${found[0]}`, scale: found[1].scale };
}

const selector = /^\s*([A-Za-z_:][\w:]*)\s*(?:\{([^{}]*)\})?\s*$/;
const matcher = /^\s*([A-Za-z_]\w*)\s*(=~|!~|!=|=)\s*"([^"\\]*)"\s*$/;

type Matcher = (labels: Readonly<Record<string, string>>) => boolean;

function readMatcher(text: string): Matcher | null {
  const [, name, operator, value] = matcher.exec(text) ?? [];
  if (name === undefined || value === undefined) return null;
  if (operator === '=') return (labels) => (labels[name] ?? '') === value;
  if (operator === '!=') return (labels) => (labels[name] ?? '') !== value;
  // Of regular expressions only alternatives of plain words: an arbitrary one could stall the server.
  if (!/^[\w.-]+(\|[\w.-]+)*$/.test(value)) return null;
  const words = new Set(value.split('|'));
  return (labels) => words.has(labels[name] ?? '') === (operator === '=~');
}

/** The series an instant vector selector names, or Prometheus' parse error. */
export function readSelector(world: World, query: string): Result<readonly PrometheusSample[], string> {
  const [matched, name, body = ''] = selector.exec(query) ?? [];
  if (matched === undefined) return failed('1:1: parse error: the lab answers only name{label="value",...}');
  const texts = body.split(',').filter((text) => text.trim() !== '');
  const matchers = texts.map(readMatcher).filter((each) => each !== null);
  if (matchers.length < texts.length) return failed('1:1: parse error: unexpected label matcher');
  const prefix = `${systemNameOf(world)}_`;
  const source = name?.startsWith(prefix) ? sources.get(name.slice(prefix.length)) : undefined;
  if (name === undefined || source === undefined) return done([]);
  const samples = world.services.map(({ id }) => ({
    labels: { __name__: name, service: id, env: 'prod' },
    read: (from: World, atMs: number) => {
      const value = from.metric(id, source.metric, atMs);
      return value === null ? null : Number((value * source.scale).toPrecision(12));
    },
  }));
  return done(samples.filter((sample) => matchers.every((matches) => matches(sample.labels))));
}
