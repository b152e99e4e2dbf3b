/** Goal: every runbook that ships does what it says in the local world, through the real action, and its undo undoes. */
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectActions, loadActions } from '../../src/actions/load-actions.ts';
import type { PlanStep } from '../../src/core/plan.ts';
import type { Runbook } from '../../src/core/runbook.ts';
import { parseRunbookArguments } from '../../src/core/runbook-arguments.ts';
import { compileRunbook } from '../../src/core/runbook-plan.ts';
import { type BuiltWorld, buildWorld } from '../../src/lab/build-world.ts';
import { type LabGitHub, startGitHub } from '../../src/lab/github.ts';
import { clusterAt } from '../../src/lab/kubernetes/cluster.ts';
import { nodeNames } from '../../src/lab/kubernetes/names.ts';
import { startKubernetes } from '../../src/lab/kubernetes.ts';
import { createLabClock } from '../../src/lab/lab-clock.ts';
import { shopServices } from '../../src/lab/shop.ts';
import { initialFiles } from '../../src/lab/sources/repositories.ts';
import type { Intervention } from '../../src/lab/world.ts';
import { loadRunbooks } from '../../src/runbooks/load-runbooks.ts';
import { flagInEvents, queueInLogs } from '../support/lab-hints.ts';

const minuteMs = 60_000;
/** Virtual seconds per real second: a run takes fifteen of them. */
const speed = 200;
const clock = createLabClock({ startAtMs: Date.UTC(2026, 10, 18, 14), speed });
const told: Intervention[] = [];
let github: LabGitHub;
let runbooks: readonly Runbook[];
let actions: Awaited<ReturnType<typeof loadActions>>;

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
  actions = await loadActions();
  ({ runbooks } = await loadRunbooks(
    folder,
    actions.map(({ name }) => name),
  ));
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
/** Shipped for systems that the local world does not have: their own tests carry them out. */
const elsewhere = ['purge-cache', 'restart-instance'];

const workloadOf = (built: BuiltWorld, service: string, atMs: number) => {
  const found = clusterAt(built, atMs).workloads.find((each) => each.service.id === service);
  if (!found) throw new Error(`${service} runs in no cluster`);
  return found;
};
/** From the newest revision to the one before the change at fault. */
function revisionsOf(built: BuiltWorld, service: string): string {
  const { revisions } = workloadOf(built, service, built.startAtMs);
  const broken = revisions.find(({ pull }) => pull && `${pull.repository}#${pull.number}` === built.truth.change);
  return `revision=${(broken?.number ?? 0) - 1} revision_now=${revisions.at(-1)?.number}`;
}
const node = nodeNames[1] ?? '';
const runsNothing = (built: BuiltWorld, atMs: number): boolean =>
  clusterAt(built, atMs).workloads.every(({ pods }) => pods.every((pod) => pod.node !== node));
const proofs: { readonly [runbook: string]: Proof } = {
  'clean-up-disk': { fault: 'disk-full', says: (store) => `store=${store}` },
  'disable-feature-flag': { fault: 'feature-flag', says: (_service, built) => `flag=${flagInEvents(built)}` },
  'drain-node': { fault: 'bad-deploy', says: () => `node=${node}`, shows: runsNothing },
  'purge-queue': {
    fault: 'poison-message',
    says: (service, built) => `service=${service} queue=${queueInLogs(built)}`,
  },
  'raise-pool-limit': { fault: 'pool-exhaustion', says: (service) => `service=${service} max=40 max_now=6` },
  'raise-provider-quota': { fault: 'quota-exhausted', says: (provider) => `provider=${provider}` },
  'restart-resolver': { fault: 'dns-failure', says: (service) => `service=${service}` },
  'restart-service': { fault: 'memory-leak', says: (service) => `service=${service}` },
  'restart-workload': { fault: 'memory-leak', says: (service) => `service=${service}` },
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
  'scale-workload': {
    fault: 'traffic-surge',
    says: (_service, built) =>
      `service=web replicas=12 replicas_now=${workloadOf(built, 'web', built.startAtMs).replicas}`,
    shows: ({ world }, atMs) => (world.metric('web', 'cpu_ratio', atMs) ?? 1) < 0.8,
  },
  'undo-rollout': {
    fault: 'bad-deploy',
    says: (service, built) => `service=${service} ${revisionsOf(built, service)}`,
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

/** Carries out the steps over HTTP at a time of the world's own: what workflow runs and patches did, the world is told. */
async function carryOut(steps: readonly PlanStep[], { world, history }: BuiltWorld, atMs: number): Promise<void> {
  const begunMs = performance.now();
  const nowMs = (): number => Math.floor(atMs + (performance.now() - begunMs) * speed);
  const kubernetes = await startKubernetes({ world, history, nowMs, port: 0 });
  const { actions: connected } = connectActions(actions, {
    ...kubernetes.environment,
    GITHUB_API_URL: github.url,
    GITHUB_WEB_URL: github.url,
    GITHUB_WRITE_TOKEN: github.writeToken,
  });
  try {
    for (const step of steps) {
      const found = connected.find(({ action }) => action.name === step.action);
      if (!found) throw new Error(`${step.action} is off`);
      told.length = 0;
      const before = world.interventions().length;
      const context = { signal: AbortSignal.timeout(20_000), nowMs: nowMs(), key: `${atMs}:${step.id}` };
      const parameters = found.action.parameters.parse(step.parameters);
      expect(await found.connected.dryRun(parameters, context)).toMatchObject({ ok: true });
      expect(await found.connected.execute(parameters, context)).toMatchObject({ ok: true });
      for (const intervention of told) world.intervene({ ...intervention, atMs });
      expect(world.interventions()).toHaveLength(before + 1);
    }
  } finally {
    await kubernetes.close();
  }
}

it('every runbook that ships has a proof here, and there are at least eight', () => {
  expect(runbooks.map(({ name }) => name)).toEqual([...Object.keys(proofs), ...elsewhere].toSorted());
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
