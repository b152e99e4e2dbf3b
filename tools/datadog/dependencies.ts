/** Who calls whom, as Datadog APM saw it. */
import { z } from 'zod';
import type { Window } from '../../src/core/evidence.ts';
import { HttpError } from '../reading/http-error.ts';
import { isoTime } from '../reading/window.ts';
import type { Ask } from './client.ts';
import { anyOf } from './search-term.ts';

/** By the caller's `service` tag. */
const answer = z.record(z.string(), z.object({ calls: z.array(z.string()) }));

/** `from` calls `to`; both are `service` tags. */
export type Call = { readonly from: string; readonly to: string };

type Asked = { readonly environment: string; readonly window: Window };

export type Dependencies = {
  /** In name order. */
  readonly calls: readonly Call[];
  /** `spans`: calls that no kept span shows are missing. */
  readonly readFrom: 'service map' | 'spans';
};

/**
 * Every call between services of an environment in a window. Where the service map's endpoint, a public beta without
 * pages, is not there or not open to a scoped key, the calls that kept spans show.
 */
export async function readDependencies(ask: Ask, asked: Asked): Promise<Dependencies> {
  try {
    return { calls: inOrder(await readMap(ask, asked)), readFrom: 'service map' };
  } catch (error) {
    if (!(error instanceof HttpError) || (error.status !== 403 && error.status !== 404)) throw error;
    return { calls: inOrder(await readSpanCalls(ask, asked)), readFrom: 'spans' };
  }
}

async function readMap(ask: Ask, { environment, window }: Asked): Promise<readonly Call[]> {
  const parameters = {
    env: environment,
    start: Math.floor(window.fromMs / 1_000),
    end: Math.ceil(window.toMs / 1_000),
  };
  const answered = await ask({ path: '/api/v1/service_dependencies', parameters }, answer);
  return Object.entries(answered).flatMap(([from, { calls }]) => [...new Set(calls)].map((to) => ({ from, to })));
}

const spanBuckets = z.object({
  data: z.array(z.object({ attributes: z.object({ by: z.record(z.string(), z.unknown()) }) })),
});
const servicesMax = 100;

async function readSpanCalls(ask: Ask, { environment, window }: Asked): Promise<readonly Call[]> {
  const range = { from: isoTime(window.fromMs), to: isoTime(window.toMs) };
  const attributes = {
    compute: [{ aggregation: 'count', type: 'total' }],
    filter: { ...range, query: `${anyOf('env', [environment])} @peer.service:*` },
    group_by: ['service', '@peer.service'].map((facet) => ({ facet, limit: servicesMax })),
  };
  const body = { data: { attributes, type: 'aggregate_request' } };
  const { data } = await ask({ path: '/api/v2/spans/analytics/aggregate', body }, spanBuckets);
  return data.flatMap(({ attributes: { by } }) => {
    const [from, to] = [by['service'], by['@peer.service']];
    return typeof from === 'string' && typeof to === 'string' && to !== '' ? [{ from, to }] : [];
  });
}

const inOrder = (calls: readonly Call[]): readonly Call[] =>
  calls
    .filter(({ from, to }) => from !== to)
    .toSorted((one, other) => compare(one.from, other.from) || compare(one.to, other.to));

const compare = (one: string, other: string): number => {
  if (one === other) return 0;
  return one < other ? -1 : 1;
};

/** The calls on the way from these services down, and up to them, at most `hops` steps each. */
export function callsAround(calls: readonly Call[], start: readonly string[], hops: number): readonly Call[] {
  const below = reach(calls, start, hops);
  const above = reach(
    calls.map(({ from, to }) => ({ from: to, to: from })),
    start,
    hops,
  );
  return calls.filter(({ from, to }) => (below.has(from) && below.has(to)) || (above.has(from) && above.has(to)));
}

function reach(calls: readonly Call[], start: readonly string[], hops: number): ReadonlySet<string> {
  const known = new Set(start);
  let edge = [...known];
  for (let hop = 0; hop < hops; hop += 1) {
    const here = new Set(edge);
    edge = calls.flatMap(({ from, to }) => (here.has(from) && !known.has(to) ? [to] : []));
    for (const service of edge) known.add(service);
  }
  return known;
}
