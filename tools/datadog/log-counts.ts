/** Datadog's own counts of log lines: `POST /api/v2/logs/analytics/aggregate`. */
import { z } from 'zod';
import type { Window } from '../../src/core/evidence.ts';
import type { Point } from '../../src/rootcause/telemetry.ts';
import { isoTime, minuteMs } from '../reading/window.ts';
import type { Ask } from './client.ts';
import { instant } from './search.ts';

const step = z.object({ time: instant, value: z.number() });
const bucket = z.object({
  by: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).default({}),
  computes: z.record(z.string(), z.union([z.number(), z.array(step)])).default({}),
});
const answer = z.object({
  data: z.object({ buckets: z.array(bucket) }),
  // `timeout` marks counts of a part of the lines.
  meta: z.object({ status: z.string().optional() }).optional(),
});

export const groupsMax = 50;
const seriesMax = 5;

type Counting = { readonly query: string; readonly by: string; readonly window: Window };
export type GroupCounts = { readonly counts: ReadonlyMap<string, number>; readonly partial: boolean };

const filterOf = ({ query, window }: Counting) => ({
  filter: { query, from: isoTime(window.fromMs), to: isoTime(window.toMs) },
});

const groupBy = (facet: string, limit: number) => ({
  group_by: [{ facet, limit, sort: { aggregation: 'count', order: 'desc', type: 'measure' } }],
});

/** Lines of each value of the facet, the fifty most frequent ones. */
export async function countGroups(ask: Ask, counting: Counting): Promise<GroupCounts> {
  const body = {
    compute: [{ aggregation: 'count', type: 'total' }],
    ...filterOf(counting),
    ...groupBy(counting.by, groupsMax),
  };
  const { data, meta } = await ask({ path: '/api/v2/logs/analytics/aggregate', body }, answer);
  const counts = data.buckets.flatMap(({ by, computes }) => {
    const count = Object.values(computes)[0];
    return typeof count === 'number' ? [[groupOf(by, counting.by), count] as const] : [];
  });
  return { counts: new Map(counts), partial: meta?.status === 'timeout' };
}

export type GroupSeries = { readonly group: string; readonly points: readonly Point[] };

/** Lines over time of the five most frequent values; a step without lines is a zero. */
export async function countOverTime(ask: Ask, counting: Counting): Promise<readonly GroupSeries[]> {
  const minutes = stepMinutes(counting.window);
  const body = {
    compute: [{ aggregation: 'count', interval: `${minutes}m`, type: 'timeseries' }],
    ...filterOf(counting),
    ...groupBy(counting.by, seriesMax),
  };
  const { data } = await ask({ path: '/api/v2/logs/analytics/aggregate', body }, answer);
  return data.buckets.flatMap(({ by, computes }) => {
    const steps = Object.values(computes)[0];
    if (!Array.isArray(steps)) return [];
    return [{ group: groupOf(by, counting.by), points: fillSteps(steps, counting.window, minutes * minuteMs) }];
  });
}

const groupOf = (by: z.output<typeof bucket>['by'], facet: string): string => String(by[facet] ?? '(none)');

/** About sixty steps, whole minutes. */
const stepMinutes = ({ fromMs, toMs }: Window): number => Math.max(1, Math.ceil((toMs - fromMs) / minuteMs / 60));

function fillSteps(steps: readonly z.output<typeof step>[], { fromMs, toMs }: Window, stepMs: number): Point[] {
  const counts = new Map(steps.map(({ time, value }) => [time, value]));
  const points: Point[] = [];
  // Steps begin at multiples of their length; the first and the last may be cut by the window and would look low.
  for (let atMs = Math.ceil(fromMs / stepMs) * stepMs; atMs + stepMs <= toMs; atMs += stepMs) {
    points.push([atMs, counts.get(atMs) ?? 0]);
  }
  return points;
}
