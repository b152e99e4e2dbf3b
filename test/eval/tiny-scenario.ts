import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Scenario } from '../../eval/recording/format.ts';
import type { Truth } from '../../eval/recording/truth.ts';

const service = (id: string, dependsOn: readonly string[]): Scenario['services'][number] => ({
  id,
  title: id,
  tier: 1,
  repository: 'tiny/code',
  paths: [`${id}/`],
  dependsOn: [...dependsOn],
  external: false,
  owners: ['tiny-oncall'],
  logs: id === 'front' ? 'datadog' : 'cloudwatch',
  pods: 2,
});

export const tinyScenario: Scenario = {
  format: 1,
  title: 'Two services and one alert',
  system: 'tiny',
  zero: '2026-11-10T12:00:00Z',
  askedAt: 5,
  asked: '@causeway what is wrong?',
  alert: { monitor: 11, triggeredAt: 4.2, note: null },
  monitors: [
    { id: 11, name: 'front fails', service: 'front', metric: 'error_ratio', comparator: '>', threshold: 0.05 },
  ],
  services: [service('front', ['back']), service('back', [])],
  missing: [],
};

const rows = (...list: readonly object[]): string => list.map((row) => `${JSON.stringify(row)}\n`).join('');

const minutes = Array.from({ length: 130 }, (_, index) => index - 120);
const errors = minutes.map((minute) => (minute < 0 ? 0.002 : 0.4));

/** Files by name: `front` fails from minute 0 on, a minute after pull request 7 went live. */
export const tinyFiles: { readonly [name: string]: string } = {
  'metrics.jsonl': rows(
    { service: 'front', metric: 'error_ratio', from: -120, every: 1, values: errors },
    { service: 'front', metric: 'cpu_ratio', from: -120, every: 1, values: minutes.map(() => 0.25) },
    { service: 'front', metric: 'cpu_ratio', from: -480, every: 60, values: [0.11, 0.12, 0.13, 0.14, 0.15, 0.16] },
  ),
  'calls.jsonl': rows({
    from: 'front',
    to: 'back',
    start: -120,
    every: 1,
    rate: minutes.map(() => 2),
    errorRatio: errors,
    p95Ms: minutes.map(() => 30),
  }),
  'logs.jsonl': rows(
    { service: 'front', level: 'error', text: 'cannot read basket <hex:6> req=<request>', spans: [[0, 30, 5]] },
    { service: 'back', level: 'info', text: 'served in <int:3-9>ms', spans: [[-120, 30, 2]] },
  ),
  'changes.jsonl': rows({
    repository: 'tiny/code',
    number: 7,
    title: 'front: read baskets by id',
    body: 'Shorter.',
    author: 'ada-l',
    branch: 'baskets',
    files: [{ path: 'front/basket.ts', before: 'read(name);\n', after: 'read(id);\n' }],
    opened: -90,
    merged: -5,
    deploys: [{ service: 'front', started: -3, live: -1 }],
  }),
  'events.jsonl': rows({
    id: '00112233445566aa',
    at: -30,
    title: 'front scaled from 1 to 2 pods',
    text: 'By hand.',
    service: 'front',
    changeType: 'scaling',
    tags: ['env:prod'],
  }),
};

/** Writes folders below a new directory, and says where it is. `remove` takes it away. */
export async function tinyDirectory(folders: {
  readonly [name: string]: { readonly scenario: Scenario; readonly truth: Partial<Truth> };
}): Promise<{ readonly directory: string; remove(): Promise<void> }> {
  const directory = await mkdtemp(join(tmpdir(), 'causeway-tiny-'));
  for (const [name, { scenario, truth }] of Object.entries(folders)) {
    await mkdir(join(directory, name));
    const whole = { alternates: [], onset: 0, why: 'Written down for a test.', hardness: ['plain'], ...truth };
    const files = { ...tinyFiles, 'scenario.json': JSON.stringify(scenario), 'truth.json': JSON.stringify(whole) };
    for (const [file, text] of Object.entries(files)) await writeFile(join(directory, name, file), text);
  }
  return { directory, remove: () => rm(directory, { recursive: true }) };
}
