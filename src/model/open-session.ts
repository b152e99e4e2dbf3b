import type { Tool } from '@anthropic-ai/sdk/resources/messages';
import { z } from 'zod';
import type { InvestigationRequest } from '../flow/investigator.ts';
import { firstMessage } from './prompt.ts';
import { type Means, type Session, say, text } from './session.ts';
import { submissionTools } from './submissions.ts';

/** A conversation that has said what is known before the model reads anything. */
export function openSession(means: Means, request: InvestigationRequest): Session {
  const session: Session = {
    means,
    request,
    tools: [...request.tools, ...submissionTools].map(toolOf),
    startedAtMs: means.nowMs(),
    relay: means.relay(),
    messages: [],
    authorship: new WeakMap(),
    ledger: new Map(request.evidence.map(({ id, result }) => [id, result])),
    statementsSaid: 0,
    planned: false,
    spent: { toolCalls: 0, modelTurns: 0, outputTokens: 0, dollars: 0 },
    recording: Promise.resolve(),
  };
  say(session, [text(firstMessage(request))]);
  return session;
}

type Described = Pick<InvestigationRequest['tools'][number], 'name' | 'description' | 'inputSchema'>;

function toolOf({ name, description, inputSchema }: Described): Tool {
  const schema = z.record(z.string(), z.json()).parse(inputSchema);
  return { name, description, input_schema: { ...schema, type: 'object' } };
}
