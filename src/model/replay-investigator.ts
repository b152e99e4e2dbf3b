/** The model loop over answers that were given before: no key, no network. What it would ask now is compared by the caller. */
import type { ContentBlock, StopReason, Usage } from '@anthropic-ai/sdk/resources/messages';
import { z } from 'zod';
import type { AuditRow } from '../core/audit-entry.ts';
import { providers } from '../core/model-entry.ts';
import type { Investigator } from '../flow/investigator.ts';
import type { Answer } from './ask.ts';
import { investigate } from './investigate.ts';
import { loadPrompts } from './load-prompts.ts';
import { openSession } from './open-session.ts';
import { priceOf } from './prices.ts';
import { createRelay, type ListedModel, type Relay } from './relay.ts';

const readBlock = z.union([
  z.looseObject({ type: z.literal('text'), text: z.string() }),
  z.looseObject({ type: z.literal('tool_use'), id: z.string(), name: z.string(), input: z.json() }),
  // Handed back as they are, never read.
  z.looseObject({ type: z.string().refine((type) => type !== 'text' && type !== 'tool_use') }),
]);
const counts = z.looseObject({
  input_tokens: z.number(),
  output_tokens: z.number(),
  cache_creation_input_tokens: z.number().nullish(),
  cache_read_input_tokens: z.number().nullish(),
});
const stopReasons: readonly StopReason[] = [
  'end_turn',
  'max_tokens',
  'stop_sequence',
  'tool_use',
  'pause_turn',
  'refusal',
  'model_context_window_exceeded',
];

/** A `model.response` of the audit log. Members that the loop does not read stay as they were: the next request's digest covers them. */
const recordedAnswer = z.union([
  z.object({ tries: z.number(), failure: z.string() }),
  z.object({
    tries: z.number(),
    requestId: z.string().nullish(),
    stopReason: z.enum(stopReasons),
    usage: z.custom<Usage>((value) => counts.safeParse(value).success),
    content: z.array(z.custom<ContentBlock>((value) => readBlock.safeParse(value).success)),
  }),
]);

/** A `model.request`, as far as it says who was asked. */
const recordedRequest = z.object({
  turn: z.number(),
  model: z.string(),
  provider: z.enum(providers).default('anthropic'),
  price: z.object({ input: z.number(), cacheWrite: z.number(), cacheRead: z.number(), output: z.number() }).optional(),
  purpose: z.literal('digest').optional(),
});

export type RecordedTurns = {
  /** The next recorded request that was not made again yet, or null when there is none left. */
  readonly nextRequest: () => AuditRow | null;
  /** The next recorded answer, or null when there is none left. */
  readonly next: () => AuditRow | null;
  /** When the turn was recorded that comes next, or came last. */
  readonly nowMs: () => number;
};

export function createReplayInvestigator(recorded: RecordedTurns): Investigator {
  const { nowMs } = recorded;
  const digestModel = (): ListedModel | null => {
    const next = nextOf(recorded);
    return next?.purpose === 'digest' ? modelOf(next, recorded.next) : null;
  };
  const means = { relay: () => recordedRelay(recorded), digestModel, prompts: loadPrompts(), nowMs };
  return async (request) => {
    const session = openSession(means, request);
    return { ...(await investigate(session)), models: session.relay.used() };
  };
}

type RecordedRequest = z.output<typeof recordedRequest>;

function nextOf({ nextRequest }: RecordedTurns): RecordedRequest | null {
  const row = nextRequest();
  return row === null ? null : (recordedRequest.safeParse(row.body).data ?? null);
}

const modelOf = ({ provider, model, price }: RecordedRequest, next: () => AuditRow | null): ListedModel => ({
  provider,
  model,
  price: price ?? priceOf(model),
  ask: async () => answerOf(next()),
});

const nobody: RecordedRequest = { turn: 1, model: '', provider: 'anthropic' };

/** Another model took over where the next request is of the turn that failed, and asks one that was not asked before. */
function recordedRelay(recorded: RecordedTurns): Relay {
  const first = nextOf(recorded) ?? nobody;
  const asked = new Set([`${first.provider}:${first.model}`]);
  let failedTurn: unknown = null;
  const next = (): AuditRow | null => {
    const row = recorded.next();
    failedTurn = row?.body['turn'] ?? null;
    return row;
  };
  return createRelay(modelOf(first, next), () => {
    const following = nextOf(recorded);
    if (following === null || following.purpose === 'digest' || following.turn !== failedTurn) return null;
    const name = `${following.provider}:${following.model}`;
    if (asked.has(name)) return null;
    asked.add(name);
    return modelOf(following, next);
  });
}

function answerOf(row: AuditRow | null): Answer {
  if (row === null) return { kind: 'failed', why: 'the recording has no answer to this turn', tries: 1 };
  const recorded = recordedAnswer.parse(row.body);
  if ('failure' in recorded) return { kind: 'failed', why: recorded.failure, tries: recorded.tries };
  const { tries, requestId, stopReason, usage, content } = recorded;
  const message = { content, usage, stop_reason: stopReason };
  return { kind: 'answered', message, requestId: requestId ?? null, tries };
}
