import { z } from 'zod';
import { done, failed, type Result } from './core/result.ts';
import { alertSchemas } from './rank-document-alerts.ts';
import { traceSchemas } from './rank-document-traces.ts';
import { changeKinds, type Telemetry } from './rootcause/telemetry.ts';

/** Milliseconds since the epoch, or an ISO 8601 time with its offset. */
const time = z.union([z.number(), z.iso.datetime({ offset: true }).transform((text) => Date.parse(text))]);

const evidence = z
  .templateLiteral(['E', z.number()])
  .optional()
  .describe('Id of the evidence this came from; repeated in the reasons of the ranking.');

/** Samples that are null or not a number are gaps. */
const points = z
  .array(z.tuple([time, z.number().nullable()]))
  .transform((list) => list.flatMap(([atMs, value]) => (value === null ? [] : [[atMs, value] as const])));

const count = z.number().nonnegative();

const series = z.object({ service: z.string().min(1), metric: z.string().min(1), points, evidence });

const log = z.object({
  service: z.string().min(1),
  template: z.string(),
  level: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
  count,
  baselineCount: count.default(0),
  firstSeenMs: time.default(Number.NaN).describe('Absent: unknown.'),
  sample: z.string().default(''),
  evidence,
});

const edgeStat = z.object({
  from: z.string().min(1),
  to: z.string().min(1),
  latencyMs: z.number().default(0),
  baselineLatencyMs: z.number().default(0),
  errorRatio: z.number().default(0),
  baselineErrorRatio: z.number().default(0),
  evidence,
});

const change = z.object({
  id: z.string().min(1),
  kind: z.enum(changeKinds),
  service: z.string().min(1).nullable().default(null),
  atMs: time,
  title: z.string().default(''),
  repository: z.string().nullable().default(null),
  sha: z.string().nullable().default(null),
  pullNumber: z.number().int().nullable().default(null),
  paths: z.array(z.string()).default([]),
  diff: z.string().default(''),
  evidence,
});

const alert = z.object({
  service: z.string().min(1),
  metric: z.string().min(1),
  comparator: z.enum(['>', '<']).default('>'),
  threshold: z.number(),
  triggeredAtMs: time,
});

const instanceState = z.object({
  service: z.string().min(1),
  instance: z.string().min(1),
  ready: z.boolean(),
  leaving: z.boolean().default(false).describe('It is being removed on purpose.'),
  restarts: count.default(0),
  says: z.array(z.string()).default([]).describe('State reasons, conditions, warning events.'),
  evidence,
});

const telemetryDocument = z.object({
  alert: alert
    .nullable()
    .default(null)
    .describe('What the monitor watches. Absent: the window says where the past ends.'),
  window: z.object({ fromMs: time, toMs: time }).describe('The incident; samples before `fromMs` are the past.'),
  services: z.array(z.object({ id: z.string().min(1), external: z.boolean().default(false) })).default([]),
  edges: z
    .array(z.object({ from: z.string(), to: z.string() }))
    .default([])
    .describe('`from` calls `to`.'),
  series: z.array(series).default([]),
  logs: z.array(log).default([]),
  edgeStats: z.array(edgeStat).default([]),
  changes: z.array(change).default([]),
  ...alertSchemas({ time, points, evidence }),
  ...traceSchemas({ time, points, evidence }),
  instances: z.array(instanceState).default([]).describe('What platforms say of their instances now.'),
});

/**
 * The document of `causeway rank --in case.json`: `Telemetry` as JSON. Every list may be missing, times may be ISO 8601
 * texts, samples may be null. Failures name the place in the document and what was expected there.
 */
export function parseTelemetryDocument(json: unknown): Result<Telemetry, string[]> {
  const parsed = telemetryDocument.safeParse(json);
  if (!parsed.success) return failed(parsed.error.issues.map(describeIssue));
  if (parsed.data.window.toMs < parsed.data.window.fromMs) return failed(['window: toMs is before fromMs; swap them']);
  return done(withoutAbsent(parsed.data));
}

const describeIssue = (issue: z.core.$ZodIssue): string =>
  `${issue.path.length === 0 ? 'document' : issue.path.join('.')}: ${issue.message}`;

/** The JSON schema of the document, for the documentation and for `--schema`. */
export const telemetryDocumentSchema = (): unknown =>
  z.toJSONSchema(telemetryDocument, { io: 'input', unrepresentable: 'any' });

type Parsed = z.output<typeof telemetryDocument>;

/** Optional members are absent rather than undefined. */
function withoutAbsent({ memory, ...parsed }: Parsed): Telemetry {
  return {
    ...parsed,
    ...(memory === undefined ? {} : { memory }),
    series: parsed.series.map(citing),
    logs: parsed.logs.map(citing),
    edgeStats: parsed.edgeStats.map(citing),
    changes: parsed.changes.map(citing),
    instances: parsed.instances.map(citing),
  };
}

type Cited<Item> = Omit<Item, 'evidence'> & { readonly evidence?: `E${number}` };

function citing<Item extends { readonly evidence?: `E${number}` | undefined }>(item: Item): Cited<Item> {
  const { evidence: id, ...rest } = item;
  return id === undefined ? rest : { ...rest, evidence: id };
}
