import { z } from 'zod';
import type { Catalogue } from '../src/core/catalogue.ts';
import type { Window } from '../src/core/evidence.ts';
import type { EdgeStat } from '../src/rootcause/telemetry.ts';
import { defineTool, type Finding } from '../src/tool.ts';
import { type Ask, datadogClient, datadogEnvironment } from './datadog/client.ts';
import { anyOf } from './datadog/search-term.ts';
import { orFailure } from './reading/failure.ts';
import { fitView } from './reading/fit-view.ts';
import { httpRefusal } from './reading/http-error.ts';
import { datadogTag, pickServices, servicesInput } from './reading/scope.ts';
import { round } from './reading/series-shape.ts';
import {
  baselineBefore,
  isoTime,
  probeWindow,
  readWindow,
  sayWindow,
  suspectWindow,
  windowInput,
} from './reading/window.ts';

const input = z.object({ services: servicesInput, ...windowInput });

// A list where steps over time were asked for.
const computed = z.union([z.number(), z.string(), z.null(), z.array(z.unknown())]);
const bucket = z.object({
  attributes: z.object({
    by: z.record(z.string(), z.unknown()),
    // Answers say `compute`; the API description says `computes`.
    compute: z.record(z.string(), computed).optional(),
    computes: z.record(z.string(), computed).optional(),
  }),
});
const answer = z.object({ data: z.array(bucket) });

export const tool = defineTool({
  name: 'datadog_spans',
  source: 'datadog',
  description:
    'Calls between services from Datadog traces: per edge the p95 duration, calls and error ratio in a window and in ' +
    'an equally long baseline before it. Use it to see which call became slow or fails.',
  environment: datadogEnvironment,
  input,
  probes: ({ scope, window, alert }) =>
    scope.length === 0
      ? []
      : [
          {
            services: scope.slice(0, 20).map((service) => service.id),
            ...probeWindow(suspectWindow(window, alert?.triggeredAtMs ?? null)),
          },
        ],
  connect(environment) {
    const client = datadogClient(environment);
    return async (asked, context) => {
      const picked = pickServices(asked.services, context.catalogue);
      if (!picked.ok) return picked.failure;
      const window = readWindow(asked, context.nowMs);
      const tags = picked.value.map(datadogTag);
      const query = `${anyOf('service', tags)} ${anyOf('env', [context.catalogue.environment])}`;
      const attempt = {
        vendor: 'Datadog',
        asked: `spans matching ${query}`,
        nowMs: context.nowMs,
        blocks: 'which call between services became slow or fails',
        grant: 'the scope apm_read',
      };
      return orFailure({ attempt, signal: context.signal, refusal: httpRefusal }, async () => {
        const edges = await readEdges(client.asking(context.signal), { query, window }, context.catalogue);
        const range = { start: String(window.fromMs), end: String(window.toMs), paused: 'true' };
        return spanFinding(edges, { query, window, link: client.link('/apm/traces', { query, ...range }) });
      });
    };
  },
});

type Asked = { readonly query: string; readonly window: Window };
type Edge = { readonly stat: EdgeStat; readonly calls: number; readonly baselineCalls: number };

const callsMin = 5;

async function readEdges(ask: Ask, { query, window }: Asked, catalogue: Catalogue): Promise<readonly Edge[]> {
  const before = baselineBefore(window);
  const failing = `${query} status:error`;
  const [now, nowErrors, then, thenErrors] = await Promise.all([
    aggregate(ask, { query, window }),
    aggregate(ask, { query: failing, window }),
    aggregate(ask, { query, window: before }),
    aggregate(ask, { query: failing, window: before }),
  ]);
  const keys = [...new Set([...now.keys(), ...then.keys()])];
  return keys.flatMap((key): Edge[] => {
    const [from, to] = key.split('\n').map((tag) => idOf(tag, catalogue));
    const during = now.get(key) ?? none;
    const earlier = then.get(key) ?? none;
    if (from === undefined || to === undefined || during.calls + earlier.calls < callsMin) return [];
    return [
      {
        stat: {
          from,
          to,
          latencyMs: round(during.p95Ms),
          baselineLatencyMs: round(earlier.p95Ms),
          errorRatio: ratio(nowErrors.get(key), during),
          baselineErrorRatio: ratio(thenErrors.get(key), earlier),
        },
        calls: during.calls,
        baselineCalls: earlier.calls,
      },
    ];
  });
}

type EdgeCount = { readonly p95Ms: number; readonly calls: number };
const none: EdgeCount = { p95Ms: 0, calls: 0 };

const ratio = (errors: EdgeCount | undefined, all: EdgeCount): number =>
  all.calls === 0 ? 0 : round(Math.min(1, (errors?.calls ?? 0) / all.calls));

const idOf = (tag: string, catalogue: Catalogue): string =>
  catalogue.services.find((service) => datadogTag(service) === tag)?.id ?? tag;

const groupsMax = 100;
const nanosecondsPerMs = 1_000_000;

/** Keyed by caller and callee, separated by a line break. */
async function aggregate(ask: Ask, { query, window }: Asked): Promise<ReadonlyMap<string, EdgeCount>> {
  const attributes = {
    compute: [
      { aggregation: 'pc95', metric: '@duration', type: 'total' },
      { aggregation: 'count', type: 'total' },
    ],
    filter: { from: isoTime(window.fromMs), query, to: isoTime(window.toMs) },
    group_by: [
      { facet: 'service', limit: groupsMax },
      { facet: '@peer.service', limit: groupsMax },
    ],
  };
  const body = { data: { attributes, type: 'aggregate_request' } };
  const answered = await ask({ path: '/api/v2/spans/analytics/aggregate', body }, answer);
  return new Map(
    answered.data.flatMap(({ attributes: { by, compute, computes } }) => {
      const values = compute ?? computes ?? {};
      const from = by['service'];
      const to = by['@peer.service'];
      if (typeof from !== 'string' || typeof to !== 'string' || to === '' || from === to) return [];
      const count = { p95Ms: Number(values['c0'] ?? 0) / nanosecondsPerMs, calls: Number(values['c1'] ?? 0) };
      return [[`${from}\n${to}`, count] as const];
    }),
  );
}

/** How much an edge worsened: in errors, or in times slower. */
const worsened = ({ stat: edge }: Edge): number =>
  Math.max(
    10 * (edge.errorRatio - edge.baselineErrorRatio),
    Math.log2((edge.latencyMs + 1) / (edge.baselineLatencyMs + 1)),
  );

function spanFinding(edges: readonly Edge[], source: { query: string; window: Window; link: string }): Finding {
  const ordered = edges.toSorted((one, other) => worsened(other) - worsened(one));
  const top = ordered[0]?.stat;
  if (top === undefined) {
    return { kind: 'empty', searched: `calls between services, ${sayWindow(source.window)}`, ...source };
  }
  const latency = `p95 ${top.baselineLatencyMs} to ${top.latencyMs} ms`;
  const truncated = edges.length >= groupsMax;
  const errors = `error ratio ${top.baselineErrorRatio} to ${top.errorRatio}`;
  return {
    kind: 'found',
    result: { edges: ordered.map(({ stat, ...calls }) => ({ ...stat, ...calls })) },
    provenance: 'B',
    ...source,
    headline: [`Of ${ordered.length} calls, ${top.from} to ${top.to} changed most: ${latency}, ${errors}.`],
    chart: null,
    view: fitView({
      head: [
        `calls between services, ${sayWindow(source.window)}; baseline: equal length before`,
        ...(truncated ? [`only ${groupsMax} callers and callees were read`] : []),
      ],
      rows: ordered.map(rowOf),
      things: 'calls',
    }),
    signals: {
      edgeStats: ordered.map(({ stat }) => stat),
      edges: ordered.map(({ stat: { from, to } }) => ({ from, to })),
    },
    truncated,
  };
}

const rowOf = ({ stat: edge, calls, baselineCalls }: Edge): string =>
  `${edge.from} -> ${edge.to}: p95 ${edge.baselineLatencyMs} -> ${edge.latencyMs} ms, errors ${edge.baselineErrorRatio} -> ${edge.errorRatio}, calls ${baselineCalls} -> ${calls}`;
