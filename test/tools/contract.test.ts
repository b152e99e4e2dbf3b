/** Every file in tools/ keeps the promises of `src/tool.ts`. A new tool is covered by being there. */
import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { loadTools } from '../../src/load-tools.ts';
import { knownMetrics } from '../../src/rootcause/telemetry.ts';
import { metricNames } from '../../tools/datadog/vocabulary.ts';
import { probeContext } from './shop.ts';

const directory = new URL('../../tools/', import.meta.url);
const tools = await loadTools(directory);

it('loads every file in tools/, in name order', () => {
  const files = readdirSync(directory).filter((name) => name.endsWith('.ts'));
  expect(tools.map((tool) => `${tool.name.replaceAll('_', '-')}.ts`)).toEqual(files.toSorted());
  expect(tools.length).toBeGreaterThanOrEqual(8);
});

describe.each(tools.map((tool) => ({ name: tool.name, tool })))('$name', ({ tool }) => {
  it('describes its input to the model: a closed JSON object whose members say what they are', () => {
    const schema = z.toJSONSchema(tool.input, { io: 'input' });
    const properties = Object.values(schema.properties ?? {});

    expect(schema.type).toBe('object');
    expect(properties.length).toBeGreaterThan(0);
    expect(properties.filter((one) => typeof one === 'object' && one.description === undefined)).toEqual([]);
  });

  it('asks at most twelve probes, each valid against its own input', () => {
    const probes = tool.probes(probeContext);

    expect(probes.length).toBeLessThanOrEqual(12);
    for (const probe of probes) expect(tool.input.safeParse(probe).error).toBeUndefined();
  });

  it('has no probes for an empty scope and catalogue', () => {
    const catalogue = { ...probeContext.catalogue, services: [] };
    expect(tool.probes({ ...probeContext, catalogue, scope: [], alert: null })).toEqual([]);
  });

  it('names required variables and never reads them from the process', () => {
    expect(tool.environment.safeParse({}).success).toBe(false);
  });
});

it('knows a Datadog query for every metric the engine knows', () => {
  expect([...metricNames].toSorted()).toEqual([...knownMetrics].toSorted());
});
