/**
 * One seed is one history of proposals, clicks, edits, stops and crashes, lived by the product's own flow (`createIntake`,
 * `decide`, `remediationWorkflow`, `execute`) over a simulated engine, database, clock and target.
 */

import type { SignedIn } from '../../src/core/approval.ts';
import type { SealedPlan } from '../../src/core/plan.ts';
import { taint } from '../../src/core/tainted.ts';
import { createIntake } from '../../src/flow/handle-inbound.ts';
import { remediationId, submitPlan } from '../../src/flow/submit-plan.ts';
import type { World } from '../../src/flow/world.ts';
import type { Policy } from '../../src/policy-port.ts';
import type { Inbound } from '../../src/ports.ts';
import type { TrueClick } from './approval-cast.ts';
import { earnedRows, simulatedFailure, simulatedLead } from './approval-failure.ts';
import { judgeAnswer, judgeEnd, judgeLanding, type Landing, type Scene } from './approval-oracle.ts';
import { die, type Machine, type PlantedBug, start, stateOfAffairs } from './approval-process.ts';
import {
  type Command,
  type Delivery,
  drawScenario,
  placeOf,
  type Scenario,
  sceneStartMs,
} from './approval-scenario.ts';
import type { SimulatedTarget } from './approval-target.ts';
import { createSimulatedDatabase, nonceOf, type Rows, type SimulatedDatabase } from './simulated-database.ts';
import { createDice, createVirtualTime } from './simulated-time.ts';

export type History = {
  readonly violations: readonly string[];
  readonly landings: readonly Landing[];
  readonly crashes: number;
  readonly scenario: Scenario;
  readonly rows: Rows;
};

const place = { platform: 'web', tenant: 'local' } as const;
const eventsMax = 5_000;

type Play = {
  readonly machine: Machine;
  readonly violations: Set<string>;
  readonly delivered: Set<string>;
  readonly sealsChain: boolean;
};

/** Lives one history and says which promises were broken in it. */
export async function playHistory(
  seed: number,
  { policy, bug = null }: { policy: Policy; bug?: PlantedBug | null },
): Promise<History> {
  const play = createPlay(seed, { policy, bug });
  const { machine, violations } = play;
  const world = start(machine);
  await setScene(machine, world);
  schedule(play);
  try {
    await machine.time.play(eventsMax);
  } catch (error) {
    violations.add(error instanceof Error ? error.message : String(error));
  }
  for (const broken of [...judgeEnd(sceneOf(play)), ...(await unfinished(play))]) violations.add(broken);
  const { scenario, target, chaos, database } = machine;
  return {
    violations: [...violations],
    landings: target.landings,
    crashes: chaos.crashes,
    scenario,
    rows: database.rows(),
  };
}

function createPlay(seed: number, { policy, bug }: { policy: Policy; bug: PlantedBug | null }): Play {
  const dice = createDice(seed);
  const scenario = drawScenario(dice);
  const time = createVirtualTime(sceneStartMs);
  const sealsChain = seed % 10 === 0;
  const database = sealsChain ? createSimulatedDatabase() : createSimulatedDatabase((_prev, seq) => `row ${seq}`);
  const violations = new Set<string>();
  const base = (): string => (stateOfAffairs(machine).drifted ? 'def' : 'abc');
  const landed = (landing: Landing): void => {
    for (const broken of judgeLanding(sceneOf(play), landing)) violations.add(broken);
  };
  const answered: SimulatedTarget['answered'] = (call) => {
    for (const broken of judgeAnswer(sceneOf(play), call)) violations.add(broken);
  };
  let stops = scenario.stopsMidCall ? 1 : 0;
  const asked = (): void => {
    if (stops > 0) command(play, { by: 'carl', text: 'stop all', atMs: time.nowMs() + 1_000 });
    stops = 0;
  };
  const machine: Machine = {
    scenario,
    dice,
    time,
    database,
    policy,
    bug,
    target: {
      landings: [],
      inFlight: new Set(),
      base,
      lost: scenario.rates.lost,
      landed,
      asked,
      answered,
      nowMs: time.nowMs,
    },
    beginnings: new Map(),
    messages: new Map(),
    chaos: { on: false, crashes: 0, errors: 0 },
    life: { number: 1, world: null, engine: null, skewMs: 0 },
  };
  const play: Play = { machine, violations, delivered: new Set(), sealsChain };
  return play;
}

const sceneOf = ({ machine, delivered, sealsChain }: Play): Scene => ({
  sealsChain,
  scenario: machine.scenario,
  landings: machine.target.landings,
  delivered,
  beginnings: machine.beginnings,
  inFlight: machine.target.inFlight,
  rows: machine.database.rows,
  now: () => stateOfAffairs(machine),
});

async function setScene({ scenario, database, chaos }: Machine, world: World): Promise<void> {
  const openedAtMs = sceneStartMs - 60_000;
  const incident = {
    phase: 'settled',
    openedAtMs,
    openedBy: 'rita',
    question: null,
    symptom: null,
    onsetMs: null,
  } as const;
  const other = { step: 'one', intent: null, outcome: null, atMs: sceneStartMs - 600_000 };
  database.write((rows) => ({
    ...rows,
    incidents: (['INC-1', 'INC-2'] as const).map((id) => ({
      ...incident,
      id,
      place: { ...place, channel: id.toLowerCase() },
    })),
    effects: Array.from({ length: scenario.effectsBefore }, (_, index) => ({ ...other, plan: `other-${index}` })),
  }));
  const earned = scenario.autonomy?.earned ? earnedRows(openedAtMs - 200_000_000) : [];
  for (const entry of earned) await world.store.audit(null, entry);
  for (const { versions } of scenario.proposals) {
    const [sealed] = versions;
    const channel = sealed.plan.incident.toLowerCase();
    const nothing = { thread: null, before: null, signal: null, status: null };
    const about = { cause: simulatedLead('Confirmed'), remedy: simulatedFailure.remedy };
    await submitPlan(world, { sealed, place: { ...place, channel }, ...nothing, ...about });
  }
  chaos.on = true;
}

function schedule(play: Play): void {
  const { machine } = play;
  const { scenario, time, dice, chaos } = machine;
  for (const delivery of scenario.deliveries) {
    const inbound = clickOf(delivery, dice.pick([0, 0, -2_000, 2_000]));
    for (const atMs of delivery.timesMs) time.at(atMs, () => deliver(play, inbound));
  }
  for (const each of scenario.commands) command(play, each);
  for (const atMs of scenario.crashesAtMs) time.at(atMs, () => die(machine));
  for (const proposal of scenario.proposals) time.at(proposal.editAtMs, () => edit(machine, proposal));
  time.at(sceneStartMs + 3_600_000, () => {
    chaos.on = false;
  });
}

function command(play: Play, { by, text, atMs }: Command): void {
  const from = { place: { ...place, channel: 'side' }, actor: { ...place, account: by } };
  const inbound: Inbound = { type: 'command', key: `${text} ${atMs}`, ...from, text: taint(text), atMs };
  play.machine.time.at(atMs, () => deliver(play, inbound));
}

const clickOf = ({ click, value }: Delivery, skewMs: number): Inbound => ({
  type: 'click',
  key: click.key,
  place: click.elsewhere ? { ...place, channel: 'side' } : placeOf(click.sealed.plan),
  actor: { ...place, account: click.by },
  action: click.presses,
  value,
  reason: click.reasoned ? taint('checkout is down') : null,
  ...signInOf(click),
  atMs: click.atMs + skewMs,
});

function signInOf({ signedIn, by, atMs }: TrueClick): { signedIn?: SignedIn } {
  if (signedIn === 'no') return {};
  const person = signedIn === 'as another' ? `not ${by}` : by;
  return { signedIn: { person, method: 'local', atMs: signedIn === 'long ago' ? atMs - 400_000 : atMs } };
}

/** Hands a delivery to the process until it says that it has it, as platforms do. */
function deliver(play: Play, inbound: Inbound, tries = 0): void {
  const { machine, delivered, violations } = play;
  const { life, time, bug, database } = machine;
  const again = (): void => deliver(play, inbound, tries + 1);
  if (tries > 500) violations.add('a delivery was never taken');
  else if (life.world === null) time.at(time.nowMs() + 30_000, again);
  else {
    delivered.add(inbound.key);
    const cancel = time.at(time.nowMs() + 600_000, again);
    createIntake(life.world)(bug?.inbound?.(inbound, database) ?? inbound).then(cancel, () => undefined);
  }
}

/** Somebody changes the plan: a new version, for which nobody has approved anything yet. */
function edit({ database, time, bug }: Machine, { versions, blind }: Scenario['proposals'][number]): void {
  const [, next] = versions;
  if (next === undefined) return;
  if (blind || bug?.editsPastTheStore) replaceRow(database, next);
  else saveEdit({ database, time }, next);
}

function saveEdit({ database, time }: Pick<Machine, 'database' | 'time'>, next: SealedPlan): void {
  const editor = database.connect({
    clock: { nowMs: time.nowMs },
    alive: () => true,
    point: () => Promise.resolve(),
  });
  void editor.transact(async (transaction) => {
    const row = await editor.planForUpdate(transaction, next.plan.id);
    const unsettled = row?.state === 'pending' || row?.state === 'approved' || row?.state === 'running';
    if (unsettled) await editor.savePlan(transaction, next, row.place);
  });
}

function replaceRow({ write }: SimulatedDatabase, sealed: SealedPlan): void {
  write((rows) => {
    const last = rows.plans.findLast(({ plan }) => plan.id === sealed.plan.id);
    if (last === undefined) return rows;
    const settle = { state: 'superseded', settledAtMs: sealed.plan.createdAtMs } as const;
    const plans = rows.plans.map((old) => (old === last && old.state === 'pending' ? { ...old, ...settle } : old));
    const fresh = { state: 'pending', approvals: [], settledAtMs: null, nonce: nonceOf(sealed.plan) } as const;
    const row = { ...sealed, place: last.place, ...fresh };
    return { ...rows, plans: [...plans, row] };
  });
}

/** Workflows that never ended, and deliveries that were taken and then forgotten. */
async function unfinished({ machine, delivered }: Play): Promise<readonly string[]> {
  const plans = machine.scenario.proposals.map(({ versions: [{ plan }] }) => remediationId(plan.id));
  const waits = [...plans, ...[...delivered].map((key) => `inbound:${key}`)].map(async (id) => {
    const ended = machine.life.engine?.finished(id).then(
      () => null,
      (error: unknown) => `${id.split(':')[0]} failed: ${error instanceof Error ? error.message : String(error)}`,
    );
    const stuck = Promise.resolve(`${id.split(':')[0]} never ended`);
    return Promise.race([ended, later(stuck)]);
  });
  return (await Promise.all(waits)).flatMap((broken) => broken ?? []);
}

/** Gives what is settled already a few turns to say so. */
async function later<Value>(value: Promise<Value>): Promise<Value> {
  for (let turns = 0; turns < 8; turns += 1) await Promise.resolve();
  return value;
}
