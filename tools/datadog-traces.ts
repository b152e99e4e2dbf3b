import { z } from 'zod';
import type { Catalogue } from '../src/core/catalogue.ts';
import type { Window } from '../src/core/evidence.ts';
import { taint } from '../src/core/tainted.ts';
import type { Span } from '../src/rootcause/telemetry.ts';
import { defineTool, type Finding } from '../src/tool.ts';
import { datadogClient, datadogEnvironment } from './datadog/client.ts';
import { anyOf } from './datadog/search-term.ts';
import type { ReadSpan } from './datadog/span-search.ts';
import { sampleTraces, type Trace, type TraceSample } from './datadog/trace-sample.ts';
import { orFailure } from './reading/failure.ts';
import { fitView } from './reading/fit-view.ts';
import { httpRefusal } from './reading/http-error.ts';
import { datadogTag, pickServices, serviceInput } from './reading/scope.ts';
import { round } from './reading/series-shape.ts';
import { baselineBefore, isoTime, readWindow, sayWindow, windowInput } from './reading/window.ts';

const input = z.object({
  service: serviceInput,
  slowerThanMs: z
    .int()
    .min(1)
    .max(600_000)
    .optional()
    .describe('Beside failing traces, those with a span of the service at least this slow; absent: any'),
  ...windowInput,
});

export const tool = defineTool({
  name: 'datadog_traces',
  source: 'datadog',
  description:
    'Failing and slow traces through one service from Datadog APM, whole, call by call, with the same choice from an ' +
    'equally long baseline. Use it after datadog_spans, to see where inside a request the time goes or the error starts.',
  environment: datadogEnvironment,
  input,
  // datadog_spans is the probe; single traces are worth their requests when an edge is suspected.
  probes: () => [],
  connect(environment) {
    const client = datadogClient(environment);
    return async (asked, context) => {
      const picked = pickServices([asked.service], context.catalogue);
      if (!picked.ok) return picked.failure;
      const window = readWindow(asked, context.nowMs);
      const tags = picked.value.map(datadogTag);
      const query = `${anyOf('service', tags)} ${anyOf('env', [context.catalogue.environment])}`;
      const attempt = {
        vendor: 'Datadog',
        asked: `traces through ${query}`,
        nowMs: context.nowMs,
        blocks: `where requests through ${asked.service} lose time or fail`,
        grant: 'the scope apm_read',
      };
      return orFailure({ attempt, signal: context.signal, refusal: httpRefusal }, async () => {
        const ask = client.asking(context.signal);
        const sampling = { query, slowerThanMs: asked.slowerThanMs ?? null, nowMs: context.nowMs };
        const [during, before] = await Promise.all([
          sampleTraces(ask, { ...sampling, window }),
          sampleTraces(ask, { ...sampling, window: baselineBefore(window) }),
        ]);
        const page = { query, start: String(window.fromMs), end: String(window.toMs), paused: 'true' };
        const source = { query, window, link: client.link('/apm/traces', page) };
        return traceFinding({ service: asked.service, during, before, catalogue: context.catalogue }, source);
      });
    };
  },
});

type Read = {
  readonly service: string;
  readonly during: TraceSample;
  readonly before: TraceSample;
  readonly catalogue: Catalogue;
};
type Source = { readonly query: string; readonly window: Window; readonly link: string };

const spansMax = 2_000;
const shownSpansMax = 40;

function traceFinding({ service, during, before, catalogue }: Read, source: Source): Finding {
  if (during.traces.length === 0) {
    return { kind: 'empty', searched: `traces through ${service}, ${sayWindow(source.window)}`, ...source };
  }
  const idOf = idsOf(catalogue);
  const truncated = during.truncated || before.truncated;
  return {
    kind: 'found',
    result: {
      service,
      ...countsOf(during, before),
      traces: during.traces.map((trace) => resultOf(trace, idOf)),
      baseline: before.traces.map(({ id, durationMs, failed }) => ({ id, durationMs: round(durationMs), failed })),
    },
    // Operation and resource names are what instrumented code says.
    provenance: 'C',
    ...source,
    headline: headlineOf(service, during, before),
    chart: null,
    view: fitView({
      head: [
        `traces through ${service}, ${sayWindow(source.window)}; only spans that Datadog keeps are in them`,
        ...(truncated ? ['there are more such traces: the worst of the fifty newest were read'] : []),
        'service | operation | resource | duration (own time) | ! failed',
      ],
      rows: during.traces.flatMap((trace) => rowsOf(trace, idOf)),
      things: 'lines',
    }),
    signals: { spans: [...signalSpans(before, idOf), ...signalSpans(during, idOf)] },
    truncated,
  };
}

type IdOf = (tag: string) => string;

function idsOf(catalogue: Catalogue): IdOf {
  const byTag = new Map(catalogue.services.map((service) => [datadogTag(service), service.id]));
  return (tag) => byTag.get(tag) ?? tag;
}

const countsOf = (during: TraceSample, before: TraceSample) => ({
  failing: during.traces.filter(({ failed }) => failed).length,
  read: during.traces.length,
  baselineFailing: before.traces.filter(({ failed }) => failed).length,
  baselineRead: before.traces.length,
});

function headlineOf(service: string, during: TraceSample, before: TraceSample) {
  const { failing, read, baselineFailing, baselineRead } = countsOf(during, before);
  const longest = round(Math.max(...during.traces.map(({ durationMs }) => durationMs)));
  const says = `Of ${read} traces read through ${service}, ${failing} fail (${baselineFailing} of ${baselineRead} before)`;
  const origin = firstFailure(during.traces);
  if (origin === null) return [`${says}; the longest takes ${longest} ms.`];
  return [`${says}; the longest takes ${longest} ms; deepest failing call: `, taint(nameOf(origin).slice(0, 160))];
}

/** The failing span without a failing child, in the worst failing trace: the callers above it only follow. */
function firstFailure(traces: readonly Trace[]): ReadSpan | null {
  const failing = traces.find(({ failed }) => failed)?.spans.filter(({ failed }) => failed) ?? [];
  const parents = new Set(failing.map(({ parent }) => parent));
  return failing.find(({ span }) => !parents.has(span)) ?? null;
}

const nameOf = ({ tag, operation, resource }: ReadSpan): string =>
  `${tag} ${operation}${resource === operation ? '' : ` ${resource}`}`;

const resultOf = ({ id, durationMs, failed, spans }: Trace, idOf: IdOf) => ({
  id,
  durationMs: round(durationMs),
  failed,
  spanCount: spans.length,
  spans: telling(spans).map((span) => ({
    span: span.span,
    parent: span.parent,
    service: idOf(span.tag),
    operation: span.operation,
    resource: span.resource,
    start: isoTime(span.startMs),
    durationMs: round(span.durationMs),
    failed: span.failed,
  })),
});

/** The failing and the longest spans, in the order of their start. */
function telling(spans: readonly ReadSpan[]): readonly ReadSpan[] {
  if (spans.length <= shownSpansMax) return spans;
  const weight = (span: ReadSpan): number => (span.failed ? 1e9 : 0) + span.durationMs;
  const kept = new Set(spans.toSorted((one, other) => weight(other) - weight(one)).slice(0, shownSpansMax));
  return spans.filter((span) => kept.has(span));
}

function rowsOf({ id, spans, durationMs, failed }: Trace, idOf: IdOf): readonly string[] {
  const own = ownTimes(spans);
  const depths = depthsOf(spans);
  return [
    `trace ${id}: ${round(durationMs)} ms, ${spans.length} spans${failed ? ', fails' : ''}`,
    ...telling(spans).map((span) => {
      const indent = ' '.repeat(1 + Math.min(12, depths.get(span.span) ?? 0));
      const times = `${round(span.durationMs)} ms (${round(own.get(span.span) ?? 0)})`;
      const what = `${idOf(span.tag)} | ${span.operation.slice(0, 60)} | ${span.resource.slice(0, 120)}`;
      return `${indent}${what} | ${times}${span.failed ? ' !' : ''}`;
    }),
  ];
}

/** A span's time less its children's; children that run at once leave nothing, never less. */
function ownTimes(spans: readonly ReadSpan[]): ReadonlyMap<string, number> {
  const children = Map.groupBy(spans, ({ parent }) => parent);
  const timeOf = (span: ReadSpan): number => {
    const inside = (children.get(span.span) ?? []).reduce((sum, child) => sum + child.durationMs, 0);
    return Math.max(0, span.durationMs - inside);
  };
  return new Map(spans.map((span) => [span.span, timeOf(span)]));
}

/** Spans come in the order of their start, so that a parent is mostly before its children. */
function depthsOf(spans: readonly ReadSpan[]): ReadonlyMap<string, number> {
  const depths = new Map<string, number>();
  for (const { span, parent } of spans) depths.set(span, parent === null ? 0 : (depths.get(parent) ?? -1) + 1);
  return depths;
}

const signalSpans = ({ traces }: TraceSample, idOf: IdOf): readonly Span[] =>
  traces
    .flatMap(({ spans }) => spans)
    .slice(0, spansMax)
    .map(({ trace, span, parent, tag, operation, resource, startMs, durationMs, failed }) => ({
      trace,
      span,
      parent,
      service: idOf(tag),
      operation: resource === '' || resource === operation ? operation : `${operation} ${resource}`.slice(0, 200),
      startMs,
      durationMs,
      failed,
    }));
