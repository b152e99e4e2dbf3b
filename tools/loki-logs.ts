import { z } from 'zod';
import { defineTool } from '../src/tool.ts';
import { type LokiClient, lokiClient, lokiEnvironment } from './loki/client.ts';
import { type LineFilter, logQuery, type Matcher, matcherInput, phraseInput } from './loki/logql.ts';
import { type LineQuery, readLines } from './loki/read-lines.ts';
import { orFailure } from './reading/failure.ts';
import { httpRefusal } from './reading/http-error.ts';
import { logFinding } from './reading/log-finding.ts';
import { pickServices, serviceInput } from './reading/scope.ts';
import { baselineBefore, probeWindow, readWindow, suspectWindow, windowInput } from './reading/window.ts';

const input = z.object({
  service: serviceInput,
  matchers: z.array(matcherInput).max(6).default([]).describe('Further stream labels, e.g. pod or namespace'),
  contains: z.array(phraseInput).max(4).default([]).describe('Only lines with all of these phrases'),
  excludes: z.array(phraseInput).max(4).default([]).describe('No lines with any of these phrases'),
  ...windowInput,
});

export const tool = defineTool({
  name: 'loki_logs',
  source: 'loki',
  description:
    'Log lines of one service from Loki, as templates with counts in the window and in an equally long baseline before it. ' +
    'New and surging errors come first.',
  environment: lokiEnvironment,
  input,
  probes: ({ scope, window, alert }) =>
    scope
      .filter((service) => !service.external)
      .slice(0, 12)
      .map((service) => ({
        service: service.id,
        ...probeWindow(suspectWindow(window, alert?.triggeredAtMs ?? null)),
      })),
  connect(environment) {
    const client = lokiClient(environment);
    return async (asked, context) => {
      const picked = pickServices([asked.service], context.catalogue);
      if (!picked.ok) return picked.failure;
      const window = readWindow(asked, context.nowMs);
      const matchers = [
        { label: client.serviceLabel, operator: '=', value: asked.service } as const,
        ...asked.matchers,
      ];
      const filter: LineFilter = { contains: asked.contains, excludes: asked.excludes, expression: null };
      const attempt = {
        vendor: 'Loki',
        asked: `log lines of ${asked.service}`,
        nowMs: context.nowMs,
        blocks: `what ${asked.service} logged`,
        grant: 'logs:read, GET /loki/api/v1/query_range',
      };
      return orFailure({ attempt, signal: context.signal, refusal: httpRefusal }, async () => {
        const windows = [baselineBefore(window), window];
        const read = await readAll({ client, matchers, windows, signal: context.signal }, filter);
        const { lines, query, truncated } = read;
        return logFinding({
          service: asked.service,
          window,
          lines,
          query,
          link: client.link(query, window),
          truncated,
        });
      });
    };
  },
});

// Any of these words, RE2.
const trouble = '(?i)(error|warn|fatal|exception|panic)';

const pageSize = 2_000;
const pagesMax = 5;

type Reading = {
  readonly client: LokiClient;
  readonly matchers: readonly Matcher[];
  readonly windows: readonly LineQuery['window'][];
  readonly signal: AbortSignal;
};

/** Everything in both windows; when that is too much, errors and warnings only, in both, so that counts compare. */
async function readAll(reading: Reading, filter: LineFilter) {
  const all = await readBoth(reading, filter);
  if (!all.truncated || filter.contains.length > 0) return all;
  return readBoth(reading, { ...filter, expression: trouble });
}

async function readBoth({ client, matchers, windows, signal }: Reading, filter: LineFilter) {
  const query = logQuery(matchers, filter);
  const parts = await Promise.all(
    windows.map((window) => readLines(client, { query, window, signal, pageSize, pagesMax, direction: 'backward' })),
  );
  return { query, lines: parts.flatMap(({ lines }) => lines), truncated: parts.some(({ truncated }) => truncated) };
}
