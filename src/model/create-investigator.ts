import Anthropic from '@anthropic-ai/sdk';
import type { Logger } from 'pino';
import type { Investigator } from '../flow/investigator.ts';
import { createAsk } from './ask.ts';
import { investigate } from './investigate.ts';
import { loadPrompts } from './load-prompts.ts';
import { openSession } from './open-session.ts';
import type { Means } from './session.ts';

export type InvestigatorOptions = {
  readonly apiKey: string;
  /** Null for the vendor's own. */
  readonly baseUrl: string | null;
  /** Null for `defaultModel`. */
  readonly model: string | null;
  readonly log: Logger;
  readonly nowMs: () => number;
  /** First wait before a request is repeated; doubles each time. */
  readonly retryBaseMs?: number;
};

/** From the model list of the installed SDK. */
export const defaultModel = 'claude-sonnet-5-5' satisfies Anthropic.Messages.Model;

/** Connects the model loop. Opens no connection before the first investigation. */
export function createInvestigator(options: InvestigatorOptions): Investigator {
  const { apiKey, baseUrl, model, log, nowMs, retryBaseMs = 800 } = options;
  const client = new Anthropic({
    apiKey,
    // Explicit, so that the SDK reads no environment variable of its own.
    authToken: null,
    baseURL: baseUrl ?? 'https://api.anthropic.com',
    maxRetries: 0,
    logLevel: 'off',
  });
  const means: Means = {
    ask: createAsk({ client, log, retryBaseMs }),
    model: model ?? defaultModel,
    prompts: loadPrompts(),
    nowMs,
  };
  return async (request) => investigate(await openSession(means, request));
}
