/** The tool in CONTRIBUTING.md compiles as it stands there, loads by being in a folder, and keeps every tool's promises. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { loadTools } from '../../src/load-tools.ts';
import { startVendor } from './counterpart.ts';
import { ask, found, headline } from './shop.ts';
import { keepsVendorContract } from './vendor-contract.ts';

const root = resolve(import.meta.dirname, '../..');
const [, example = ''] = /```ts\n([\s\S]*?)```/u.exec(readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8')) ?? [];

// Beside the sources, so that packages resolve; its imports lead to the real files.
mkdirSync(join(root, 'node_modules/.cache'), { recursive: true });
const folder = mkdtempSync(join(root, 'node_modules/.cache/example-tool-'));
const file = join(folder, 'statuspage_incidents.ts');
const placed = example
  .replaceAll("from '../src/", "from '../../../src/")
  .replaceAll("from './", "from '../../../tools/");
writeFileSync(file, placed);
afterAll(() => rmSync(folder, { recursive: true }));

const [tool] = await loadTools(pathToFileURL(folder));
if (tool === undefined) throw new Error('CONTRIBUTING.md has no example of a tool');

const environment = (url: string) => ({ STATUSPAGE_URL: url });
const incidents = [
  { name: 'Card payments fail <@everyone>', impact: 'major', started_at: '2026-11-18T09:12:00Z' },
  { name: 'Slow webhooks', impact: 'minor', started_at: '2026-11-18T08:00:00Z' },
];
const answer = () => ({ body: { incidents } });

it('compiles under the strict settings of the project', () => {
  const config = join(folder, 'tsconfig.json');
  const include = { include: [file], exclude: [] };
  writeFileSync(config, JSON.stringify({ extends: join(root, 'tsconfig.json'), ...include }));
  const compiler = join(root, 'node_modules/.bin/tsc');
  const { stdout } = spawnSync(compiler, ['-p', config], { encoding: 'utf8' });
  expect(stdout).toBe('');
});

it('finds what its vendor says, and keeps its words apart as data', async () => {
  const vendor = await startVendor(answer);

  const finding = found(await ask(tool, { environment: environment(vendor.url), input: { impact: 'major' } }));

  expect(finding.result).toMatchObject({ count: 1 });
  expect(headline(finding)).toBe('1 unresolved incidents; the newest: <Card payments fail <@everyone>>');
});

keepsVendorContract({ tool, environment, input: {}, answer });
