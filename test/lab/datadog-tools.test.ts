/** Every Datadog tool and the integration, as they are, over the whole simulated shop. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseCatalogue } from '../../src/catalogue-file.ts';
import { buildWorld } from '../../src/lab/build-world.ts';
import { catalogueYaml } from '../../src/lab/catalogue.ts';
import { startDatadog } from '../../src/lab/datadog.ts';
import type { RunningVendor } from '../../src/lab/vendor-http.ts';
import { connectTools, loadTools } from '../../src/load-tools.ts';
import type { Finding } from '../../src/tool.ts';
import { integration } from '../../tools/datadog/integration.ts';

const built = buildWorld({ seed: 7, fault: 'bad-deploy' });
const { service } = built.world.alert.monitor;
const nowMs = built.startAtMs;
const window = { from: new Date(nowMs - 1_800_000).toISOString(), to: new Date(nowMs).toISOString() };
const signal = AbortSignal.timeout(60_000);

let vendor: RunningVendor;
let call: (name: string, input: object) => Promise<Finding>;

beforeAll(async () => {
  vendor = await startDatadog({ world: built.world, nowMs: () => nowMs, port: 0 });
  const catalogue = parseCatalogue(catalogueYaml(built.world.services));
  if (!catalogue.ok) throw new Error(catalogue.failure.join('; '));
  const { connected } = connectTools(await loadTools(new URL('../../tools/', import.meta.url)), vendor.environment);
  call = async (name, input) => {
    const found = connected.find(({ tool }) => tool.name === name);
    if (found === undefined) throw new Error(`${name} is not connected`);
    return found.call(input, { signal, timeoutMs: 8_000, nowMs, catalogue: catalogue.value });
  };
});
afterAll(() => vendor.close());

const onDatadog = built.world.services.find(({ logsInCloudWatch, external }) => !logsInCloudWatch && !external)?.id;

test.each([
  ['datadog_log_counts', { service: onDatadog, ...window }],
  ['datadog_traces', { service, ...window }],
  ['datadog_service_map', { services: [service], ...window }],
  ['datadog_services', {}],
  ['datadog_services', { services: [service] }],
  ['datadog_monitors', { services: [service], ...window }],
  ['datadog_spans', { services: [service], ...window }],
])('%s finds something', async (name, input) => {
  expect(await call(name, input)).toMatchObject({ kind: 'found' });
});

test.each([
  ['datadog_slos', { services: [service], ...window }],
  ['datadog_incidents', window],
  ['datadog_deployments', { services: [service], ...window }],
])('%s is answered: the shop does not use that product', async (name, input) => {
  expect(await call(name, input)).toMatchObject({ kind: 'empty' });
});

test('the service map is the catalogue: no call is unknown to it', async () => {
  expect(await call('datadog_service_map', { services: [service], ...window })).toMatchObject({
    result: { notInCatalogue: [] },
  });
});

test('doctor is content with the keys of the lab, which cannot write', async () => {
  const connected = integration.connect(integration.environment.parse(vendor.environment));
  const checks = await connected.examine({
    signal,
    nowMs,
    environment: 'prod',
    repositories: [],
    namespaces: [],
    logGroups: [],
  });

  expect(checks.filter(({ name }) => name !== 'clock').map(({ name, state }) => [name, state])).toEqual([
    ['reachable', 'ok'],
    ['scopes', 'ok'],
    ['read', 'ok'],
    ['write refused', 'ok'],
  ]);
});

test('discover drafts every service of the shop', async () => {
  const connected = integration.connect(integration.environment.parse(vendor.environment));
  const drafts =
    (await connected.discover?.({
      signal,
      nowMs,
      environment: 'prod',
      repositories: [],
      namespaces: [],
      logGroups: [],
    })) ?? [];
  const own = built.world.services.filter(({ external }) => !external);

  expect(drafts.map(({ name }) => name)).toEqual(expect.arrayContaining(own.map(({ id }) => id)));
  const draft = drafts.find(({ name }) => name === service);
  expect(draft?.dependsOn?.toSorted()).toEqual(own.find(({ id }) => id === service)?.dependsOn.toSorted());
});
