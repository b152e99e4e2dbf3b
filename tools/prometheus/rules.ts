/** Alerting rules and their alerts as Prometheus lists them: https://prometheus.io/docs/prometheus/latest/querying/api/#rules */
import { z } from 'zod';
import { type Catalogue, serviceById } from '../../src/core/catalogue.ts';
import type { FiredAlert, MonitorState } from '../../src/rootcause/telemetry.ts';

const texts = z.record(z.string(), z.string());

const alertingRule = z.object({
  type: z.literal('alerting'),
  state: z.enum(['firing', 'pending', 'inactive', 'unknown']).default('unknown'),
  name: z.string(),
  query: z.string(),
  /** Seconds the expression must hold before the alert fires. */
  duration: z.number().default(0),
  labels: texts.default({}),
  annotations: texts.default({}),
  alerts: z
    .array(
      z.object({
        labels: texts,
        annotations: texts.default({}),
        state: z.string(),
        activeAt: z.iso.datetime({ offset: true }),
        value: z.string(),
      }),
    )
    .default([]),
  health: z.string().default('unknown'),
  lastError: z.string().optional(),
});
export type AlertingRule = z.output<typeof alertingRule>;

/** Of `GET /api/v1/rules?type=alert`. */
export const rulesAnswer = z.object({
  groups: z.array(
    z.object({
      name: z.string(),
      rules: z.array(z.union([alertingRule, z.object({ type: z.literal('recording') })])),
    }),
  ),
});

export type ActiveAlert = {
  readonly name: string;
  readonly group: string;
  readonly service: string | null;
  readonly state: 'firing' | 'pending';
  /** When its expression began to hold; it fires `duration` later. */
  readonly activeAtMs: number;
  readonly firedAtMs: number | null;
  readonly value: number | null;
  readonly query: string;
  readonly labels: { readonly [label: string]: string };
  readonly summary: string;
};

type Named = { readonly group: string; readonly rule: AlertingRule };

export const alertingRules = (answer: z.output<typeof rulesAnswer>): readonly Named[] =>
  answer.groups.flatMap(({ name, rules }) =>
    rules.flatMap((rule) => (rule.type === 'alerting' ? [{ group: name, rule }] : [])),
  );

type Reading = { readonly catalogue: Catalogue; readonly label: string };

/** Firing first, then those about a known service, then the newest. */
export function activeAlerts(rules: readonly Named[], reading: Reading): readonly ActiveAlert[] {
  const alerts = rules.flatMap((named) => named.rule.alerts.flatMap((alert) => readAlert(named, alert, reading)));
  return alerts.toSorted(
    (one, other) =>
      Number(other.state === 'firing') - Number(one.state === 'firing') ||
      Number(other.service !== null) - Number(one.service !== null) ||
      other.activeAtMs - one.activeAtMs,
  );
}

function readAlert(
  { group, rule }: Named,
  { state, activeAt, value, labels, annotations }: AlertingRule['alerts'][number],
  { catalogue, label }: Reading,
): readonly ActiveAlert[] {
  if (state !== 'firing' && state !== 'pending') return [];
  const activeAtMs = Date.parse(activeAt);
  const number = Number(value);
  return [
    {
      name: rule.name,
      group,
      service: serviceById(catalogue, labels[label] ?? '')?.id ?? null,
      state,
      activeAtMs,
      firedAtMs: state === 'firing' ? activeAtMs + rule.duration * 1_000 : null,
      value: Number.isFinite(number) ? number : null,
      query: rule.query,
      labels,
      summary: annotations['summary'] ?? annotations['description'] ?? '',
    },
  ];
}

type Meaning = {
  /** The name of a bare selector, else the compared expression, cut. */
  readonly metric: string;
  /** What is compared, in PromQL. */
  readonly compared: string;
  readonly comparator: '>' | '<';
  readonly threshold: number;
};

export const metricCharactersMax = 200;

const comparison = /^(?<left>[^<>]+?)\s*(?<sign>[<>])=?\s*(?:bool\s+)?(?<number>-?\d[\d.]*(?:e[+-]?\d+)?)$/iu;

/** What `metric{...} > number` watches; null for anything that compares otherwise. */
export function readExpression(query: string): Meaning | null {
  const groups = comparison.exec(query.trim().slice(0, 2_000))?.groups;
  const left = groups?.['left'];
  const threshold = Number(groups?.['number']);
  if (left === undefined || !Number.isFinite(threshold) || /\b(?:and|or|unless)\b/u.test(left)) return null;
  const bare = /^([a-zA-Z_:][\w:]*)(?:\{[^{}]*\})?$/u.exec(left)?.[1];
  const comparator = groups?.['sign'] === '<' ? '<' : '>';
  return { metric: bare ?? left.slice(0, metricCharactersMax), compared: left, comparator, threshold };
}

/** As a monitor of the service it names. One of no known service is none. */
export function monitorOf(alert: ActiveAlert): readonly MonitorState[] {
  if (alert.service === null) return [];
  const meaning = readExpression(alert.query);
  return [
    {
      monitor: `prometheus:${alert.group}/${alert.name}`,
      title: alert.summary === '' ? alert.name : alert.summary,
      query: alert.query,
      state: alert.state === 'firing' ? 'alert' : 'warn',
      service: alert.service,
      metric: meaning?.metric ?? alert.query.slice(0, metricCharactersMax),
      comparator: meaning?.comparator ?? '>',
      threshold: meaning?.threshold ?? 0,
      triggeredAtMs: alert.firedAtMs ?? alert.activeAtMs,
    },
  ];
}

/** As an alert for the engine: only what fires, and names a known service. */
export function firedOf(alert: ActiveAlert): readonly FiredAlert[] {
  if (alert.service === null || alert.firedAtMs === null) return [];
  const comparator = readExpression(alert.query)?.comparator;
  const directions = { '>': 'up', '<': 'down' };
  return [
    {
      entity: alert.service,
      modality: 'metric',
      name: alert.name,
      direction: comparator === undefined ? '' : directions[comparator],
      atMs: alert.firedAtMs,
    },
  ];
}
