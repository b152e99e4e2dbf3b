/**
 * Goal: whatever crashes, repeats, arrives late or changes under way, a plan has its effects at most once and only as
 * people approved it. Method: seeded histories through the product's own flow, judged by an oracle that knows what
 * really happened; and planted bugs, every one of which the same seeds must find.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { loadPolicy } from '../../src/policy/load-policy.ts';
import type { Policy } from '../../src/policy-port.ts';
import { playHistory } from '../support/approval-simulation.ts';
import { plantedBugs } from '../support/planted-bugs.ts';
import { plainPolicy } from '../support/second-policy.ts';

const seeds = 2_000;
const seedsPerBug = 600;

let shipped: Policy;
beforeAll(async () => {
  const loaded = await loadPolicy('policies');
  if (!loaded.ok) throw new Error(loaded.failure.join('\n'));
  shipped = loaded.value;
});

describe('approvals and execution under fire', () => {
  it(`keep every promise over ${seeds} seeds`, { timeout: 120_000 }, async () => {
    const broken: string[] = [];
    let effects = 0;
    let crashes = 0;
    for (let seed = 1; seed <= seeds; seed += 1) {
      const history = await playHistory(seed, { policy: seed % 10 === 0 ? shipped : plainPolicy });
      broken.push(...history.violations.map((violation) => `seed ${seed}: ${violation}`));
      effects += history.landings.length;
      crashes += history.crashes;
    }
    expect(broken).toEqual([]);
    expect(effects).toBeGreaterThan(seeds / 5);
    expect(crashes).toBeGreaterThan(seeds / 2);
  });

  it('are the same history for the same seed', async () => {
    const [first, second] = [
      await playHistory(7, { policy: plainPolicy }),
      await playHistory(7, { policy: plainPolicy }),
    ];
    expect(second).toEqual(first);
  });
});

describe('a planted bug is found', () => {
  it('of at least twenty kinds', () => {
    expect(new Set(plantedBugs.map(({ name }) => name)).size).toBeGreaterThanOrEqual(20);
  });

  it.each(plantedBugs)('$name', { timeout: 60_000 }, async (bug) => {
    let violations: readonly string[] = [];
    for (let seed = 1; seed <= seedsPerBug && violations.length === 0; seed += 1) {
      ({ violations } = await playHistory(seed, { policy: plainPolicy, bug }));
    }
    expect(violations).not.toEqual([]);
  });
});
