import { z } from 'zod';
import type { Window } from '../src/core/evidence.ts';
import { taint } from '../src/core/tainted.ts';
import { defineTool, type Finding } from '../src/tool.ts';
import { type LokiClient, lokiClient, lokiEnvironment, nanoWindow } from './loki/client.ts';
import { streamSelector } from './loki/logql.ts';
import { counted } from './reading/counted.ts';
import { type Failed, orFailure } from './reading/failure.ts';
import { fitView } from './reading/fit-view.ts';
import { HttpError, httpRefusal } from './reading/http-error.ts';
import { levelOf, levelOfMessage } from './reading/log-line.ts';
import { pickServices, serviceInput } from './reading/scope.ts';
import { baselineBefore, readWindow, sayWindow, windowInput } from './reading/window.ts';

const input = z.object({ service: serviceInput, ...windowInput });

const patternsAnswer = z.object({
  status: z.literal('success'),
  data: z.array(
    z.object({
      pattern: z.string(),
      level: z.string().optional(),
      /** Second and count. */
      samples: z.array(z.tuple([z.number(), z.number()])),
    }),
  ),
});

export const tool = defineTool({
  name: 'loki_patterns',
  source: 'loki',
  description:
    'Log patterns that Loki itself counted for one service, in the window and in an equally long baseline before it: for ' +
    'services whose lines are too many to read. Loki keeps patterns of the last hours only.',
  environment: lokiEnvironment,
  input,
  // The lines themselves are asked first.
  probes: () => [],
  connect(environment) {
    const client = lokiClient(environment);
    return async (asked, context) => {
      const picked = pickServices([asked.service], context.catalogue);
      if (!picked.ok) return picked.failure;
      const window = readWindow(asked, context.nowMs);
      const query = streamSelector([{ label: client.serviceLabel, operator: '=', value: asked.service }]);
      const attempt = {
        vendor: 'Loki',
        asked: `log patterns of ${asked.service}`,
        nowMs: context.nowMs,
        blocks: `which log patterns of ${asked.service} became frequent`,
        grant: 'logs:read, GET /loki/api/v1/patterns',
      };
      return orFailure({ attempt, signal: context.signal, refusal: httpRefusal }, async () => {
        const read = { client, query, window, service: asked.service };
        const parameters = { query, ...nanoWindow({ fromMs: baselineBefore(window).fromMs, toMs: window.toMs }) };
        const answered = await client
          .ask({ path: 'patterns', parameters, signal: context.signal }, patternsAnswer)
          .catch(nullWhenOff);
        return answered === null ? patternsOff(asked.service) : patternFinding(read, answered);
      });
    };
  },
});

/** A Loki that mines no patterns does not have this path. */
function nullWhenOff(error: unknown): null {
  if (error instanceof HttpError && error.status === 404) return null;
  throw error;
}

const patternsOff = (service: string): Failed => ({
  kind: 'failed',
  reason: 'Loki: it does not mine patterns (404)',
  retryable: false,
  blocks: `which log patterns of ${service} became frequent`,
  fix: "Set pattern_ingester.enabled: true in Loki's configuration, or ask loki_logs.",
});

type Read = {
  readonly client: LokiClient;
  readonly query: string;
  readonly window: Window;
  readonly service: string;
};

const patternsMax = 100;

function patternFinding({ client, query, window, service }: Read, { data }: z.output<typeof patternsAnswer>): Finding {
  const source = { query, window, link: client.link(query, window) };
  const patterns = data
    .map(({ pattern, level, samples }) => {
      const during = samples.filter(([atSeconds]) => atSeconds * 1_000 >= window.fromMs);
      const count = sumOf(during);
      return {
        pattern: pattern.slice(0, 600),
        level: levelOf(level ?? '') ?? levelOfMessage(pattern),
        count,
        baselineCount: sumOf(samples) - count,
      };
    })
    .toSorted((one, other) => weight(other) - weight(one));
  if (patterns.length === 0) {
    const searched = `log patterns of ${service}, ${sayWindow(window)}, and an equal length before; Loki keeps them for hours only`;
    return { kind: 'empty', searched, ...source };
  }
  const top = patterns.find(({ count, baselineCount }) => count >= 3 && count >= 2 * baselineCount);
  const says = `${service} has ${counted(patterns.length, 'log pattern')}`;
  return {
    kind: 'found',
    result: { service, patterns: patterns.length, top: patterns.slice(0, patternsMax) },
    provenance: 'C',
    ...source,
    headline:
      top === undefined
        ? [`${says}; none became clearly more frequent.`]
        : [`${says}; from ${top.baselineCount} to ${top.count} times: `, taint(top.pattern.slice(0, 160))],
    chart: null,
    view: fitView({
      head: [`log patterns of ${service}, ${sayWindow(window)}; count / before / level / pattern`],
      rows: patterns.map(
        ({ pattern, level, count, baselineCount }) =>
          `${count} / ${baselineCount} / ${level} / ${pattern.slice(0, 240)}`,
      ),
      things: 'patterns',
    }),
    // loki_logs hands templates of the same lines to the engine: twice would count twice.
    signals: {},
    truncated: patterns.length > patternsMax,
  };
}

const sumOf = (samples: readonly (readonly [number, number])[]): number =>
  samples.reduce((sum, [, count]) => sum + count, 0);

/** New and surging errors first, as for log templates. */
function weight({ level, count, baselineCount }: { level: string; count: number; baselineCount: number }): number {
  const change = Math.abs(Math.log2((count + 1) / (baselineCount + 1)));
  return (level === 'error' ? 4 : 1) * (change + 0.05 * Math.log2(count + baselineCount + 1));
}
