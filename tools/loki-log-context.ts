import { z } from 'zod';
import { taint } from '../src/core/tainted.ts';
import { defineTool, type Finding } from '../src/tool.ts';
import { lokiClient, lokiEnvironment } from './loki/client.ts';
import { logQuery, type Matcher, matcherInput } from './loki/logql.ts';
import { type LokiLine, readLines } from './loki/read-lines.ts';
import { counted } from './reading/counted.ts';
import { orFailure } from './reading/failure.ts';
import { fitView } from './reading/fit-view.ts';
import { httpRefusal } from './reading/http-error.ts';
import { pickServices, serviceInput } from './reading/scope.ts';
import { isoTime } from './reading/window.ts';

const input = z.object({
  service: serviceInput,
  moment: z.iso.datetime({ offset: true }).describe('The moment to look around, ISO 8601 with zone'),
  lines: z.int().min(1).max(100).default(20).describe('Lines on each side of it'),
  withinMinutes: z.int().min(1).max(120).default(10).describe('How far from it lines may be, in minutes'),
  matchers: z
    .array(matcherInput)
    .max(6)
    .default([])
    .describe('Further stream labels, e.g. the pod that wrote the line'),
});

export const tool = defineTool({
  name: 'loki_log_context',
  source: 'loki',
  description:
    'The log lines of one service right before and right after a moment, from Loki: what led to an error and what followed.',
  environment: lokiEnvironment,
  input,
  // It needs a moment that somebody found first.
  probes: () => [],
  connect(environment) {
    const client = lokiClient(environment);
    return async (asked, context) => {
      const picked = pickServices([asked.service], context.catalogue);
      if (!picked.ok) return picked.failure;
      const momentMs = Math.min(Date.parse(asked.moment), context.nowMs);
      const reachMs = asked.withinMinutes * 60_000;
      const window = { fromMs: momentMs - reachMs, toMs: momentMs + reachMs };
      const own: Matcher = { label: client.serviceLabel, operator: '=', value: asked.service };
      const query = logQuery([own, ...asked.matchers], { contains: [], excludes: [], expression: null });
      const attempt = {
        vendor: 'Loki',
        asked: `log lines of ${asked.service} around ${isoTime(momentMs)}`,
        nowMs: context.nowMs,
        blocks: `what ${asked.service} logged around that moment`,
        grant: 'logs:read, GET /loki/api/v1/query_range',
      };
      return orFailure({ attempt, signal: context.signal, refusal: httpRefusal }, async () => {
        const page = { query, signal: context.signal, pageSize: asked.lines, pagesMax: 1 };
        const [before, after] = await Promise.all([
          readLines(client, { ...page, window: { ...window, toMs: momentMs }, direction: 'backward' }),
          readLines(client, { ...page, window: { ...window, fromMs: momentMs }, direction: 'forward' }),
        ]);
        const source = { query, window, link: client.link(query, window) };
        return contextFinding({ before: before.lines, after: after.lines, momentMs, service: asked.service }, source);
      });
    };
  },
});

type Around = {
  readonly before: readonly LokiLine[];
  readonly after: readonly LokiLine[];
  readonly momentMs: number;
  readonly service: string;
};
type Source = Pick<Extract<Finding, { kind: 'found' }>, 'query' | 'window' | 'link'>;

function contextFinding({ before, after, momentMs, service }: Around, source: Source): Finding {
  const lines = [...before, ...after].toSorted((one, other) => compareNanos(one.nano, other.nano));
  const first = lines.find(({ level }) => level === 'error');
  if (lines.length === 0) {
    return { kind: 'empty', searched: `log lines of ${service} around ${isoTime(momentMs)}`, ...source };
  }
  const nearest = lines.toSorted((one, other) => Math.abs(one.atMs - momentMs) - Math.abs(other.atMs - momentMs));
  return {
    kind: 'found',
    result: {
      service,
      moment: isoTime(momentMs),
      before: before.length,
      after: after.length,
      lines: lines.map(resultOf),
    },
    provenance: 'C',
    ...source,
    headline: [
      `${service} logged ${counted(before.length, 'line')} before and ${after.length} after ${isoTime(momentMs)}`,
      ...(first === undefined ? ['; none is an error.'] : ['; the first error: ', taint(first.message.slice(0, 160))]),
    ],
    chart: null,
    view: fitView({
      head: [`log lines of ${service} around ${isoTime(momentMs)}, nearest first`],
      rows: nearest.map(({ atMs, level, message }) => `${isoTime(atMs)} ${level} ${message.slice(0, 300)}`),
      things: 'lines',
    }),
    signals: {},
    truncated: false,
  };
}

const resultOf = ({ atMs, level, message }: LokiLine) => ({
  at: isoTime(atMs),
  level,
  message: message.slice(0, 1_000),
});

const compareNanos = (one: string, other: string): number => {
  const difference = BigInt(one) - BigInt(other);
  if (difference === 0n) return 0;
  return difference < 0n ? -1 : 1;
};
