/** Which model is asked, and who takes over when one is out. One relay for each investigation. */
import type { Provider } from '../core/model-entry.ts';
import type { ModelUsed } from '../flow/investigator.ts';
import type { Ask } from './ask.ts';
import type { Price } from './prices.ts';

export type ListedModel = {
  readonly provider: Provider;
  readonly model: string;
  readonly price: Price;
  readonly ask: Ask;
};

export type Relay = {
  current(): ListedModel;
  /** The current model gave no answer, for this reason. False: nobody takes over. */
  takeOver(why: string): boolean;
  /** In their order; only the last may still be in use. */
  used(): readonly ModelUsed[];
};

/** Goes on to the next and never back: a conversation that wanders pays its whole input again each time. */
export function createRelay(first: ListedModel, nextOne: () => ListedModel | null): Relay {
  let current = first;
  const left: ModelUsed[] = [];
  return {
    current: () => current,
    takeOver: (why) => {
      const next = nextOne();
      if (next === null) return false;
      left.push({ model: current.model, why: predicate(why) });
      current = next;
      return true;
    },
    used: () => [...left, { model: current.model, why: null }],
  };
}

/** Why nobody answered. One model: "the model is overloaded". Several: "claude-sonnet-5-5 is overloaded; qwen3 is ...". */
export function allFailed(relay: Relay, why: string): string {
  const used = relay.used();
  if (used.length === 1) return why;
  return used.map((each) => `${each.model} ${each.why ?? predicate(why)}`).join('; ');
}

/** Of the reasons that `ask` gives, all about "the model". */
export const predicate = (why: string): string => why.replace(/^the model /u, '');
