import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Scenario } from '../../eval/recording/format.ts';
import { readRecording } from '../../eval/recording/read-recording.ts';
import { type StartedScenario, startScenario } from '../../eval/recording/start-scenario.ts';
import { parseCatalogue } from '../../src/catalogue-file.ts';
import type { Json } from '../../src/core/json.ts';
import { connectTools, loadTools } from '../../src/load-tools.ts';
import { tinyDirectory, tinyScenario } from './tiny-scenario.ts';

let site: StartedScenario;
let tiny: Awaited<ReturnType<typeof tinyDirectory>>;
const truth = { kind: 'bad-deploy', entity: 'front', change: 'tiny/code#7' } as const;

beforeAll(async () => {
  tiny = await tinyDirectory({ tiny: { scenario: tinyScenario, truth } });
  site = await started([]);
});
afterAll(async () => {
  await site.close();
  await tiny.remove();
});

const started = async (missing: Scenario['missing']): Promise<StartedScenario> => {
  const recording = await readRecording(join(tiny.directory, 'tiny'));
  return startScenario({ ...recording, scenario: { ...recording.scenario, missing } });
};

/** Asks a real tool of the product, over real HTTP. */
async function ask(of: StartedScenario, name: string, input: Json) {
  const catalogue = parseCatalogue(of.catalogueText);
  if (!catalogue.ok) throw new Error(catalogue.failure.join('\n'));
  const tools = connectTools(await loadTools(new URL('../../tools/', import.meta.url)), of.environment);
  const found = tools.connected.find(({ tool }) => tool.name === name);
  if (found === undefined) return { kind: 'off' as const };
  const parsed = found.tool.input.parse(input);
  const context = {
    signal: AbortSignal.timeout(10_000),
    nowMs: of.clock.nowMs(),
    timeoutMs: 8_000,
    catalogue: catalogue.value,
  };
  return found.call(parsed, context);
}

const recent = { from: '2026-11-10T11:00:00Z', to: '2026-11-10T12:05:00Z' };

describe('the loader serves each vendor', () => {
  it.each`
    tool                       | input                                                      | says
    ${'datadog_metrics'}       | ${{ metric: 'cpu_ratio', services: ['front'], ...recent }} | ${'0.25'}
    ${'datadog_logs'}          | ${{ service: 'front', ...recent }}                         | ${'cannot read basket'}
    ${'datadog_events'}        | ${{ services: ['front'], ...recent }}                      | ${'front scaled from 1 to 2 pods'}
    ${'datadog_spans'}         | ${{ services: ['front'], ...recent }}                      | ${'back'}
    ${'cloudwatch_log_groups'} | ${{}}                                                      | ${'/tiny/prod/back'}
    ${'cloudwatch_logs'}       | ${{ service: 'back', ...recent }}                          | ${'served in'}
    ${'prometheus_series'}     | ${{ service: 'front', ...recent }}                         | ${'tiny_error_ratio'}
    ${'github_changes'}        | ${{ repository: 'tiny/code', ...recent }}                  | ${'front: read baskets by id'}
  `('$tool', async ({ tool, input, says }) => {
    const answered = await ask(site, tool, input);
    expect(answered.kind, JSON.stringify(answered).slice(0, 400)).toBe('found');
    expect(JSON.stringify(answered)).toContain(says);
  });

  it('has no cluster, and no words of the shop', () => {
    expect(Object.keys(site.environment).filter((name) => name.startsWith('KUBE'))).toEqual([]);
    expect(site.catalogueText).toContain('tiny-oncall');
    expect(site.catalogueText).not.toMatch(/shop|acme/u);
    expect(site.alert.text).toContain('front fails');
  });

  it('takes the finer values where two cover a minute, and nothing where none does', () => {
    const at = (minute: number) => Date.parse(tinyScenario.zero) + minute * 60_000;
    const cpu = (minute: number) => site.world.metric('front', 'cpu_ratio', at(minute));
    expect([cpu(-480), cpu(-421), cpu(-125), cpu(-120), cpu(9), cpu(10), cpu(-481)]).toEqual([
      0.11,
      0.11,
      0.16,
      0.25,
      0.25,
      null,
      null,
    ]);
  });
});

describe('a vendor can be missing', () => {
  it.each`
    vendor          | how              | tool                 | input                          | kind
    ${'datadog'}    | ${'off'}         | ${'datadog_logs'}    | ${{ service: 'front' }}        | ${'off'}
    ${'datadog'}    | ${'forbidden'}   | ${'datadog_logs'}    | ${{ service: 'front' }}        | ${'failed'}
    ${'datadog'}    | ${'empty'}       | ${'datadog_logs'}    | ${{ service: 'front' }}        | ${'empty'}
    ${'cloudwatch'} | ${'forbidden'}   | ${'cloudwatch_logs'} | ${{ service: 'back' }}         | ${'failed'}
    ${'cloudwatch'} | ${'unreachable'} | ${'cloudwatch_logs'} | ${{ service: 'back' }}         | ${'failed'}
    ${'github'}     | ${'forbidden'}   | ${'github_changes'}  | ${{ repository: 'tiny/code' }} | ${'failed'}
  `('$vendor $how', async ({ vendor, how, tool, input, kind }) => {
    const other = await started([{ vendor, how }]);
    try {
      expect((await ask(other, tool, { ...input, ...recent })).kind).toBe(kind);
    } finally {
      await other.close();
    }
  });
});
