import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { connectTools, loadTools } from '../../src/load-tools.ts';
import { catalogue, nowMs } from './shop.ts';

const directory = new URL('../../tools/', import.meta.url);
const github = { GITHUB_TOKEN: 'read-token' };
const aws = { AWS_REGION: 'eu-central-1' };
const prometheus = { PROMETHEUS_URL: 'http://prometheus.test' };
const loki = { LOKI_URL: 'http://loki.test' };
const pagerduty = { PAGERDUTY_TOKEN: 'read-only' };
const kubernetes = { KUBERNETES_API_URL: 'https://cluster.test', KUBERNETES_TOKEN: 'reader' };
const datadog = { DATADOG_API_KEY: 'a', DATADOG_APP_KEY: 'b' };

describe('connecting tools', () => {
  it('turns a tool off, as a gap that names its variables, when none of them is there', async () => {
    const { connected, off, problems } = connectTools(await loadTools(directory), { ...github, ...aws });

    expect([...new Set(connected.map(({ tool }) => tool.source))].toSorted()).toEqual(['aws', 'github']);
    expect(off.find((gap) => gap.tool === 'datadog')?.fix).toBe('Set DATADOG_API_KEY and DATADOG_APP_KEY.');
    expect(problems).toEqual([]);
  });

  it('tells every problem at once when some variables are missing or bad', async () => {
    const environment = { ...github, GITHUB_API_URL: 'not a url', DATADOG_API_KEY: 'a', DATADOG_APP_KEY: ' ' };
    const { connected, problems } = connectTools(await loadTools(directory), environment);

    expect(connected).toEqual([]);
    expect(problems).toContain('datadog_logs: set DATADOG_APP_KEY too, or unset the others');
    expect(problems.join('; ')).toContain('github_diff: GITHUB_API_URL: ');
  });

  it('connects everything when all required variables are there; defaults do not count', async () => {
    const { connected, off } = connectTools(await loadTools(directory), {
      ...github,
      ...aws,
      ...datadog,
      ...prometheus,
      ...loki,
      ...pagerduty,
      ...kubernetes,
    });

    expect(off).toEqual([]);
    expect(connected.length).toBe((await loadTools(directory)).length);
  });

  it('refuses a bad input with a finding that says what is wrong with it', async () => {
    const { connected } = connectTools(await loadTools(directory), github);
    const call = connected.find(({ tool }) => tool.name === 'github_changes')?.call;

    const signal = new AbortController().signal;
    const finding = await call?.({ repository: 'https://evil.test/x' }, { signal, timeoutMs: 8_000, nowMs, catalogue });

    expect(finding).toMatchObject({ kind: 'failed', retryable: false });
    expect(JSON.stringify(finding)).toContain('repository');
  });
});

it('refuses to start on a file that exports no tool', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tools-'));
  writeFileSync(join(folder, 'broken.ts'), 'export const tool = { name: "broken" };\n');

  await expect(loadTools(pathToFileURL(folder))).rejects.toThrow(/broken\.ts must export const tool/);
});
