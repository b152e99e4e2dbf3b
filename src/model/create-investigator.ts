import type { Logger } from 'pino';
import type { ModelSettings } from '../core/model-settings.ts';
import type { Investigator } from '../flow/investigator.ts';
import { connectModel } from './connect-model.ts';
import { investigate } from './investigate.ts';
import { loadPrompts } from './load-prompts.ts';
import { openSession } from './open-session.ts';
import { createRelay } from './relay.ts';
import type { Means } from './session.ts';

export type InvestigatorOptions = {
  readonly settings: ModelSettings;
  readonly log: Logger;
  readonly nowMs: () => number;
  /** From 0 to 1, to spread waits. */
  readonly random: () => number;
  /** First wait before a request is repeated; doubles each time. */
  readonly retryBaseMs?: number;
};

/** With somebody to take over, a short patience is enough; the last one is worth a longer wait. */
const triesMax = { first: 4, last: 6 };

/** Connects the model loop. Opens no connection before the first investigation. */
export function createInvestigator(options: InvestigatorOptions): Investigator {
  const { settings, log, nowMs, random, retryBaseMs = 800 } = options;
  const manner = { log, nowMs, random, retryBaseMs };
  const [first, ...others] = settings.order;
  const patience = (index: number): number => (index === others.length ? triesMax.last : triesMax.first);
  const asked = connectModel(first, settings, { ...manner, triesMax: patience(0) });
  const waiting = others.map((entry, index) =>
    connectModel(entry, settings, { ...manner, triesMax: patience(index + 1) }),
  );
  const digest = settings.digest && connectModel(settings.digest, settings, { ...manner, triesMax: 1 });
  const means: Means = {
    relay: () => {
      const left = [...waiting];
      return createRelay(asked, () => left.shift() ?? null);
    },
    digestModel: () => digest,
    prompts: loadPrompts(),
    nowMs,
  };
  return async (request) => {
    const session = openSession(means, request);
    return { ...(await investigate(session)), models: session.relay.used() };
  };
}
