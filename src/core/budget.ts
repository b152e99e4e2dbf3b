/** Bounds of one investigation. Reaching one ends in the best supported partial answer. */
export type Budget = {
  readonly toolCallsMax: number;
  readonly modelTurnsMax: number;
  readonly outputTokensMax: number;
  readonly dollarsMax: number;
  readonly durationMsMax: number;
};

export type Spent = {
  readonly toolCalls: number;
  readonly modelTurns: number;
  readonly outputTokens: number;
  readonly dollars: number;
  readonly durationMs: number;
};

/** The first bound that is reached, in words for the card, or null. */
export function exhausted(budget: Budget, spent: Spent): string | null {
  if (spent.toolCalls >= budget.toolCallsMax) return `${budget.toolCallsMax} tool calls`;
  if (spent.modelTurns >= budget.modelTurnsMax) return `${budget.modelTurnsMax} model turns`;
  if (spent.outputTokens >= budget.outputTokensMax) return `${budget.outputTokensMax} output tokens`;
  if (spent.dollars >= budget.dollarsMax) return `${budget.dollarsMax} dollars`;
  if (spent.durationMs >= budget.durationMsMax) return `${Math.round(budget.durationMsMax / 1000)} seconds`;
  return null;
}
