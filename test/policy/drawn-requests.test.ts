/**
 * Goal: Cedar and a second implementation of the shipped policy agree wherever one looks, not only on a table somebody
 * thought of. Method: drawn requests around every limit, some of them not evaluable, for which the answer is no.
 */
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import type { Plan } from '../../src/core/plan.ts';
import { loadPolicy } from '../../src/policy/load-policy.ts';
import type { PolicyRequest } from '../../src/policy-port.ts';
import { samplePlan } from '../support/sample-plan.ts';
import { secondPolicy } from '../support/second-policy.ts';
import { createDice, type Dice } from '../support/simulated-time.ts';

const count = 5_000;
const groups = ['payments', 'search', 'platform'] as const;
const people = ['ana', 'rita', 'omar'] as const;

/** Mostly what would be allowed, with a few things wrong: a request with everything wrong tests only one rule. */
function drawRequest(dice: Dice): PolicyRequest {
  const mostly = <Value>(usual: Value, others: readonly [Value, ...Value[]]): Value =>
    dice.chance(0.85) ? usual : dice.pick(others);
  const plan: Plan = {
    ...samplePlan,
    kind: mostly<Plan['kind']>('runbook', ['rollback-pull-request', 'shell' as Plan['kind'], '' as Plan['kind']]),
    risk: mostly<Plan['risk']>(dice.pick([1, 2, 3]), [0 as Plan['risk'], 4 as Plan['risk'], 1.5 as Plan['risk']]),
    requester: mostly('rita', ['ana', 'alert', '']),
    blastRadius: {
      services: mostly(1, [2, 10, 11, -1]),
      files: mostly(2, [100, 101, 1_000, 1_001, Number.NaN]),
      says: '',
    },
  };
  return {
    action: dice.pick(['approve', 'break-glass', 'execute', 'auto-run']),
    sealed: { plan, digest: '0'.repeat(64) },
    tier: dice.pick([1, 2, 3]),
    principal: {
      id: dice.pick(people),
      standing: mostly<PolicyRequest['principal']['standing']>('member', ['guest', 'stranger', 'inactive']),
      onCall: dice.chance(0.4),
      groups: groups.filter(() => dice.chance(0.4)),
    },
    owners: groups.filter(() => dice.chance(0.5)),
    breakGlass: groups.filter(() => dice.chance(0.4)),
    context: drawContext(dice, mostly),
  };
}

function drawContext(
  dice: Dice,
  mostly: <Value>(usual: Value, others: readonly [Value, ...Value[]]) => Value,
): PolicyRequest['context'] {
  return {
    digestMatches: mostly(true, [false]),
    ageMs: mostly(dice.below(900_000), [-1, 0, 900_000, 900_001, 1_200_000, 1_200_001, 0.5, Number.NaN, 1e300]),
    frozen: mostly(false, [true]),
    brokenGlass: mostly(false, [true]),
    alreadyApproved: mostly(false, [true]),
    distinctApprovers: mostly(2, [0, 1, 3]),
    effectsLastHour: mostly(0, [2, 3, 4, 5, 6, Number.POSITIVE_INFINITY]),
    runningOnService: mostly(0, [1, 2]),
    stopped: mostly(false, [true]),
    autonomy: {
      level: mostly('auto', ['approve', 'suggest', 'observe', '' as 'auto']),
      confirmed: mostly(true, [false]),
      established: mostly(true, [false]),
      earned: mostly(true, [false]),
    },
    authStrength: mostly('strong', ['chat', '' as 'chat']),
  };
}

it(`Cedar and the second implementation agree on ${count} drawn requests`, { timeout: 60_000 }, async () => {
  const loaded = await loadPolicy(fileURLToPath(new URL('../../policies', import.meta.url)));
  if (!loaded.ok) throw new Error(loaded.failure.join('\n'));
  const dice = createDice(1);
  const requests = Array.from({ length: count }, () => drawRequest(dice));

  const answers = requests.map((request) => ({ request, allow: loaded.value.decide(request).allow }));

  expect(answers.filter(({ request, allow }) => allow !== secondPolicy(request))).toEqual([]);
  const allowed = answers.filter(({ allow }) => allow).length;
  expect(allowed).toBeGreaterThan(count / 20);
  expect(allowed).toBeLessThan((count * 19) / 20);
});
