/** A stand-in for Prometheus that knows instant vector selectors with label matchers, and nothing more. */
import { z } from 'zod';
import { done, failed, type Result } from '../core/result.ts';
import { minuteMs } from './minute-buckets.ts';
import { activeTargets, flags, labelValues, metadata, seriesOf } from './prometheus-discovery.ts';
import { activeAlert, ruleGroups } from './prometheus-rules.ts';
import { type PrometheusSample, readSelector } from './prometheus-selector.ts';
import {
  jsonAnswer,
  type RunningVendor,
  startVendorServer,
  type VendorAnswer,
  type VendorOptions,
  type VendorRequest,
} from './vendor-http.ts';
import type { World } from './world.ts';

type Lab = { readonly world: World; readonly nowMs: () => number };

/** Prometheus refuses ranges of more than this many points per series. */
const maxPoints = 11_000;

const badData = (error: string): VendorAnswer => jsonAnswer(400, { status: 'error', errorType: 'bad_data', error });
const success = (data: object): VendorAnswer => jsonAnswer(200, { status: 'success', data });

/** Seconds since the epoch or RFC 3339. */
const time = z.string().transform((text, context) => {
  const atMs = /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1_000 : Date.parse(text);
  if (Number.isNaN(atMs)) context.addIssue(`cannot parse "${text}" to a valid timestamp`);
  return atMs;
});

const unitSeconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };
const step = z.string().transform((text, context) => {
  const [, amount, unit = 's'] = /^(\d+(?:\.\d+)?)([smhd])?$/.exec(text) ?? [];
  const stepMs = Number(amount) * (unitSeconds[unit] ?? Number.NaN) * 1_000;
  if (!(stepMs > 0)) context.addIssue(`cannot parse "${text}" to a valid duration`);
  return stepMs;
});

const instantInput = z.object({ query: z.string(), time: time.optional() });
const rangeInput = z.object({ query: z.string(), start: time, end: time, step });

function parameters(request: VendorRequest): Readonly<Record<string, string>> {
  const form = request.method === 'POST' ? new URLSearchParams(request.body) : [];
  return Object.fromEntries([...request.query, ...form]);
}

/** The value a scrape would show: the last complete minute before `atMs`, nothing after now. */
function sampleAt(lab: Lab, sample: PrometheusSample, atMs: number): string | null {
  if (atMs > lab.nowMs()) return null;
  const value = sample.read(lab.world, Math.floor(atMs / minuteMs - 1) * minuteMs);
  return value === null ? null : String(value);
}

function select(lab: Lab, query: string): Result<readonly PrometheusSample[], VendorAnswer> {
  const samples = readSelector(lab.world, query);
  return samples.ok ? done(samples.value) : failed(badData(`invalid parameter "query": ${samples.failure}`));
}

function answerInstant(lab: Lab, request: VendorRequest): VendorAnswer {
  const input = instantInput.safeParse(parameters(request));
  if (!input.success) return badData(`invalid parameter: ${input.error.issues[0]?.message ?? ''}`);
  const samples = select(lab, input.data.query);
  if (!samples.ok) return samples.failure;
  const atMs = input.data.time ?? lab.nowMs();
  const result = samples.value.flatMap((sample) => {
    const value = sampleAt(lab, sample, atMs);
    return value === null ? [] : [{ metric: sample.labels, value: [atMs / 1_000, value] }];
  });
  return success({ resultType: 'vector', result });
}

function answerRange(lab: Lab, request: VendorRequest): VendorAnswer {
  const input = rangeInput.safeParse(parameters(request));
  if (!input.success) return badData(`invalid parameter: ${input.error.issues[0]?.message ?? ''}`);
  const { query, start, end, step: stepMs } = input.data;
  if (end < start) return badData('invalid parameter "end": end timestamp must not be before start time');
  if ((end - start) / stepMs > maxPoints) {
    return badData(
      'exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution (?step=XX)',
    );
  }
  const samples = select(lab, query);
  if (!samples.ok) return samples.failure;
  const times = Array.from({ length: Math.floor((end - start) / stepMs) + 1 }, (_, index) => start + index * stepMs);
  // Time outside, series inside: the world remembers the moment it was asked about last.
  const rows = times.map((atMs) => samples.value.map((sample) => ({ atMs, value: sampleAt(lab, sample, atMs) })));
  const result = samples.value
    .map((sample, index) => ({
      metric: sample.labels,
      values: rows.flatMap((row) => {
        const cell = row[index];
        return cell === undefined || cell.value === null ? [] : [[cell.atMs / 1_000, cell.value]];
      }),
    }))
    .filter((series) => series.values.length > 0);
  return success({ resultType: 'matrix', result });
}

function answerAlerts(lab: Lab): VendorAnswer {
  const nowMs = lab.nowMs();
  return success({ alerts: lab.world.monitors.flatMap((monitor) => activeAlert(lab.world, monitor, nowMs)) });
}

const plainAnswer = (status: number, body: string): VendorAnswer => ({
  status,
  headers: { 'content-type': 'text/plain' },
  body,
});

const unavailable = jsonAnswer(503, { status: 'error', errorType: 'unavailable', error: 'admin APIs disabled' });

const matched = (found: readonly unknown[] | null): VendorAnswer =>
  found === null
    ? badData('invalid parameter "match[]": the lab answers only name{label="value",...}')
    : success(found);

/** `/api/v1/label/{name}/values`; null for any other path. */
function answerLabel(lab: Lab, { path, query }: VendorRequest): VendorAnswer | null {
  const label = /^\/api\/v1\/label\/([A-Za-z_]\w*)\/values$/.exec(path)?.[1];
  return label === undefined ? null : matched(labelValues(lab.world, label, query.get('match[]')));
}

function answer(lab: Lab, request: VendorRequest): VendorAnswer {
  switch (request.path) {
    case '/-/ready':
      return plainAnswer(200, 'Prometheus Server is Ready.\n');
    case '/api/v1/query':
      return answerInstant(lab, request);
    case '/api/v1/query_range':
      return answerRange(lab, request);
    case '/api/v1/alerts':
      return answerAlerts(lab);
    case '/api/v1/rules':
      return success({ groups: ruleGroups(lab.world, lab.nowMs()) });
    case '/api/v1/targets':
      return success({ activeTargets: activeTargets(lab.world, lab.nowMs()), droppedTargets: [] });
    case '/api/v1/metadata':
      return success(metadata(lab.world));
    case '/api/v1/series':
      return matched(seriesOf(lab.world, request.query.get('match[]') ?? ''));
    case '/api/v1/status/flags':
      return success(flags);
    case '/api/v1/alertmanagers':
      return success({ activeAlertmanagers: [{ url: 'http://alertmanager:9093/api/v2/alerts' }] });
    case '/api/v1/admin/tsdb/delete_series':
      return unavailable;
    default:
      return answerLabel(lab, request) ?? plainAnswer(404, '404 page not found\n');
  }
}

/** Prometheus' query API, without authentication, as it ships. */
export async function startPrometheus(options: VendorOptions): Promise<RunningVendor> {
  const lab: Lab = { world: options.world, nowMs: options.nowMs };
  const server = await startVendorServer(options.port, (request) => answer(lab, request));
  return { ...server, environment: { PROMETHEUS_URL: server.url } };
}
