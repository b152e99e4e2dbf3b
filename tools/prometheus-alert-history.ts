import { z } from 'zod';
import type { Window } from '../src/core/evidence.ts';
import type { Series } from '../src/rootcause/telemetry.ts';
import { defineTool, type Finding } from '../src/tool.ts';
import { matrixAnswer, rangeOf } from './prometheus/answers.ts';
import { type PrometheusClient, prometheusClient, prometheusEnvironment } from './prometheus/client.ts';
import { rangeFinding } from './prometheus/query-finding.ts';
import { prometheusRefusal } from './prometheus/refusal.ts';
import { alertingRules, metricCharactersMax, readExpression, rulesAnswer } from './prometheus/rules.ts';
import { orFailure } from './reading/failure.ts';
import { pickServices, serviceInput } from './reading/scope.ts';
import { probeWindow, readWindow, windowInput } from './reading/window.ts';

const input = z.object({
  service: serviceInput,
  rule: z
    .string()
    .min(1)
    .max(metricCharactersMax)
    .describe('Name of an alerting rule, or the metric it compares, as prometheus_alerts gives them; it is looked up'),
  ...windowInput,
});

export const tool = defineTool({
  name: 'prometheus_alert_history',
  source: 'prometheus',
  description:
    'How the value that an alerting rule of Prometheus compares moved over a window, next to its threshold: when it began, ' +
    'and whether it is over.',
  environment: prometheusEnvironment,
  input,
  // What alerts is the first thing to measure; an alert of another platform matches no rule.
  probes: ({ alert, window }) =>
    alert === null || alert.metric === ''
      ? []
      : [{ service: alert.service, rule: alert.metric.slice(0, metricCharactersMax), ...probeWindow(window) }],
  connect(environment) {
    const client = prometheusClient(environment);
    return async (asked, context) => {
      const picked = pickServices([asked.service], context.catalogue);
      if (!picked.ok) return picked.failure;
      const window = readWindow(asked, context.nowMs);
      const attempt = {
        vendor: 'Prometheus',
        asked: `what the rule ${asked.rule} compares`,
        nowMs: context.nowMs,
        blocks: `since when ${asked.service} alerts, and whether it is over`,
        grant: 'GET /api/v1/rules, GET /api/v1/query_range',
      };
      return orFailure({ attempt, signal: context.signal, refusal: prometheusRefusal }, () =>
        readHistory({ client, service: asked.service, rule: asked.rule, window, signal: context.signal }),
      );
    };
  },
});

type Question = {
  readonly client: PrometheusClient;
  readonly service: string;
  readonly rule: string;
  readonly window: Window;
  readonly signal: AbortSignal;
};

async function readHistory({ client, service, rule, window, signal }: Question): Promise<Finding> {
  const answered = await client.ask({ path: 'rules', parameters: { type: 'alert' }, signal }, rulesAnswer);
  const found = findRule(answered, { service, rule, label: client.serviceLabel });
  if (found === null) {
    const searched = `an alerting rule named ${rule}, or one that compares it with a number`;
    return { kind: 'empty', searched, query: 'GET /api/v1/rules?type=alert', window, link: client.page('alerts') };
  }
  // What is sent is the rule's own text, as Prometheus keeps it: nothing of the question.
  const { compared, comparator, threshold, metric } = found;
  const { result } = await client.ask(
    { path: 'query_range', parameters: rangeOf(compared, window), signal },
    matrixAnswer,
  );
  const own = result.filter((one) => one.metric[client.serviceLabel] === service);
  const read = {
    query: compared,
    link: client.link(compared),
    window,
    title: `${metric.length > 60 ? 'the compared value' : metric} of ${service} (alerts ${comparator} ${threshold})`,
    metric,
    service,
    serviceLabel: client.serviceLabel,
  };
  // A rule that aggregates away the service's label is about the service that its own labels name.
  const finding = rangeFinding(read, { resultType: 'matrix', result: own.length > 0 ? own : result });
  if (finding.kind !== 'found') return finding;
  return { ...finding, signals: { series: nameWorst(finding.signals.series ?? [], metric, comparator) } };
}

type Sought = { readonly service: string; readonly rule: string; readonly label: string };

/** By name or by what it compares; of several, the one that names the service or fires for it. */
function findRule(answered: z.output<typeof rulesAnswer>, { service, rule: sought, label }: Sought) {
  const candidates = alertingRules(answered).flatMap(({ rule }) => {
    const meaning = readExpression(rule.query);
    if (meaning === null || (rule.name !== sought && meaning.metric !== sought)) return [];
    const isOwn = rule.labels[label] === service || rule.alerts.some(({ labels }) => labels[label] === service);
    return [{ meaning, isOwn }];
  });
  return (candidates.find(({ isOwn }) => isOwn) ?? candidates[0])?.meaning ?? null;
}

/** The series that is furthest past the threshold bears the alert's own name: it is what the alert is about. */
function nameWorst(series: readonly Series[], metric: string, comparator: '>' | '<'): readonly Series[] {
  const sign = comparator === '>' ? 1 : -1;
  const lastOf = ({ points }: Series): number => (points.at(-1)?.[1] ?? 0) * sign;
  const [worst] = series.toSorted((one, other) => lastOf(other) - lastOf(one));
  return series.map((one) => (one === worst ? { ...one, metric } : one));
}
