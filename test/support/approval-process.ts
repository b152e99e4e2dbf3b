/** One process of the simulated machine room: it lives, dies at any await, and is started again. */
import { pino } from 'pino';
import type { AutonomyRule } from '../../src/core/autonomy.ts';
import { inboundWorkflow } from '../../src/flow/handle-inbound.ts';
import { remediationWorkflow } from '../../src/flow/remediate.ts';
import type { RemediationInput } from '../../src/flow/submit-plan.ts';
import type { World } from '../../src/flow/world.ts';
import type { Policy } from '../../src/policy-port.ts';
import type { ChatPlatform, Engine, Inbound, Transaction } from '../../src/ports.ts';
import { castCatalogue, personNamed } from './approval-cast.ts';
import { simulatedEvidence, simulatedFailure, simulatedLead } from './approval-failure.ts';
import type { Beginning } from './approval-oracle.ts';
import { type Scenario, simulatedKey } from './approval-scenario.ts';
import { type SimulatedTarget, simulatedAction } from './approval-target.ts';
import { sampleSettings } from './sample-settings.ts';
import type { SimulatedDatabase } from './simulated-database.ts';
import { createSimulatedEngine } from './simulated-engine.ts';
import type { Dice, VirtualTime } from './simulated-time.ts';

/** A mistake somebody could make, planted from outside: nothing under `src` is touched. */
export type PlantedBug = {
  readonly name: string;
  readonly world?: (world: World) => World;
  readonly inbound?: (inbound: Inbound, database: SimulatedDatabase) => Inbound;
  /** Every new version of a plan is put into the table, whatever became of the one before. */
  readonly editsPastTheStore?: boolean;
};

/** A transaction that does not wait for anybody's commit: for planting bugs. */
export const atOnce = Object.freeze({}) as Transaction;

export type Machine = {
  readonly scenario: Scenario;
  readonly dice: Dice;
  readonly time: VirtualTime;
  readonly database: SimulatedDatabase;
  readonly target: SimulatedTarget;
  readonly policy: Policy;
  readonly bug: PlantedBug | null;
  /** What was true when a step began, by workflow and step. */
  readonly beginnings: Map<string, Beginning>;
  /** Messages on the chat platform, by key. */
  readonly messages: Map<string, number>;
  readonly chaos: { on: boolean; crashes: number; errors: number };
  /** The process; without a world while it is down. */
  readonly life: { number: number; world: World | null; engine: (Engine & { crash(): void }) | null; skewMs: number };
};

const crashesMax = 4;
const errorsMax = 2;
const silent = pino({ level: 'silent' });
const forever = (): Promise<never> => new Promise(() => undefined);

/** What is true now. */
export function stateOfAffairs({
  database,
  scenario,
  time,
}: Pick<Machine, 'database' | 'scenario' | 'time'>): Beginning {
  const atMs = time.nowMs();
  const { freeze, driftAtMs } = scenario;
  const { stopped, audit } = database.rows();
  return {
    atMs,
    stopped,
    resumed: audit.filter(({ body }) => body['killSwitch'] === false).length,
    frozen: freeze !== null && atMs >= freeze.fromMs && atMs < freeze.toMs,
    drifted: driftAtMs !== null && atMs >= driftAtMs,
  };
}

/** Starts the process for the first time. */
export function start(machine: Machine): World {
  machine.life.engine = createEngine(machine);
  return live(machine);
}

function live(machine: Machine): World {
  const world = createWorld(machine);
  machine.life.world = world;
  void world.engine.launch();
  return world;
}

/** The process dies: nothing of it goes on, its transactions roll back, and some time later it is started again. */
export function die(machine: Machine): void {
  const { life, chaos, database, target, time, dice } = machine;
  if (life.world === null) return;
  life.world = null;
  life.number += 1;
  chaos.crashes += 1;
  life.engine?.crash();
  database.dropConnections();
  target.inFlight.clear();
  time.at(time.nowMs() + dice.pick([0, 1_000, 120_000, 360_000, 720_000]), () => {
    life.skewMs = dice.pick([0, 0, -2_000, 2_000]);
    live(machine);
  });
}

function mayDie(machine: Machine): void {
  const { chaos, scenario, dice } = machine;
  if (chaos.on && chaos.crashes < crashesMax && dice.chance(scenario.rates.crash)) die(machine);
}

/** A moment at which chance decides: the process dies, or others go first. */
async function point(machine: Machine, born: number): Promise<void> {
  const { life, chaos, scenario, dice, time } = machine;
  if (life.number !== born) return forever();
  mayDie(machine);
  for (let turns = dice.below(4); turns > 0; turns -= 1) await Promise.resolve();
  if (chaos.on && dice.chance(scenario.rates.slow)) await time.sleep(dice.pick([1_000, 30_000, 120_000]));
  if (life.number !== born) return forever();
}

async function databasePoint(machine: Machine, born: number): Promise<void> {
  await point(machine, born);
  const { chaos, dice, scenario } = machine;
  if (!chaos.on || chaos.errors >= errorsMax || !dice.chance(scenario.rates.error)) return;
  chaos.errors += 1;
  throw new Error('the database is away');
}

/** The world of one life. */
function createWorld(machine: Machine): World {
  const { life, time, database, target, dice } = machine;
  if (life.engine === null) throw new Error('there is no engine yet');
  const born = life.number;
  const wait = (): Promise<void> => point(machine, born);
  const clock = time.clock(() => life.skewMs);
  const alive = (): boolean => life.number === born;
  const store = database.connect({ clock, alive, point: () => databasePoint(machine, born) });
  const platform = simulatedPlatform(machine, wait);
  const world: World = {
    store: { ...store, ...findingsOf(machine) },
    engine: life.engine,
    clock,
    redactor: { redact: async (text) => ({ text, redactions: 0 }) },
    policy: machine.policy,
    catalogue: { ...castCatalogue, autonomy: rulesOf(machine.scenario) },
    tools: [],
    toolsOff: [],
    actions: [simulatedAction({ target, dice, point: () => wait().then(() => travel(machine, wait)) })],
    planRollback: null,
    watchPull: null,
    runbooks: [],
    investigator: null,
    platform: () => platform,
    newId: (prefix) => prefix,
    buttonKey: simulatedKey,
    settings: settingsOf(machine),
    log: silent,
  };
  return machine.bug?.world?.(world) ?? world;
}

/** Every plan of these histories is about the same class of failure. */
const rulesOf = ({ autonomy }: Scenario): readonly AutonomyRule[] =>
  autonomy === null
    ? []
    : [
        {
          cause: simulatedFailure.cause,
          runbook: null,
          level: autonomy.level,
          shadow: autonomy.level !== 'auto',
          because: autonomy.level === 'auto' ? 'shadow 10 of 10 by 2026-11-17' : null,
        },
      ];

function findingsOf({ scenario: { autonomy } }: Machine): Pick<World['store'], 'hypotheses' | 'evidence'> {
  if (autonomy === null) return { hypotheses: async () => [], evidence: async () => [] };
  const { confirmed, established } = autonomy;
  return {
    hypotheses: async () => [simulatedLead(confirmed ? 'Confirmed' : 'Likely')],
    evidence: async (incident) => [{ ...simulatedEvidence, incident, provenance: established ? 'A' : 'C' }],
  };
}

const travel = ({ scenario, time }: Machine, wait: () => Promise<void>): Promise<void> | undefined =>
  scenario.targetMs === 0 ? undefined : time.sleep(scenario.targetMs).then(wait);

const settingsOf = (machine: Machine): World['settings'] => ({
  ...sampleSettings,
  get frozen() {
    return stateOfAffairs(machine).frozen;
  },
});

/** Posts once per key, as the contract of every platform says. */
function simulatedPlatform({ messages }: Machine, wait: () => Promise<void>): ChatPlatform {
  return {
    name: 'web',
    post: async (to, _card, key) => {
      await wait();
      const id = messages.get(key) ?? messages.size + 1;
      messages.set(key, id);
      return { place: to, id: String(id) };
    },
    update: wait,
    whisper: wait,
    share: wait,
    account: async ({ account }) => {
      await wait();
      return { name: account, standing: personNamed(account)?.standing ?? 'stranger' };
    },
  };
}

function createEngine(machine: Machine): Engine & { crash(): void } {
  const { database, beginnings, life, time } = machine;
  const engine = createSimulatedEngine({
    clock: time.clock(() => life.skewMs),
    onCommit: (transaction, apply) => (transaction === atOnce ? apply() : database.onCommit(transaction, apply)),
    again: (run) => run().catch(run).catch(run).catch(run).catch(run).catch(run).catch(run),
    at: async ({ workflow, step, when }) => {
      await Promise.resolve();
      if (when === 'before') beginnings.set(`${workflow}/${step}`, stateOfAffairs(machine));
      mayDie(machine);
      return 'go';
    },
  });
  const current = (): World => {
    if (life.world === null) throw new Error('nobody runs');
    return life.world;
  };
  engine.register<RemediationInput>('remediation', (durable, input) => remediationWorkflow(current())(durable, input));
  engine.register<Inbound>('inbound', (durable, input) => inboundWorkflow(current())(durable, input));
  return engine;
}
