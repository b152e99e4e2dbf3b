/** The model loop over answers that were given before: no key, no network. What it would ask now is compared by the caller. */
import type { Message } from '@anthropic-ai/sdk/resources/messages';
import { z } from 'zod';
import type { AuditRow } from '../core/audit-entry.ts';
import type { Investigator } from '../flow/investigator.ts';
import type { Answer } from './ask.ts';
import { investigate } from './investigate.ts';
import { loadPrompts } from './load-prompts.ts';
import { openSession } from './open-session.ts';

/** A `model.response` of the audit log, as far as the loop reads it. */
const recordedAnswer = z.object({
  tries: z.number(),
  failure: z.string().optional(),
  requestId: z.string().nullish(),
  stopReason: z.string().nullish(),
  usage: z.json().optional(),
  content: z.json().optional(),
});

export type RecordedTurns = {
  /** As the first request named it. */
  readonly model: string;
  /** The next recorded answer, or null when there is none left. */
  readonly next: () => AuditRow | null;
  /** When the turn was recorded that comes next, or came last. */
  readonly nowMs: () => number;
};

export function createReplayInvestigator({ model, next, nowMs }: RecordedTurns): Investigator {
  const means = { ask: async () => answerOf(next(), model), model, prompts: loadPrompts(), nowMs };
  return async (request) => investigate(await openSession(means, request));
}

function answerOf(row: AuditRow | null, model: string): Answer {
  if (row === null) return { kind: 'failed', why: 'the recording has no answer to this turn', tries: 1 };
  const { tries, failure, requestId, stopReason, usage, content } = recordedAnswer.parse(row.body);
  if (failure !== undefined) return { kind: 'failed', why: failure, tries };
  const message = {
    id: 'recorded',
    type: 'message',
    role: 'assistant',
    model,
    content,
    usage,
    stop_reason: stopReason,
  };
  // It was a Message when the SDK read it, and its members were stored unchanged.
  return { kind: 'answered', message: message as unknown as Message, requestId: requestId ?? null, tries };
}
