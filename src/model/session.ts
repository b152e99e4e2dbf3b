/** The state of one investigation: the conversation, what was spent, and the evidence a claim may cite. */
import type {
  ContentBlockParam,
  MessageCreateParamsNonStreaming,
  MessageParam,
  TextBlockParam,
  Tool,
} from '@anthropic-ai/sdk/resources/messages';
import type { Spent } from '../core/budget.ts';
import type { EvidenceId } from '../core/evidence.ts';
import type { Json } from '../core/json.ts';
import type { InvestigationRequest } from '../flow/investigator.ts';
import type { ModelMessage } from './ask.ts';
import type { Prompts } from './load-prompts.ts';
import { type Authorship, readableMessages, rememberAuthor } from './readable-messages.ts';
import type { ListedModel, Relay } from './relay.ts';

export type Means = {
  readonly relay: () => Relay;
  /** Shortens long views; null when none is to. */
  readonly digestModel: () => ListedModel | null;
  readonly prompts: Prompts;
  readonly nowMs: () => number;
};

export type Session = {
  readonly means: Means;
  readonly request: InvestigationRequest;
  readonly tools: Tool[];
  readonly startedAtMs: number;
  readonly relay: Relay;
  readonly messages: MessageParam[];
  readonly authorship: Authorship;
  /** Results as stored; null when only the id is known here. */
  readonly ledger: Map<EvidenceId, Json | null>;
  statementsSaid: number;
  /** The model has put a plan on the board, or was asked to. */
  planned: boolean;
  spent: Omit<Spent, 'durationMs'>;
  /** The newest answer is being recorded: its reads need not wait for that, the next turn does. */
  recording: Promise<void>;
};

export const spentBy = ({ means, startedAtMs, spent }: Session): Spent => ({
  ...spent,
  durationMs: Math.max(0, means.nowMs() - startedAtMs),
});

/** Adds to the user's turn. Roles must alternate, so it joins the open user turn if there is one. */
export function say({ messages }: Session, blocks: readonly ContentBlockParam[]): void {
  if (blocks.length === 0) return;
  const last = messages.at(-1);
  if (last?.role === 'user' && Array.isArray(last.content)) last.content.push(...blocks);
  else messages.push({ role: 'user', content: [...blocks] });
}

export const text = (words: string): TextBlockParam => ({ type: 'text', text: words });

/** The model's turn, unchanged: thinking blocks are signed. An empty one may not be sent back. */
export function hear({ messages, relay, authorship }: Session, { content }: ModelMessage): void {
  rememberAuthor(content, { messages, model: relay.current(), authorship });
  if (content.length > 0) messages.push({ role: 'assistant', content });
}

const cached = { type: 'ephemeral' } as const;

/**
 * The request for the next turn. Cache points, four at most: rules and tools, the first message, the newest turn, and the
 * one before it, because the vendor looks back only 20 blocks from each and a turn of many reads has more.
 * Sampling parameters, forced tool choice and prefilled answers are refused by current models, so none is sent.
 */
export function requestBody(session: Session, maxTokens: number): MessageCreateParamsNonStreaming {
  const { means, relay, authorship, tools } = session;
  const model = relay.current();
  const messages = readableMessages(session.messages, model, authorship);
  return {
    model: model.model,
    max_tokens: maxTokens,
    system: [{ type: 'text', text: means.prompts.system, cache_control: cached }],
    tools,
    messages: messages.map((message, index) =>
      index === 0 || index === messages.length - 1 || index === messages.length - 3 ? withCachePoint(message) : message,
    ),
  };
}

function withCachePoint(message: MessageParam): MessageParam {
  const { role, content } = message;
  if (role !== 'user' || !Array.isArray(content)) return message;
  const last = content.at(-1);
  if (last?.type !== 'text' && last?.type !== 'tool_result') return message;
  return { role, content: [...content.slice(0, -1), { ...last, cache_control: cached }] };
}
