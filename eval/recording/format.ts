/** The files of one scenario. `docs/scenarios.md` says what each field means; this checks it. */
import { z } from 'zod';
import { knownMetrics } from '../../src/rootcause/telemetry.ts';

/** Minutes from `zero` of the scenario; before it is negative. Fractions are allowed where the file says so. */
const minute = z.number().min(-20_160).max(240);
const wholeMinute = minute.multipleOf(1);

export const levels = ['info', 'warn', 'error'] as const;
export const vendorNames = ['github', 'cloudwatch', 'datadog', 'prometheus'] as const;
export const absences = ['off', 'forbidden', 'unreachable', 'empty'] as const;

const identifier = z.string().regex(/^[a-z][a-z0-9-]{1,39}$/u, 'lower-case letters, digits and dashes');
const repositoryName = z.string().regex(/^[a-z0-9-]+\/[a-z0-9-]+$/u, 'owner/name in lower case');

const service = z.strictObject({
  id: identifier,
  title: z.string().min(1).max(80),
  tier: z.union([z.literal(1), z.literal(2), z.literal(3)]),
  repository: repositoryName.nullable(),
  /** Path prefixes of the repository; empty: all of it. */
  paths: z.array(z.string().min(1)),
  dependsOn: z.array(identifier),
  external: z.boolean(),
  owners: z.array(identifier).min(1),
  logs: z.enum(['cloudwatch', 'datadog', 'none']),
  pods: z.int().min(0).max(200),
});

const monitor = z.strictObject({
  id: z.int().positive(),
  name: z.string().min(1).max(120),
  service: identifier,
  metric: z.enum(knownMetrics),
  comparator: z.enum(['>', '<']),
  threshold: z.number(),
});

export const scenarioSchema = z.strictObject({
  format: z.literal(1),
  title: z.string().min(1).max(120),
  /** Name of the system in log groups and metric names. */
  system: z.string().regex(/^[a-z][a-z0-9]{2,19}$/u),
  /** A whole minute; every other time in the folder is minutes from it. */
  zero: z.iso.datetime(),
  /** When people ask, minutes from zero. */
  askedAt: minute,
  asked: z.string().min(1).max(400),
  alert: z.strictObject({
    monitor: z.int().positive(),
    triggeredAt: minute,
    /** Words that whoever wrote the monitor put under its message. */
    note: z.string().max(600).nullable(),
  }),
  monitors: z.array(monitor).min(1),
  services: z.array(service).min(2).max(40),
  missing: z.array(z.strictObject({ vendor: z.enum(vendorNames), how: z.enum(absences) })),
});

const values = z.array(z.number().nullable()).min(1);

export const metricRow = z.strictObject({
  service: identifier,
  metric: z.enum(knownMetrics),
  from: wholeMinute,
  /** Minutes that each value stands for. */
  every: z.int().min(1).max(60),
  values,
});

export const callRow = z.strictObject({
  from: identifier,
  to: identifier,
  start: wholeMinute,
  every: z.int().min(1).max(60),
  /** Calls per second; part of them that failed; 95th percentile as the caller measured it, milliseconds. */
  rate: values,
  errorRatio: values,
  p95Ms: values,
});

export const logRow = z.strictObject({
  service: identifier,
  level: z.enum(levels),
  text: z.string().min(1).max(2_000),
  /** `[first minute, last minute (not included), lines a minute]`. */
  spans: z.array(z.tuple([wholeMinute, wholeMinute, z.number().positive().max(60)])).min(1),
});

const file = z.strictObject({
  path: z.string().min(1).max(200),
  before: z.string().max(20_000).nullable(),
  after: z.string().max(20_000).nullable(),
});

export const changeRow = z.strictObject({
  repository: repositoryName,
  number: z.int().positive(),
  title: z.string().min(1).max(200),
  body: z.string().max(4_000),
  author: identifier,
  branch: z.string().min(1).max(80),
  files: z.array(file).min(1).max(12),
  opened: minute,
  merged: minute,
  deploys: z.array(z.strictObject({ service: identifier, started: minute, live: minute })),
});

export const fileRow = z.strictObject({
  repository: repositoryName,
  path: z.string().min(1).max(200),
  content: z.string().max(20_000),
});

export const eventRow = z.strictObject({
  id: z.string().regex(/^[0-9a-f]{16}$/u),
  at: minute,
  title: z.string().min(1).max(200),
  text: z.string().max(1_000),
  service: identifier,
  changeType: z.enum(['feature_flag', 'configuration', 'scaling', 'certificate', 'infrastructure']),
  tags: z.array(z.string()),
});

export type Scenario = z.output<typeof scenarioSchema>;
export type MetricRow = z.output<typeof metricRow>;
export type CallRow = z.output<typeof callRow>;
export type LogRow = z.output<typeof logRow>;
export type ChangeRow = z.output<typeof changeRow>;
export type FileRow = z.output<typeof fileRow>;
export type EventRow = z.output<typeof eventRow>;

/** Everything a scenario says of its world. What was wrong with it is in none of these. */
export type Recording = {
  readonly scenario: Scenario;
  readonly metrics: readonly MetricRow[];
  readonly calls: readonly CallRow[];
  readonly logs: readonly LogRow[];
  readonly changes: readonly ChangeRow[];
  readonly files: readonly FileRow[];
  readonly events: readonly EventRow[];
};
