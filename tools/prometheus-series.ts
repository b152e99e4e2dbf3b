import { z } from 'zod';
import type { Window } from '../src/core/evidence.ts';
import { taint } from '../src/core/tainted.ts';
import { defineTool, type Finding } from '../src/tool.ts';
import { type PrometheusClient, prometheusClient, prometheusEnvironment } from './prometheus/client.ts';
import { equals, metricName, selector } from './prometheus/promql.ts';
import { prometheusRefusal } from './prometheus/refusal.ts';
import { counted } from './reading/counted.ts';
import { orFailure } from './reading/failure.ts';
import { fitView } from './reading/fit-view.ts';
import { HttpError } from './reading/http-error.ts';
import { pickServices, serviceInput } from './reading/scope.ts';
import { isoTime, readWindow, sayWindow, windowInput } from './reading/window.ts';

const input = z.object({
  service: serviceInput,
  metric: metricName
    .optional()
    .describe('A metric name: its labels and their values; absent: the names of all metrics'),
  contains: z
    .string()
    .regex(/^[a-zA-Z0-9_:]{1,60}$/)
    .optional()
    .describe('Only metric names that contain this'),
  ...windowInput,
});
type Asked = z.output<typeof input>;

export const tool = defineTool({
  name: 'prometheus_series',
  source: 'prometheus',
  description:
    'Which metrics one service has in Prometheus, with type and help, or the labels and label values of one metric. Ask ' +
    'this before prometheus_query when a name is not known.',
  environment: prometheusEnvironment,
  input,
  // Names tell nothing by themselves.
  probes: () => [],
  connect(environment) {
    const client = prometheusClient(environment);
    return async (asked, context) => {
      const picked = pickServices([asked.service], context.catalogue);
      if (!picked.ok) return picked.failure;
      const window = readWindow(asked, context.nowMs);
      const attempt = {
        vendor: 'Prometheus',
        asked: `metrics of ${asked.service}`,
        nowMs: context.nowMs,
        blocks: `which metrics ${asked.service} has`,
        grant: 'GET /api/v1/label/__name__/values, GET /api/v1/metadata, GET /api/v1/series',
      };
      return orFailure({ attempt, signal: context.signal, refusal: prometheusRefusal }, () => {
        const question = { client, asked, window, signal: context.signal };
        return asked.metric === undefined ? listMetrics(question) : listLabels(question, asked.metric);
      });
    };
  },
});

type Question = {
  readonly client: PrometheusClient;
  readonly asked: Asked;
  readonly window: Window;
  readonly signal: AbortSignal;
};

const namesMax = 400;
const metadataAnswer = z.record(
  z.string(),
  z.array(z.object({ type: z.string().default('unknown'), help: z.string().default('') })),
);

/** What else answers this API often has no metadata: the names are worth having without. */
function withoutHelp(error: unknown): z.output<typeof metadataAnswer> {
  if (error instanceof HttpError) return {};
  throw error;
}

const between = ({ fromMs, toMs }: Window) => ({ start: isoTime(fromMs), end: isoTime(toMs) });

async function listMetrics({ client, asked, window, signal }: Question): Promise<Finding> {
  const match = selector('', [equals(client.serviceLabel, asked.service)]);
  const parameters = { 'match[]': match, ...between(window) };
  const [all, metadata] = await Promise.all([
    client.ask({ path: 'label/__name__/values', parameters, signal }, z.array(z.string())),
    client.ask({ path: 'metadata', parameters: { limit_per_metric: '1' }, signal }, metadataAnswer).catch(withoutHelp),
  ]);
  const named = all.filter((name) => name.includes(asked.contains ?? ''));
  const query = `GET /api/v1/label/__name__/values?match[]=${match}`;
  const source = { query, window, link: client.link(match) };
  if (named.length === 0) {
    const which = asked.contains === undefined ? 'metrics' : `metrics with ${asked.contains} in their name`;
    return { kind: 'empty', searched: `${which} of ${asked.service}, ${sayWindow(window)}`, ...source };
  }
  const metrics = named.slice(0, namesMax).map((name) => {
    // Histograms and summaries are described under the name without its suffix.
    const told = metadata[name] ?? metadata[name.replace(/_(?:bucket|sum|count|total)$/u, '')];
    return { name, type: told?.[0]?.type ?? 'unknown', help: told?.[0]?.help.slice(0, 200) ?? '' };
  });
  return {
    kind: 'found',
    result: { service: asked.service, metrics: named.length, names: metrics },
    provenance: 'B',
    ...source,
    headline: [`${asked.service} has ${counted(named.length, 'metric')} in Prometheus.`],
    chart: null,
    view: fitView({
      head: [`${named.length} metrics of ${asked.service}, ${sayWindow(window)}; name / type / help`],
      rows: metrics.map(({ name, type, help }) => `${name} / ${type} / ${help.slice(0, 80)}`),
      things: 'metrics',
    }),
    signals: {},
    truncated: named.length > namesMax,
  };
}

const seriesMax = 2_000;

async function listLabels({ client, asked, window, signal }: Question, metric: string): Promise<Finding> {
  const match = selector(metric, [equals(client.serviceLabel, asked.service)]);
  const parameters = { 'match[]': match, ...between(window) };
  const answered = await client.ask({ path: 'series', parameters, signal }, z.array(z.record(z.string(), z.string())));
  const source = { query: `GET /api/v1/series?match[]=${match}`, window, link: client.link(match) };
  if (answered.length === 0) return { kind: 'empty', searched: `series of ${match}, ${sayWindow(window)}`, ...source };
  const labels = labelsOf(answered.slice(0, seriesMax));
  const first = labels[0];
  return {
    kind: 'found',
    result: { service: asked.service, metric, series: answered.length, labels },
    provenance: 'B',
    ...source,
    headline: [
      `${metric} of ${asked.service} has ${answered.length} series`,
      ...(first === undefined ? ['.'] : [' by ', taint(labels.map(({ label }) => label).join(', ')), '.']),
    ],
    chart: null,
    view: fitView({
      head: [`${match}: ${answered.length} series, ${sayWindow(window)}; label / values / examples`],
      rows: labels.map(({ label, values, examples }) => `${label} / ${values} / ${examples.join(', ')}`),
      things: 'labels',
    }),
    signals: {},
    truncated: answered.length > seriesMax,
  };
}

const examplesMax = 15;

/** The labels that tell series apart come first. */
function labelsOf(series: readonly { readonly [label: string]: string }[]) {
  const names = [...new Set(series.flatMap((one) => Object.keys(one)))].filter((name) => name !== '__name__');
  return names
    .map((label) => {
      const values = [...new Set(series.flatMap((one) => one[label] ?? []))].toSorted();
      return {
        label,
        values: values.length,
        examples: values.slice(0, examplesMax).map((value) => value.slice(0, 80)),
      };
    })
    .toSorted((one, other) => other.values - one.values || one.label.localeCompare(other.label));
}
