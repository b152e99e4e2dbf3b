/** `catalog discover` against the vendors of the local shop: the draft is the shop. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseCatalogue } from '../../src/catalogue-file.ts';
import { discoverCatalogue } from '../../src/commands/catalog-discover.ts';
import { type Lab, startLab } from '../../src/lab/start-lab.ts';
import { unreachableUrl } from '../tools/counterpart.ts';
import { captured } from './captured.ts';

let lab: Lab;
beforeAll(async () => {
  lab = await startLab({ seed: 1, fault: 'memory-leak', stateDirectory: null });
});
afterAll(() => lab.close());

const discover = (more: { readonly [name: string]: string } = {}) =>
  captured(() => discoverCatalogue({ ...lab.environment, ...more }, { json: false, nowMs: lab.clock.nowMs() }));
const truth = () => {
  const parsed = parseCatalogue(lab.catalogueText);
  if (!parsed.ok) throw new Error(parsed.failure.join('; '));
  return parsed.value.services;
};
const drafted = (text: string) => {
  const parsed = parseCatalogue(text);
  if (!parsed.ok) throw new Error(parsed.failure.join('; '));
  return new Map(parsed.value.services.map((service) => [service.id, service]));
};

it('drafts every service that runs, from nothing, as a file that parses, with what to decide', async () => {
  const { exitCode, stdout, stderr } = await discover();
  const services = drafted(stdout);

  expect(exitCode, stderr).toBe(0);
  for (const real of truth().filter(({ external }) => !external)) {
    const draft = services.get(real.id);
    expect(draft, real.id).toBeDefined();
    expect(draft?.logGroups).toEqual(real.logGroups);
    expect(draft?.kubernetes).toEqual(real.kubernetes);
    expect(draft?.repository ?? null).toBe(real.repository);
  }
  expect(stdout).toContain('# decide: ');
  expect(stdout).toContain('# new');
});

it('leaves what people wrote as it is', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'discover-')), 'causeway.yaml');
  writeFileSync(file, lab.catalogueText);
  const { stdout } = await discover({ CAUSEWAY_CONFIG: file });
  const services = drafted(stdout);

  // A repository that runs nothing is the only thing people did not write down.
  const known = new Set(truth().map(({ id }) => id));
  expect([...services.keys()].filter((id) => !known.has(id))).toEqual(['ops']);
  for (const real of truth()) {
    expect(services.get(real.id)).toMatchObject({ title: real.title, tier: real.tier, owners: real.owners });
    expect(services.get(real.id)?.dependsOn).toEqual(expect.arrayContaining([...real.dependsOn]));
  }
});

it('says which vendor could not be asked, and still drafts the rest', async () => {
  const { exitCode, stdout, stderr } = await discover({ PROMETHEUS_URL: await unreachableUrl() });

  expect(exitCode).toBe(1);
  expect(stderr).toContain('Prometheus could not be asked');
  expect(drafted(stdout).size).toBeGreaterThan(8);
});

it('asks nobody and says so when nothing is configured', async () => {
  const { exitCode, stderr } = await captured(() => discoverCatalogue({}, { json: false, nowMs: 0 }));
  expect(exitCode).toBe(2);
  expect(stderr).toContain('No integration is configured');
});
