/** Whole traces of one service, chosen alike in a window and before it, so that the two can be compared. */
import type { Window } from '../../src/core/evidence.ts';
import { minuteMs } from '../reading/window.ts';
import type { Ask } from './client.ts';
import { anyOf } from './search-term.ts';
import { type ReadSpan, searchSpans } from './span-search.ts';

export type Trace = {
  readonly id: string;
  /** In order of their start. */
  readonly spans: readonly ReadSpan[];
  readonly durationMs: number;
  readonly failed: boolean;
};

export type TraceSample = { readonly traces: readonly Trace[]; readonly truncated: boolean };

type Sampling = {
  /** Finds spans of the service. */
  readonly query: string;
  readonly slowerThanMs: number | null;
  readonly window: Window;
  readonly nowMs: number;
};

const candidatesMax = 50;
const tracesOfEachKindMax = 8;
const spansOfTracePages = 3;
const wholePage = 1_000;
/** A trace reaches beyond the span that was found. */
const marginMs = 5 * minuteMs;

/** At most eight failing traces and eight others (slow ones, when a bound is given), the worst of each fifty newest. */
export async function sampleTraces(ask: Ask, { query, slowerThanMs, window, nowMs }: Sampling): Promise<TraceSample> {
  const search = { window, pageSize: candidatesMax, pagesMax: 1 };
  const slow = slowerThanMs === null ? '' : ` @duration:>=${Math.round(slowerThanMs * 1_000_000)}`;
  const [failing, others] = await Promise.all([
    searchSpans(ask, { ...search, query: `${query} status:error` }),
    searchSpans(ask, { ...search, query: `${query}${slow}` }),
  ]);
  const failingIds = worstTraces(failing.spans);
  const ids = [...new Set([...failingIds, ...worstTraces(others.spans)])];
  if (ids.length === 0) return { traces: [], truncated: false };
  const whole = await searchSpans(ask, {
    query: anyOf('trace_id', ids),
    window: { fromMs: window.fromMs - marginMs, toMs: Math.min(nowMs, window.toMs + marginMs) },
    pageSize: wholePage,
    pagesMax: spansOfTracePages,
  });
  // What was found is there even where the second search, a moment later, does not find it.
  const spans = distinct([...whole.spans, ...failing.spans, ...others.spans]).filter(({ trace }) =>
    ids.includes(trace),
  );
  const traces = [...Map.groupBy(spans, ({ trace }) => trace)].map(([id, members]) => traceOf(id, members));
  return { traces: traces.toSorted(worse), truncated: failing.truncated || others.truncated || whole.truncated };
}

const worstTraces = (spans: readonly ReadSpan[]): readonly string[] =>
  [...new Set(spans.toSorted((one, other) => other.durationMs - one.durationMs).map(({ trace }) => trace))].slice(
    0,
    tracesOfEachKindMax,
  );

const distinct = (spans: readonly ReadSpan[]): readonly ReadSpan[] => [
  ...new Map(spans.map((span) => [`${span.trace} ${span.span}`, span])).values(),
];

function traceOf(id: string, members: readonly ReadSpan[]): Trace {
  const spans = members.toSorted((one, other) => one.startMs - other.startMs || other.durationMs - one.durationMs);
  return {
    id,
    spans,
    durationMs: Math.max(...spans.map(({ durationMs }) => durationMs)),
    failed: spans.some(({ failed }) => failed),
  };
}

/** Failing ones first, then the longest. */
const worse = (one: Trace, other: Trace): number =>
  Number(other.failed) - Number(one.failed) || other.durationMs - one.durationMs || (one.id < other.id ? -1 : 1);
