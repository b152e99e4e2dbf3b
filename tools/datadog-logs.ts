import { z } from 'zod';
import type { Service } from '../src/core/catalogue.ts';
import type { Window } from '../src/core/evidence.ts';
import { defineTool, type ToolContext } from '../src/tool.ts';
import { type Ask, datadogClient, datadogEnvironment } from './datadog/client.ts';
import { instant, readSearch } from './datadog/search.ts';
import { anyOf, phraseInput } from './datadog/search-term.ts';
import { orFailure } from './reading/failure.ts';
import { httpRefusal } from './reading/http-error.ts';
import { logFinding } from './reading/log-finding.ts';
import { levelOf, levelOfMessage, type ReadLine } from './reading/log-line.ts';
import { datadogTag, pickServices, serviceInput } from './reading/scope.ts';
import { baselineBefore, probeWindow, readWindow, suspectWindow, windowInput } from './reading/window.ts';

const input = z.object({
  service: serviceInput,
  ...windowInput,
  contains: phraseInput.optional(),
});

const lineAnswer = z.object({
  attributes: z.object({
    message: z.string().default(''),
    status: z.string().optional(),
    timestamp: instant,
  }),
});

export const tool = defineTool({
  name: 'datadog_logs',
  source: 'datadog',
  description:
    'Log lines of one service from Datadog, as templates with counts in the window and in an equally long baseline ' +
    'before it. New and surging errors come first. For services without CloudWatch log groups.',
  environment: datadogEnvironment,
  input,
  probes: ({ scope, window, alert }) =>
    scope
      .filter((service) => service.logGroups.length === 0 && !service.external)
      .slice(0, 12)
      .map((service) => ({
        service: service.id,
        ...probeWindow(suspectWindow(window, alert?.triggeredAtMs ?? null)),
      })),
  connect(environment) {
    const client = datadogClient(environment);
    return async (asked, context) => {
      const picked = pickServices([asked.service], context.catalogue);
      if (!picked.ok) return picked.failure;
      const window = readWindow(asked, context.nowMs);
      const query = queryOf(picked.value, context.catalogue.environment, asked.contains);
      const attempt = {
        vendor: 'Datadog',
        asked: `logs matching ${query}`,
        nowMs: context.nowMs,
        blocks: `what ${asked.service} logged`,
        grant: 'the scopes logs_read_data and logs_read_index_data',
      };
      return orFailure({ attempt, signal: context.signal, refusal: httpRefusal }, async () => {
        const read = await readLines(client.asking(context.signal), { query, window }, asked.contains === undefined);
        const range = { from_ts: String(window.fromMs), to_ts: String(window.toMs), live: 'false' };
        const link = client.link('/logs', { query: read.query, ...range });
        return logFinding({ service: asked.service, window, link, ...read });
      });
    };
  },
});

function queryOf(
  services: readonly Service[],
  environment: ToolContext['catalogue']['environment'],
  phrase?: string,
): string {
  const tags = services.map((service) => anyOf('service', [datadogTag(service)]));
  return [...tags, anyOf('env', [environment]), ...(phrase === undefined ? [] : [`"${phrase}"`])].join(' ');
}

type LogQuery = { readonly query: string; readonly window: Window };

/** Everything in both windows; when that is too much, errors and warnings only, in both, so that counts compare. */
async function readLines(ask: Ask, asked: LogQuery, mayNarrow: boolean) {
  const all = await readBoth(ask, asked);
  if (!all.truncated || !mayNarrow) return { ...all, query: asked.query };
  const query = `${asked.query} status:(error OR warn OR critical OR emergency OR alert)`;
  return { ...(await readBoth(ask, { ...asked, query })), query };
}

// 300 log searches an hour is the documented default, so few pages of the largest size.
const pagesMax = 4;
const pageSize = 1_000;

async function readBoth(ask: Ask, { query, window }: LogQuery) {
  const paging = {
    path: '/api/v2/logs/events/search',
    sort: 'timestamp',
    pageSize,
    pagesMax,
    item: lineAnswer,
  } as const;
  const windows = [baselineBefore(window), window];
  const parts = await Promise.all(windows.map((one) => readSearch(ask, { ...paging, query, window: one })));
  return {
    lines: parts.flatMap((part) => part.items).map(({ attributes }) => readEvent(attributes)),
    truncated: parts.some((part) => part.truncated),
  };
}

const readEvent = (event: z.output<typeof lineAnswer>['attributes']): ReadLine => ({
  atMs: event.timestamp,
  level: (event.status === undefined ? null : levelOf(event.status)) ?? levelOfMessage(event.message),
  message: event.message.trimEnd(),
});
