/**
 * Real answers of Datadog, recorded by its client's makers, through every tool that asks for them: whatever was recorded
 * for a method and path, good and bad. A tool may find, find nothing or be refused; it may not throw, and what it says of
 * a refusal must be the refusal.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { estimateTokens } from '../../src/core/token-estimate.ts';
import { loadTools } from '../../src/load-tools.ts';
import type { Finding } from '../../src/tool.ts';
import { integration } from '../../tools/datadog/integration.ts';
import { type Answer, type Asked, startVendor } from './counterpart.ts';
import { datadogVariables } from './datadog-answers.ts';
import { ask, found, nowMs } from './shop.ts';

// CAUSEWAY_DATA, or the data folder beside the repository.
// biome-ignore lint/style/noProcessEnv: the one optional input of the tests.
const data = process.env['CAUSEWAY_DATA'] ?? resolve(import.meta.dirname, '../../../shared/data');
const folder = join(data, 'datadog');

const har = z.object({
  log: z.object({
    entries: z.array(
      z.object({
        request: z.object({ method: z.string(), url: z.string() }),
        response: z.object({ status: z.number(), content: z.object({ text: z.string().default('') }) }),
      }),
    ),
  }),
});

type Recorded = { readonly name: string; readonly key: string; readonly status: number; readonly body: string };

/** A path with its ids taken out: `/api/v1/monitor/<id>`. */
const shapeOf = (path: string): string => path.replace(/\/(?:\d+|[0-9a-f]{32}|[0-9a-f-]{36})(?=\/|$)/gu, '/<id>');

function readRecordings(): readonly Recorded[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('recording.har'),
  );
  return files.flatMap((file) =>
    har.parse(JSON.parse(readFileSync(join(folder, file), 'utf8'))).log.entries.map(({ request, response }, index) => ({
      name: `${file.split('/').at(-2)} ${index}`,
      key: `${request.method} ${shapeOf(new URL(request.url).pathname)}`,
      status: response.status,
      body: response.content.text,
    })),
  );
}

const window = { from: '2023-06-29T00:00:00Z', to: '2023-06-30T00:00:00Z' };
const inputs: { readonly [tool: string]: object } = {
  datadog_deployments: { services: ['cart'], ...window },
  datadog_events: { services: ['cart'], ...window },
  datadog_incidents: window,
  datadog_log_counts: { service: 'cart', ...window },
  datadog_logs: { service: 'cart', ...window },
  datadog_metrics: { metric: 'cpu_ratio', services: ['cart'], ...window },
  datadog_monitors: { services: ['cart'], ...window },
  datadog_service_map: { services: ['cart'], ...window },
  datadog_services: {},
  datadog_slos: { services: ['cart'], ...window },
  datadog_spans: { services: ['cart'], ...window },
  datadog_traces: { service: 'cart', ...window },
};

const keyOf = (asked: Asked): string => `${asked.method} ${shapeOf(asked.path)}`;
// The recordings hold the listing by GET; both answer alike, by Datadog's description.
const sameAnswers: { readonly [key: string]: string } = {
  'POST /api/v2/spans/events/search': 'GET /api/v2/spans/events',
};
const isAnswerTo = (recorded: Recorded, asked: Asked): boolean =>
  recorded.key === keyOf(asked) || recorded.key === sameAnswers[keyOf(asked)];

/** A good answer is never a failure, and a bad one nothing else; a thing that is not there may be an answer. */
function allowed(status: number): readonly Finding['kind'][] {
  if (status === 200) return ['found', 'empty'];
  return status === 404 ? ['failed', 'empty'] : ['failed'];
}

/** Everything else is empty; one monitor is there, so that its history is asked for. */
const otherwise = ({ path }: Asked): Answer => ({
  body: path === '/api/v1/monitor' ? [{ id: 7, query: 'composite' }] : { data: [] },
});

const tools = (await loadTools(new URL('../../tools/', import.meta.url))).filter(({ source }) => source === 'datadog');
/** What each tool asks for when nothing is found. */
const operations: { readonly [tool: string]: readonly string[] } = {
  datadog_deployments: ['POST /api/v2/dora/deployments', 'POST /api/v2/events/search'],
  datadog_events: ['POST /api/v2/events/search'],
  datadog_incidents: ['GET /api/v2/incidents/search'],
  datadog_log_counts: ['POST /api/v2/logs/analytics/aggregate'],
  datadog_logs: ['POST /api/v2/logs/events/search'],
  datadog_metrics: [],
  datadog_monitors: ['GET /api/v1/monitor', 'GET /api/v1/monitor/<id>', 'POST /api/v2/events/search'],
  datadog_service_map: [],
  datadog_services: ['GET /api/v2/services/definitions'],
  datadog_slos: [],
  datadog_spans: ['POST /api/v2/spans/analytics/aggregate'],
  datadog_traces: ['GET /api/v2/spans/events'],
};

describe.runIf(existsSync(folder))('answers recorded from Datadog (skipped without CAUSEWAY_DATA)', () => {
  const recordings = existsSync(folder) ? readRecordings() : [];
  const cases = tools.flatMap((tool) =>
    recordings
      .filter(({ key }) => operations[tool.name]?.includes(key))
      .map((recorded) => ({ name: tool.name, tool, recorded, recording: `${recorded.name} (${recorded.status})` })),
  );

  it('are there for every tool whose operation was recorded', () => {
    expect(Object.keys(operations).toSorted()).toEqual(tools.map(({ name }) => name).toSorted());
    const replayed = new Set(cases.map(({ recorded }) => recorded.key));
    expect([...replayed].toSorted()).toEqual([...new Set(Object.values(operations).flat())].toSorted());
    expect(cases.length).toBeGreaterThanOrEqual(16);
  });

  it.each(cases)('$name reads $recording', async ({ tool, recorded }) => {
    const one = recorded.key.endsWith('<id>') ? { services: ['cart'], monitor: 12_345 } : inputs[tool.name];
    const vendor = await startVendor((asked) =>
      isAnswerTo(recorded, asked) ? { status: recorded.status, body: recorded.body } : otherwise(asked),
    );

    const finding = await ask(tool, { environment: datadogVariables(vendor.url), input: one ?? {} });

    expect(vendor.asked.some((asked) => isAnswerTo(recorded, asked))).toBe(true);
    expect(allowed(recorded.status)).toContain(finding.kind);
    expect(finding.kind === 'failed' ? finding.reason : `(${recorded.status})`).toContain(`(${recorded.status})`);
    expect(finding.kind === 'found' ? estimateTokens(finding.view.untrusted) : 0).toBeLessThanOrEqual(2_000);
  });

  const replay = async (toolName: string, start: string) => {
    const tool = tools.find(({ name }) => name === toolName);
    const recorded = recordings.find(({ name, status }) => name.startsWith(start) && status === 200);
    if (tool === undefined || recorded === undefined) throw new Error(`no recording ${start} for ${toolName}`);
    const vendor = await startVendor((asked) => (isAnswerTo(recorded, asked) ? recorded : otherwise(asked)));
    return found(await ask(tool, { environment: datadogVariables(vendor.url), input: inputs[toolName] ?? {} }));
  };

  it('say what Datadog said: monitors', async () => {
    const { signals } = await replay('datadog_monitors', 'Get-all-monitors-returns-OK-response-with-pagination');
    expect(signals.monitors).toMatchObject([{ comparator: '>', threshold: 0.2, state: 'no-data' }, {}]);
  });

  it('say what Datadog said: spans', async () => {
    const { signals } = await replay('datadog_traces', 'Get-a-list-of-spans-returns-OK');
    // Eight traces of the window, and as many before it: the recording answers for both.
    expect(signals.spans).toHaveLength(16);
    expect(signals.spans?.[0]).toEqual({
      trace: '7089794561407816665',
      span: '9215279710332785390',
      parent: '111160777994553411',
      service: 'java-sample-app-spartancrimson',
      operation: 'web Controller.index',
      startMs: Date.parse('2023-06-29T10:48:15.937Z'),
      durationMs: 1.156914,
      failed: false,
    });
  });

  it('say what Datadog said: services, deployments', async () => {
    expect((await replay('datadog_services', 'Get-all-service-definitions')).result).toMatchObject({ count: 100 });
    const { result } = await replay('datadog_deployments', 'Get-a-list-of-deployment-events-returns-deployments');
    expect(result).toMatchObject({ deployments: [{ service: 'shopist', version: 'v1.12.07', team: 'backend' }] });
  });

  it('are drafted into services for the catalogue', async () => {
    const definitions = recordings.find(({ key }) => key === 'GET /api/v2/services/definitions');
    const vendor = await startVendor(({ path, query }) => {
      if (path === '/api/v1/service_dependencies') return { body: {} };
      return query.get('page[number]') === '0' ? { body: definitions?.body ?? '' } : { body: { data: [] } };
    });
    const connected = integration.connect(integration.environment.parse(datadogVariables(vendor.url)));
    const context = {
      signal: new AbortController().signal,
      nowMs,
      environment: 'prod',
      repositories: [],
      namespaces: [],
      logGroups: [],
    };

    const drafts = (await connected.discover?.(context)) ?? [];

    expect(drafts).toHaveLength(100);
    expect(drafts.filter(({ repository }) => repository === 'DataDog/schema').length).toBeGreaterThan(50);
  });
});
