/** What Datadog's explorer pages would show for a link, taken from the lab's own API answers. */
import { z } from 'zod';
import { searchEvents } from './datadog-events.ts';
import { searchLogs } from './datadog-logs.ts';
import { answerMetricQuery, type DatadogLab } from './datadog-metrics.ts';
import { readJson, type VendorAnswer, type VendorRequest } from './vendor-http.ts';

/** One line of a page: when or what, and its text. */
export type PageRow = readonly [left: string, right: string];

const shownRows = 50;

const errorShape = z.object({ errors: z.array(z.string()) });
const logShape = z.object({
  data: z.array(z.object({ attributes: z.object({ timestamp: z.string(), status: z.string(), message: z.string() }) })),
});
const eventShape = z.object({
  data: z.array(
    z.object({
      attributes: z.object({ timestamp: z.string(), message: z.string(), attributes: z.object({ title: z.string() }) }),
    }),
  ),
});
const metricShape = z.object({
  series: z.array(z.object({ scope: z.string(), pointlist: z.array(z.tuple([z.number(), z.number()])) })),
});

/** The rows of an answer of this shape; a refusal is shown as one row. */
function rowsOf<Shape>(answer: VendorAnswer, shape: z.ZodType<Shape>, read: (value: Shape) => readonly PageRow[]) {
  const body = readJson(answer.body);
  const refused = errorShape.safeParse(body);
  return refused.success ? refused.data.errors.map((each): PageRow => ['error', each]) : read(shape.parse(body));
}

/** The link's window under either of the names Datadog's pages use, as the search filters take it. */
function windowOf(request: VendorRequest): { from: string; to: string } {
  const value = (...names: readonly string[]) => names.map((name) => request.query.get(name)).find((each) => each);
  return { from: value('from_ts', 'start') ?? 'now-15m', to: value('to_ts', 'end') ?? 'now' };
}

function search(request: VendorRequest): VendorRequest {
  const filter = { query: request.query.get('query') ?? '*', ...windowOf(request) };
  const body = JSON.stringify({ filter, sort: '-timestamp', page: { limit: shownRows } });
  return { ...request, method: 'POST', body };
}

function logRows(lab: DatadogLab, request: VendorRequest): readonly PageRow[] {
  return rowsOf(searchLogs(lab, search(request)), logShape, ({ data }) =>
    data.map(({ attributes }): PageRow => [attributes.timestamp, `${attributes.status}: ${attributes.message}`]),
  );
}

function eventRows(lab: DatadogLab, request: VendorRequest): readonly PageRow[] {
  return rowsOf(searchEvents(lab, search(request)), eventShape, ({ data }) =>
    data.map(
      ({ attributes }): PageRow => [attributes.timestamp, `${attributes.attributes.title}: ${attributes.message}`],
    ),
  );
}

function metricRows(lab: DatadogLab, request: VendorRequest): readonly PageRow[] {
  const query = new URLSearchParams({ query: request.query.get('exp_metric') ?? '' });
  for (const [name, value] of [...request.query].filter(([each]) => each === 'start' || each === 'end')) {
    query.set(name === 'start' ? 'from' : 'to', String(Math.floor(Number(value) / 1_000)));
  }
  return rowsOf(answerMetricQuery(lab, { ...request, query }), metricShape, ({ series }) =>
    series.flatMap(({ scope, pointlist }): PageRow[] =>
      pointlist
        .slice(-shownRows)
        .toReversed()
        .map(([atMs, value]) => [new Date(atMs).toISOString(), `${value} (${scope})`]),
    ),
  );
}

const explorers: Readonly<Record<string, (lab: DatadogLab, request: VendorRequest) => readonly PageRow[]>> = {
  '/logs': logRows,
  '/event/explorer': eventRows,
  '/metric/explorer': metricRows,
};

/** The newest rows an explorer link finds; none for other pages. */
export function explorerRows(lab: DatadogLab, request: VendorRequest): readonly PageRow[] {
  return explorers[request.path]?.(lab, request) ?? [];
}
