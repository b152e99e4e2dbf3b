/** One scenario's world behind the lab's vendors, with the vendors it says are missing taken away. */
import { startSite } from '../../src/lab/start-lab.ts';
import type { World } from '../../src/lab/world.ts';
import type { Recording, Scenario } from './format.ts';
import { recordedWorld } from './recorded-world.ts';

export type StartedScenario = Awaited<ReturnType<typeof startScenario>>;

type Variables = { readonly [name: string]: string };
type Vendor = Scenario['missing'][number]['vendor'];

const prefixes: { readonly [Each in Vendor]: RegExp } = {
  github: /^GITHUB_/u,
  cloudwatch: /^(?:AWS_|CLOUDWATCH_)/u,
  datadog: /^DATADOG_/u,
  prometheus: /^PROMETHEUS_/u,
};
const credentials = /_(?:TOKEN|APP_KEY|ACCESS_KEY_ID)$/u;
const addresses = /(?:_API_URL|_ENDPOINT|PROMETHEUS_URL)$/u;
/** RFC 863: nothing listens here. */
const nobody = 'http://127.0.0.1:9';

/** It answers, and has nothing. */
const emptied = (world: World): World => ({
  ...world,
  metric: () => null,
  logs: () => [],
  edge: () => ({ calls: 0, errors: 0, p95Ms: 0 }),
  events: () => [],
  monitorState: () => 'no-data',
});

function withoutMissing(environment: Variables, missing: Scenario['missing']): Variables {
  const entries = Object.entries(environment).flatMap(([name, value]): (readonly [string, string])[] => {
    const absent = missing.find(({ vendor }) => prefixes[vendor].test(name));
    if (absent?.how === 'off') return [];
    if (absent?.how === 'forbidden' && credentials.test(name)) return [[name, 'revoked-credential']];
    if (absent?.how === 'unreachable' && addresses.test(name)) return [[name, nobody]];
    return [[name, value]];
  });
  return Object.fromEntries(entries);
}

export async function startScenario(recording: Recording, clockSpeed = 1) {
  const { scenario } = recording;
  const { world, ...recorded } = recordedWorld(recording);
  const empty = new Set(scenario.missing.filter(({ how }) => how === 'empty').map(({ vendor }) => vendor));
  const site = await startSite({
    ...recorded,
    world,
    worldOf: (vendor) => (empty.has(vendor) ? emptied(world) : world),
    cluster: false,
    channel: `inc-${world.alert.monitor.id}-${world.alert.monitor.service}`,
    stateDirectory: null,
    clockSpeed,
  });
  const { note } = scenario.alert;
  return {
    ...site,
    environment: withoutMissing(site.environment, scenario.missing),
    alert: { ...site.alert, text: note === null ? site.alert.text : `${site.alert.text}\n${note}` },
    asked: scenario.asked,
  };
}
