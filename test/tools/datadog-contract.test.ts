/** Every Datadog tool against a Datadog that misbehaves. */
import { readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { Tool } from '../../src/tool.ts';
import { tool as deployments } from '../../tools/datadog-deployments.ts';
import { tool as events } from '../../tools/datadog-events.ts';
import { tool as incidents } from '../../tools/datadog-incidents.ts';
import { tool as logCounts } from '../../tools/datadog-log-counts.ts';
import { tool as logs } from '../../tools/datadog-logs.ts';
import { tool as metrics } from '../../tools/datadog-metrics.ts';
import { tool as monitors } from '../../tools/datadog-monitors.ts';
import { tool as serviceMap } from '../../tools/datadog-service-map.ts';
import { tool as services } from '../../tools/datadog-services.ts';
import { tool as slos } from '../../tools/datadog-slos.ts';
import { tool as spans } from '../../tools/datadog-spans.ts';
import { tool as traces } from '../../tools/datadog-traces.ts';
import { startVendor } from './counterpart.ts';
import { datadogInputs, datadogVariables, healthyAnswer } from './datadog-answers.ts';
import { ask, found } from './shop.ts';
import { keepsVendorContract } from './vendor-contract.ts';

const all: readonly Tool[] = [
  deployments,
  events,
  incidents,
  logCounts,
  logs,
  metrics,
  monitors,
  serviceMap,
  services,
  slos,
  spans,
  traces,
];

for (const tool of all) {
  keepsVendorContract({
    tool,
    environment: datadogVariables,
    input: datadogInputs[tool.name] ?? {},
    answer: healthyAnswer,
  });
}

it('covers every Datadog tool there is', () => {
  const files = readdirSync(new URL('../../tools/', import.meta.url)).filter((name) => /^datadog-.*\.ts$/u.test(name));
  expect(all.map(({ name }) => `${name.replaceAll('_', '-')}.ts`).toSorted()).toEqual(files.toSorted());
});

it.each(all.map((tool) => ({ name: tool.name, tool })))(
  '$name keeps its keys out of all it says, and says the same for the same answer',
  async ({ tool }) => {
    const vendor = await startVendor(healthyAnswer);
    const asking = { environment: datadogVariables(vendor.url), input: datadogInputs[tool.name] };

    const first = found(await ask(tool, asking));
    const again = found(await ask(tool, asking));

    expect(again).toEqual(first);
    expect(JSON.stringify(first)).not.toMatch(/key-of-the-tests/u);
    expect(first.link).toMatch(/^https:\/\/datadog\.test\//u);
    expect(first.headline.length).toBeGreaterThan(0);
  },
);

it('answers of Datadog that misspell a member are refused, and the place is named', async () => {
  const vendor = await startVendor(() => ({ body: { data: [{ attributes: { trace: 'without ids' } }] } }));

  const finding = await ask(traces, {
    environment: datadogVariables(vendor.url),
    input: datadogInputs['datadog_traces'],
  });

  expect(finding).toMatchObject({
    kind: 'failed',
    reason: expect.stringMatching(/documented form \(at data\.0\.attr/u),
  });
});
