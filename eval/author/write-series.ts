/** The simulated vitals as rows of `metrics.jsonl` and `calls.jsonl`. */
import type { CallRow, MetricRow } from '../recording/format.ts';
import type { ServiceVitals, Simulation } from './simulate.ts';
import type { Recipe, ServiceSketch } from './sketch.ts';

/** A coarse day, and the hours around the incident by the minute. */
const coarse = { from: -1_440, to: -150, every: 30 };
const fine = { from: -150, to: 35, every: 1 };
const traced = { from: -90, to: 35, every: 1 };

const digits = (value: number, places: number): number => Number(value.toFixed(places));
const three = (value: number): number => Number(value.toPrecision(3));

type Reader = { readonly metric: MetricRow['metric']; read(vitals: ServiceVitals): number };

const readers: { readonly [metric: string]: Reader } = {
  latency: { metric: 'latency_p95_ms', read: ({ ms }) => three(ms) },
  errors: { metric: 'error_ratio', read: ({ errors }) => digits(errors, 4) },
  rate: { metric: 'request_rate', read: ({ rate }) => three(rate) },
  cpu: { metric: 'cpu_ratio', read: ({ cpu }) => digits(cpu, 3) },
  memory: { metric: 'memory_ratio', read: ({ memory }) => digits(memory, 3) },
  disk: { metric: 'disk_ratio', read: ({ disk }) => digits(disk, 3) },
  pool: { metric: 'pool_ratio', read: ({ pool }) => digits(pool, 3) },
  restarts: { metric: 'restart_count', read: ({ restarts }) => restarts },
  throttles: { metric: 'throttle_count', read: ({ throttles }) => throttles },
  certificate: { metric: 'certificate_days', read: ({ certificate }) => digits(certificate, 1) },
};

function measured(service: ServiceSketch): readonly Reader[] {
  if (service.kind === 'external') return [];
  const names = [
    ...(service.kind === 'code' ? ['latency', 'errors', 'rate', 'restarts'] : []),
    'cpu',
    'memory',
    ...(service.disk === undefined ? [] : ['disk']),
    ...(service.pool === undefined ? [] : ['pool']),
    ...(service.throttled === true ? ['throttles'] : []),
    ...(service.certificateDays === undefined ? [] : ['certificate']),
  ];
  return names.flatMap((name) => readers[name] ?? []);
}

const minutesOf = ({ from, to, every }: typeof fine): readonly number[] =>
  Array.from({ length: Math.floor((to - from) / every) }, (_, index) => from + index * every);

export function metricRows({ system }: Recipe, simulate: Simulation): readonly MetricRow[] {
  return system.services.flatMap((service) =>
    measured(service).flatMap(({ metric, read }) =>
      [coarse, fine].map((span): MetricRow => {
        const middle = Math.floor(span.every / 2);
        const values = minutesOf(span).map((minute) => {
          const vitals = simulate(minute + middle).services.get(service.id);
          return vitals === undefined || vitals.silent ? null : read(vitals);
        });
        return { service: service.id, metric, from: span.from, every: span.every, values };
      }),
    ),
  );
}

export function callRows({ system, withoutCalls = false }: Recipe, simulate: Simulation): readonly CallRow[] {
  if (withoutCalls) return [];
  const edges = system.services.flatMap(({ id, calls = {} }) => Object.keys(calls).map((to) => ({ from: id, to })));
  return edges.map(({ from, to }): CallRow => {
    const vitals = minutesOf(traced).flatMap((minute) => simulate(minute).calls.get(`${from}>${to}`) ?? []);
    return {
      from,
      to,
      start: traced.from,
      every: traced.every,
      rate: vitals.map(({ rate }) => three(rate)),
      errorRatio: vitals.map(({ errors }) => digits(errors, 3)),
      p95Ms: vitals.map(({ ms }) => three(ms)),
    };
  });
}
