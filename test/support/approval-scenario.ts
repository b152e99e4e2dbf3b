import { buttonValue } from '../../src/core/approval-button.ts';
import { canonicalJson, sealPlan } from '../../src/core/digest.ts';
import type { Plan, SealedPlan } from '../../src/core/plan.ts';
import { cast, type TrueClick } from './approval-cast.ts';
import { samplePlan } from './sample-plan.ts';
import { nonceOf } from './simulated-database.ts';
import type { Dice } from './simulated-time.ts';

export const sceneStartMs = 1_795_000_000_000;
const second = 1_000;
const minute = 60 * second;

type Proposal = {
  readonly versions: readonly [SealedPlan, ...SealedPlan[]];
  /** When the second version is saved. */
  readonly editAtMs: number;
  /** Put into the table past the store, whatever became of the first version: only people with a database shell can. */
  readonly blind: boolean;
};

export type Delivery = { readonly click: TrueClick; readonly value: string; readonly timesMs: readonly number[] };

/** One history to live through, except for what chance does to every await on the way. */
export type Scenario = {
  readonly proposals: readonly Proposal[];
  readonly deliveries: readonly Delivery[];
  readonly commands: readonly Command[];
  /** Somebody stops everything while the first call to the target is on its way. */
  readonly stopsMidCall: boolean;
  readonly freeze: { readonly fromMs: number; readonly toMs: number } | null;
  /** What the team set the class of both failures to, and what is true of it; null: nothing. */
  readonly autonomy: Autonomy | null;
  /** When the world outside changes, so that the plan does not fit it any more. */
  readonly driftAtMs: number | null;
  readonly crashesAtMs: readonly number[];
  /** How long a call to the target is on its way, there and back. */
  readonly targetMs: number;
  /** Effects of others within the last hour. */
  readonly effectsBefore: number;
  /** Probabilities per await: the process dies, the database fails, others get a long turn; and per vendor call. */
  readonly rates: {
    readonly crash: number;
    readonly error: number;
    readonly slow: number;
    readonly lost: number;
  };
};

export type Command = { readonly by: string; readonly text: 'stop all' | 'resume'; readonly atMs: number };

/** `earned`: ten right answers in shadow are on record. */
export type Autonomy = {
  readonly level: 'approve' | 'auto';
  readonly confirmed: boolean;
  readonly established: boolean;
  readonly earned: boolean;
};

function drawAutonomy(dice: Dice): Autonomy | null {
  if (!dice.chance(0.3)) return null;
  const mostly = (): boolean => dice.chance(0.8);
  return { level: mostly() ? 'auto' : 'approve', confirmed: mostly(), established: mostly(), earned: mostly() };
}

/** Every seed turns on some of the faults only: all at once hide each other. */
export function drawScenario(dice: Dice): Scenario {
  const proposals = [drawProposal(dice, 'a'), ...(dice.chance(0.3) ? [drawProposal(dice, 'b')] : [])];
  const rush = dice.chance(0.5) ? dice.below(4) : dice.below(16);
  const deliveries = proposals.flatMap((proposal) => drawDeliveries(dice, proposal, rush));
  const moment = (): number => sceneStartMs + dice.below(18) * minute + dice.pick([0, 1, 500, 30 * second]);
  const soon = (): number => sceneStartMs + dice.below(4) * minute;
  const stopAtMs = dice.chance(0.25) ? dice.pick([moment, soon])() : null;
  const stops = stopAtMs === null ? [] : [{ by: dice.pick(['bo', 'carl']), text: 'stop all' as const, atMs: stopAtMs }];
  const resumes =
    stopAtMs !== null && dice.chance(0.5)
      ? [{ by: dice.pick(['carl', 'carl', 'bo']), text: 'resume' as const, atMs: stopAtMs + dice.below(9) * minute }]
      : [];
  const freezeAtMs = dice.chance(0.1) ? moment() : null;
  return {
    proposals,
    deliveries,
    commands: [...stops, ...resumes],
    freeze: freezeAtMs === null ? null : { fromMs: freezeAtMs, toMs: freezeAtMs + dice.below(20) * minute },
    autonomy: drawAutonomy(dice),
    driftAtMs: dice.chance(0.15) ? moment() : null,
    crashesAtMs: dice.chance(0.3) ? [moment()] : [],
    targetMs: dice.pick([0, 0, 30_000]),
    stopsMidCall: dice.chance(0.1),
    effectsBefore: dice.chance(0.15) ? 3 + dice.below(3) : 0,
    rates: {
      crash: dice.pick([0, 0, 0.004, 0.02]),
      error: dice.pick([0, 0, 0.004, 0.02]),
      slow: dice.pick([0, 0, 0.01, 0.05]),
      lost: dice.pick([0, 0.1, 0.3]),
    },
  };
}

/** Its members in the order of their canonical form, as a row that was parsed from it has them: that hashes faster. */
const orderedPlan = JSON.parse(canonicalJson(samplePlan)) as Plan;

function drawProposal(dice: Dice, name: string): Proposal {
  const editAtMs = sceneStartMs + (dice.chance(0.7) ? dice.below(4) : dice.below(16)) * minute + dice.below(3);
  const base: Plan = {
    ...orderedPlan,
    id: `plan-${name}`,
    incident: name === 'a' ? 'INC-1' : 'INC-2',
    risk: dice.pick([1, 2, 2, 3]),
    requester: dice.pick(['rita', 'rita', 'olga', 'alert']),
    createdAtMs: sceneStartMs,
    expiresAtMs: sceneStartMs + 15 * minute,
  };
  const names = dice.chance(0.3) ? ['one', 'two'] : ['one'];
  const versionOf = (version: number, atMs: number): SealedPlan =>
    sealPlan({
      ...base,
      version,
      createdAtMs: atMs,
      expiresAtMs: atMs + 15 * minute,
      steps: names.map((id) => ({
        action: 'rollback-pull-request',
        id,
        parameters: { change: `${name}${version}${id}` },
        says: `Make change ${id}`,
      })),
    });
  const first = versionOf(1, sceneStartMs);
  const edited = dice.chance(0.3);
  return { versions: edited ? [first, versionOf(2, editAtMs)] : [first], editAtMs, blind: dice.chance(0.25) };
}

/** Most people click in the same minute: the `rush`. */
function drawDeliveries(dice: Dice, { versions, editAtMs }: Proposal, rush: number): readonly Delivery[] {
  const count = 2 + dice.below(5);
  return Array.from({ length: count }, (_, index) => {
    const sealed = dice.pick(versions);
    const at = dice.chance(0.6) ? rush : dice.below(17);
    const pressed = sceneStartMs + at * minute + dice.pick([0, 0, 1, 2_000, 59_999]);
    const click: TrueClick = {
      key: `${sealed.plan.id}-${index}`,
      by: dice.chance(0.75) ? dice.pick(['olga', 'omar', 'carl', 'omar', 'carl', 'rita']) : dice.pick(cast).id,
      sealed,
      presses: drawButton(dice),
      reasoned: dice.chance(0.8),
      forged: dice.chance(0.05),
      elsewhere: dice.chance(0.06),
      signedIn: drawSignIn(dice, sealed.plan),
      atMs: sealed.plan.version > 1 ? Math.max(pressed, editAtMs) : pressed,
    };
    return { click, value: sealedValue(click), timesMs: drawTimes(dice, click.atMs) };
  });
}

/** High risk is mostly decided on its page; now and then signed in long ago, or as somebody else. */
function drawSignIn(dice: Dice, { risk }: Plan): TrueClick['signedIn'] {
  if (!dice.chance(risk === 3 ? 0.8 : 0.1)) return 'no';
  return dice.chance(0.85) ? 'now' : dice.pick(['long ago', 'as another']);
}

function drawButton(dice: Dice): TrueClick['presses'] {
  if (!dice.chance(0.92)) return 'reject-plan';
  return dice.chance(0.25) ? 'break-glass' : 'approve-plan';
}

/** A delivery comes at once or late, and sometimes again. */
function drawTimes(dice: Dice, atMs: number): readonly number[] {
  const first = atMs + dice.pick([0, 0, 0, 1, 3_000, 2 * minute]);
  const again = dice.chance(0.25) ? [first + dice.pick([0, 1, 3_000, 5 * minute])] : [];
  return [first, ...again];
}

/** Seals the buttons of the simulated installation. */
export const simulatedKey = new Uint8Array(32).fill(1);

/** Where the request of a plan stands. */
export const placeOf = ({ incident }: Plan) =>
  ({ platform: 'web', tenant: 'local', channel: incident.toLowerCase() }) as const;

/** A forged button is one whose every part is right but the seal: the forger knows everything except the key. */
const sealedValue = ({ sealed, presses, forged }: Pick<TrueClick, 'sealed' | 'presses' | 'forged'>): string =>
  buttonValue(
    forged ? new Uint8Array(32) : simulatedKey,
    { ...sealed, nonce: nonceOf(sealed.plan) },
    { decision: presses, place: placeOf(sealed.plan) },
  );
