import type { Budget } from './budget.ts';

/** How far an investigation goes. `quick` for a first opinion, `deep` when the price was shown and taken. */
export const depths = ['quick', 'standard', 'deep'] as const;
export type Depth = (typeof depths)[number];

const factors: { readonly [Each in Depth]: number } = { quick: 0.25, standard: 1, deep: 3 };

/** Nobody waits longer for an answer in an incident, milliseconds. */
const durationMsMost = 3_600_000;
/** A read, findings, a correction and the challenge must fit. */
const turnsLeast = 4;

/** The configured bounds, scaled. */
export function budgetFor(depth: Depth, standard: Budget): Budget {
  const factor = factors[depth];
  return {
    ...standard,
    toolCallsMax: Math.max(1, Math.round(standard.toolCallsMax * factor)),
    modelTurnsMax: Math.max(Math.min(turnsLeast, standard.modelTurnsMax), Math.round(standard.modelTurnsMax * factor)),
    outputTokensMax: Math.round(standard.outputTokensMax * factor),
    dollarsMax: standard.dollarsMax * factor,
    durationMsMax: Math.min(Math.max(durationMsMost, standard.durationMsMax), standard.durationMsMax * factor),
  };
}
