/** Goal: every runbook that ships does what it says in the local world, through the real action, and its undo undoes. */
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { action as dispatch } from '../../src/actions/github-workflow-dispatch.ts';
import type { PlanStep } from '../../src/core/plan.ts';
import type { Runbook } from '../../src/core/runbook.ts';
import { parseRunbookArguments } from '../../src/core/runbook-arguments.ts';
import { compileRunbook } from '../../src/core/runbook-plan.ts';
import { type BuiltWorld, buildWorld } from '../../src/lab/build-world.ts';
import { type LabGitHub, startGitHub } from '../../src/lab/github.ts';
import { createLabClock } from '../../src/lab/lab-clock.ts';
import { shopServices } from '../../src/lab/shop.ts';
import { initialFiles } from '../../src/lab/sources/repositories.ts';
import type { Intervention } from '../../src/lab/world.ts';
import { loadRunbooks } from '../../src/runbooks/load-runbooks.ts';

const minuteMs = 60_000;
/** Virtual seconds per real second: a run takes fifteen of them. */
const speed = 200;
const clock = createLabClock({ startAtMs: Date.UTC(2026, 10, 18, 14), speed });
const told: Intervention[] = [];
let github: LabGitHub;
let runbooks: readonly Runbook[];

beforeAll(async () => {
  github = await startGitHub({
    history: [],
    initialFiles,
    services: shopServices,
    clock,
    port: 0,
    stateDirectory: null,
    onIntervention: (intervention) => told.push(intervention),
  });
  const folder = fileURLToPath(new URL('../../runbooks', import.meta.url));
  ({ runbooks } = await loadRunbooks(folder, [dispatch.name]));
});
afterAll(async () => {
  clock.close();
  await github.close();
});

type Proof = {
  readonly fault: string;
  readonly says: (target: string, built: BuiltWorld) => string;
  /** What it brings instead of the alert's end. */
  readonly shows?: (built: BuiltWorld, atMs: number) => boolean;
};

const changeOf = ({ truth }: BuiltWorld): readonly string[] => truth.change?.split('#') ?? [];
const flagOf = ({ world, truth, startAtMs }: BuiltWorld): string =>
  world
    .events(truth.onsetMs - 60 * minuteMs, startAtMs)
    .find(({ id }) => truth.change === `event:${id}`)
    ?.tags.find((tag) => tag.startsWith('flag:'))
    ?.slice(5) ?? '';

const proofs: { readonly [runbook: string]: Proof } = {
  'clean-up-disk': { fault: 'disk-full', says: (store) => `store=${store}` },
  'disable-feature-flag': { fault: 'feature-flag', says: (_service, built) => `flag=${flagOf(built)}` },
  'raise-pool-limit': { fault: 'pool-exhaustion', says: (service) => `service=${service} max=40 max_now=6` },
  'raise-provider-quota': { fault: 'quota-exhausted', says: (provider) => `provider=${provider}` },
  'restart-resolver': { fault: 'dns-failure', says: (service) => `service=${service}` },
  'restart-service': { fault: 'memory-leak', says: (service) => `service=${service}` },
  'roll-back-deployment': {
    fault: 'bad-deploy',
    says: (service, built) => `service=${service} repository=${changeOf(built)[0]} pull=${changeOf(built)[1]}`,
  },
  'rotate-certificate': { fault: 'certificate-expiry', says: (service) => `service=${service}` },
  'scale-out': { fault: 'traffic-surge', says: (service) => `service=${service}` },
  'scale-service': {
    fault: 'traffic-surge',
    says: (service) => `service=${service} replicas=12 replicas_now=6`,
    shows: ({ world }, atMs) => (world.metric('web', 'cpu_ratio', atMs) ?? 1) < 0.8,
  },
  'use-fallback-provider': { fault: 'dependency-outage', says: (provider) => `provider=${provider}` },
};

/** The first seed at which something can be done: not every provider has a stand-in. */
function troubled(fault: string): BuiltWorld {
  for (let seed = 1; seed <= 20; seed += 1) {
    const built = buildWorld({ fault, seed });
    if (built.truth.remedy !== 'none') return built;
  }
  throw new Error(`no seed of ${fault} can be helped`);
}

/** Carries out the steps over HTTP and tells the world what the workflow runs were, at a time of its own. */
async function carryOut(steps: readonly PlanStep[], { world }: BuiltWorld, atMs: number): Promise<void> {
  const connected = dispatch.connect({
    GITHUB_API_URL: github.url,
    GITHUB_WEB_URL: github.url,
    GITHUB_WRITE_TOKEN: github.writeToken,
  });
  for (const step of steps) {
    told.length = 0;
    const context = { signal: AbortSignal.timeout(20_000), nowMs: clock.nowMs(), key: `${atMs}:${step.id}` };
    const result = await connected.execute(dispatch.parameters.parse(step.parameters), context);
    expect(result).toMatchObject({ ok: true, value: { conclusion: 'success' } });
    expect(told).toHaveLength(1);
    for (const intervention of told) world.intervene({ ...intervention, atMs });
  }
}

it('every runbook that ships has a proof here, and there are at least eight', () => {
  expect(runbooks.map(({ name }) => name)).toEqual(Object.keys(proofs));
  expect(runbooks.length).toBeGreaterThanOrEqual(8);
});

describe('in the local world', () => {
  it.each(Object.entries(proofs))('%s helps, and its undo takes that back', async (name, { fault, says, shows }) => {
    const runbook = runbooks.find((each) => each.name === name);
    if (!runbook) throw new Error(`${name} did not load`);
    const built = troubled(fault);
    const { world, startAtMs, truth } = built;
    const isWell = (atMs: number): boolean =>
      shows?.(built, atMs) ?? world.monitorState(world.alert.monitor, atMs) === 'ok';
    const values = parseRunbookArguments(runbook, says(truth.entity ?? '', built));
    if (!values.ok) throw new Error(values.failure.join('; '));
    const { steps, inverse } = compileRunbook(runbook, values.value);
    const before = isWell(startAtMs);

    await carryOut(steps, built, startAtMs);
    const after = isWell(startAtMs + 10 * minuteMs);
    await carryOut(inverse.steps, built, startAtMs + 20 * minuteMs);

    expect({ before, after }).toEqual({ before: false, after: true });
    expect(isWell(startAtMs + 35 * minuteMs)).toBe(inverse.steps.length === 0);
  });
});
