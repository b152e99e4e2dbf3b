import { expect, it } from 'vitest';
import { budgetFor, depths } from '../../src/core/depth.ts';

const standard = {
  toolCallsMax: 40,
  modelTurnsMax: 30,
  outputTokensMax: 60_000,
  dollarsMax: 3,
  durationMsMax: 600_000,
};

it('deep allows three times as much as standard, quick a quarter', () => {
  expect(depths.map((depth) => budgetFor(depth, standard))).toMatchObject([
    { toolCallsMax: 10, modelTurnsMax: 8, outputTokensMax: 15_000, dollarsMax: 0.75, durationMsMax: 150_000 },
    standard,
    { toolCallsMax: 120, modelTurnsMax: 90, outputTokensMax: 180_000, dollarsMax: 9, durationMsMax: 1_800_000 },
  ]);
});

it('quick still has room to read, submit and be challenged', () => {
  expect(budgetFor('quick', { ...standard, toolCallsMax: 1, modelTurnsMax: 5 })).toMatchObject({
    toolCallsMax: 1,
    modelTurnsMax: 4,
  });
});

it('nobody waits longer than an hour, unless that is what was configured', () => {
  expect(budgetFor('deep', { ...standard, durationMsMax: 1_800_000 }).durationMsMax).toBe(3_600_000);
  expect(budgetFor('deep', { ...standard, durationMsMax: 5_000_000 }).durationMsMax).toBe(5_000_000);
});
