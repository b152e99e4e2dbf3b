import Anthropic from '@anthropic-ai/sdk';
import type { Tool } from '@anthropic-ai/sdk/resources/messages';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { InvestigationRequest, Investigator } from '../flow/investigator.ts';
import { createAsk } from './ask.ts';
import { investigate } from './investigate.ts';
import { loadPrompts } from './load-prompts.ts';
import { firstMessage } from './prompt.ts';
import { type Means, type Session, say, text } from './session.ts';
import { submissionTools } from './submissions.ts';

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

async function openSession(means: Means, request: InvestigationRequest): Promise<Session> {
  const statements = await request.statements();
  const session: Session = {
    means,
    request,
    tools: [...request.tools, ...submissionTools].map(toolOf),
    startedAtMs: means.nowMs(),
    messages: [],
    ledger: new Map(request.evidence.map(({ id, result }) => [id, result])),
    statementsSaid: statements.length,
    spent: { toolCalls: 0, modelTurns: 0, outputTokens: 0, dollars: 0 },
  };
  say(session, [text(firstMessage(request, statements))]);
  return session;
}

type Described = Pick<InvestigationRequest['tools'][number], 'name' | 'description' | 'inputSchema'>;

function toolOf({ name, description, inputSchema }: Described): Tool {
  const schema = z.record(z.string(), z.json()).parse(inputSchema);
  return { name, description, input_schema: { ...schema, type: 'object' } };
}
