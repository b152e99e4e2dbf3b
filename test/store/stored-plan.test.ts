import { expect, it } from 'vitest';
import { sealHolds, sealPlan } from '../../src/core/digest.ts';
import { parsePlan } from '../../src/store/stored-plan.ts';
import { samplePlan } from '../support/sample-plan.ts';

const rowOf = (document: object, digest: string) => ({
  document,
  digest,
  place: { platform: 'web', tenant: 'local', channel: 'inc-1' },
  state: 'done',
  settled_at_ms: null,
  nonce: 'n0nce',
});

it('a plan reads back as it was sealed', () => {
  const { plan, digest } = sealPlan(samplePlan);
  const read = parsePlan(rowOf(JSON.parse(JSON.stringify(plan)), digest), []);
  expect(read.plan).toEqual(plan);
  expect(sealHolds(read)).toBe(true);
});

it('a plan of the first version, without a rehearsal, can be read but its seal no longer holds', () => {
  const { rehearsal: _none, ...old } = samplePlan;
  const read = parsePlan(rowOf(old, sealPlan(samplePlan).digest), []);
  expect(read.plan.rehearsal).toEqual([]);
  expect(sealHolds(read)).toBe(false);
});

it('a field this version does not know is refused: the digest would not cover it', () => {
  expect(() => parsePlan(rowOf({ ...samplePlan, surprise: 1 }, 'x'), [])).toThrow('surprise');
});
