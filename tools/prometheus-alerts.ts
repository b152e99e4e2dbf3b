import { z } from 'zod';
import type { Service } from '../src/core/catalogue.ts';
import { taint } from '../src/core/tainted.ts';
import { defineTool, type Finding, type ToolContext } from '../src/tool.ts';
import { sayLabels } from './prometheus/answers.ts';
import { type PrometheusClient, prometheusClient, prometheusEnvironment } from './prometheus/client.ts';
import { prometheusRefusal } from './prometheus/refusal.ts';
import { type ActiveAlert, activeAlerts, alertingRules, firedOf, monitorOf, rulesAnswer } from './prometheus/rules.ts';
import { counted } from './reading/counted.ts';
import { orFailure } from './reading/failure.ts';
import { fitView } from './reading/fit-view.ts';
import { pickServices, servicesInput } from './reading/scope.ts';
import { round } from './reading/series-shape.ts';
import { isoTime, minuteMs, shortTime } from './reading/window.ts';

const input = z.object({
  services: servicesInput.optional().describe('Catalogue ids: only alerts that name one of these; absent: all alerts'),
});

export const tool = defineTool({
  name: 'prometheus_alerts',
  readsMonitors: true,
  source: 'prometheus',
  description:
    'The alerts that are firing or pending in Prometheus now: since when, with which labels and value, what their rules ' +
    'compare, and rules that cannot be evaluated.',
  environment: prometheusEnvironment,
  input,
  probes: ({ scope }) => (scope.length === 0 ? [] : [{}]),
  connect(environment) {
    const client = prometheusClient(environment);
    return async (asked, context) => {
      const picked = pickServices(asked.services ?? [], context.catalogue);
      if (!picked.ok) return picked.failure;
      const attempt = {
        vendor: 'Prometheus',
        asked: 'alerting rules and their alerts',
        nowMs: context.nowMs,
        blocks: 'what alerts now and at which threshold',
        grant: 'GET /api/v1/rules',
      };
      return orFailure({ attempt, signal: context.signal, refusal: prometheusRefusal }, async () => {
        const request = { path: 'rules', parameters: { type: 'alert' }, signal: context.signal };
        const answered = await client.ask(request, rulesAnswer);
        return alertFinding({ client, answered, services: picked.value, context });
      });
    };
  },
});

type Read = {
  readonly client: PrometheusClient;
  readonly answered: z.output<typeof rulesAnswer>;
  /** Empty: all. */
  readonly services: readonly Service[];
  readonly context: ToolContext;
};

const alertsMax = 200;

function alertFinding({ client, answered, services, context }: Read): Finding {
  const rules = alertingRules(answered);
  const source = {
    query: 'GET /api/v1/rules?type=alert',
    window: { fromMs: context.nowMs - minuteMs, toMs: context.nowMs },
    link: client.page('alerts'),
  };
  if (rules.length === 0) return { kind: 'empty', searched: 'alerting rules: Prometheus has none', ...source };
  const ids = services.map((service) => service.id);
  const all = activeAlerts(rules, { catalogue: context.catalogue, label: client.serviceLabel }).filter(
    ({ service }) => ids.length === 0 || (service !== null && ids.includes(service)),
  );
  const alerts = all.slice(0, alertsMax);
  const broken = rules.filter(({ rule }) => rule.health === 'err').map(({ rule }) => rule);
  const counts: Counts = {
    rules: rules.length,
    firing: all.filter(({ state }) => state === 'firing').length,
    pending: all.filter(({ state }) => state === 'pending').length,
    broken: broken.length,
  };
  const brokenRows = broken.slice(0, 10).map((rule) => `cannot be evaluated | ${rule.name} | ${rule.lastError ?? ''}`);
  return {
    kind: 'found',
    result: {
      ...counts,
      alerts: alerts.map(resultOf),
      brokenRules: broken.slice(0, 20).map(({ name, lastError = '' }) => ({ name, error: lastError.slice(0, 300) })),
    },
    provenance: 'B',
    ...source,
    headline: headlineOf(alerts, counts, ids),
    chart: null,
    view: fitView({ head: [sayCounts(counts)], rows: [...alerts.map(rowOf), ...brokenRows], things: 'alerts' }),
    signals: { monitors: alerts.flatMap(monitorOf), alerts: alerts.flatMap(firedOf) },
    truncated: all.length > alerts.length,
  };
}

type Counts = { readonly rules: number; readonly firing: number; readonly pending: number; readonly broken: number };

const sayCounts = ({ rules, firing, pending, broken }: Counts): string =>
  `${counted(firing, 'firing alert')}, ${pending} pending; ${counted(rules, 'alerting rule')}${broken > 0 ? `, ${broken} of them cannot be evaluated` : ''}`;

const resultOf = (alert: ActiveAlert) => ({
  name: alert.name,
  group: alert.group,
  service: alert.service,
  state: alert.state,
  activeAt: isoTime(alert.activeAtMs),
  firedAt: alert.firedAtMs === null ? null : isoTime(alert.firedAtMs),
  value: alert.value === null ? null : round(alert.value),
  query: alert.query,
  labels: alert.labels,
  summary: alert.summary.slice(0, 600),
});

type Headline = Extract<Finding, { kind: 'found' }>['headline'];

function headlineOf(alerts: readonly ActiveAlert[], counts: Counts, ids: readonly string[]): Headline {
  const about = ids.length === 0 ? '' : ` for ${ids.join(', ')}`;
  const broken = counts.broken === 0 ? '' : ` ${counted(counts.broken, 'rule')} cannot be evaluated.`;
  const first = alerts[0];
  if (first?.firedAtMs == null) {
    return [
      `No firing alert${about}, ${counts.pending} pending, of ${counted(counts.rules, 'alerting rule')}.${broken}`,
    ];
  }
  return [
    `${counted(counts.firing, 'firing alert')}${about}; ${first.service ?? 'no known service'} since ${shortTime(first.firedAtMs)} UTC: `,
    taint(`${first.name} (${first.query.slice(0, 160)})`),
    ...(broken === '' ? [] : [`.${broken}`]),
  ];
}

function rowOf(alert: ActiveAlert): string {
  const since = `${alert.state === 'firing' ? 'fired' : 'pending since'} ${shortTime(alert.firedAtMs ?? alert.activeAtMs)}`;
  const value = alert.value === null ? 'no value' : `value ${round(alert.value)}`;
  const labels = sayLabels(alert.labels, ['alertname']).slice(0, 200);
  return [
    alert.name,
    alert.service ?? '?',
    since,
    value,
    alert.query.slice(0, 160),
    labels,
    alert.summary.slice(0, 160),
  ].join(' | ');
}
