/** The state of one investigation: the conversation, what was spent, and the evidence a claim may cite. */
import type {
  ContentBlockParam,
  Message,
  MessageCreateParamsNonStreaming,
  MessageParam,
  TextBlockParam,
  Tool,
} from '@anthropic-ai/sdk/resources/messages';
import type { Spent } from '../core/budget.ts';
import type { EvidenceId } from '../core/evidence.ts';
import type { Json } from '../core/json.ts';
import type { InvestigationRequest } from '../flow/investigator.ts';
import type { Ask } from './ask.ts';
import type { Prompts } from './load-prompts.ts';

export type Means = {
  readonly ask: Ask;
  readonly model: string;
  readonly prompts: Prompts;
  readonly nowMs: () => number;
};

export type Session = {
  readonly means: Means;
  readonly request: InvestigationRequest;
  readonly tools: Tool[];
  readonly startedAtMs: number;
  readonly messages: MessageParam[];
  /** Results as stored; null when only the id is known here. */
  readonly ledger: Map<EvidenceId, Json | null>;
  statementsSaid: number;
  spent: Omit<Spent, 'durationMs'>;
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
export function hear({ messages }: Session, { content }: Message): void {
  if (content.length > 0) messages.push({ role: 'assistant', content });
}

const cached = { type: 'ephemeral' } as const;

/**
 * The request for the next turn. Cache points: rules and tools, the first message, and the newest turn.
 * Sampling parameters, forced tool choice and prefilled answers are refused by current models, so none is sent.
 */
export function requestBody({ means, messages, tools }: Session, maxTokens: number): MessageCreateParamsNonStreaming {
  return {
    model: means.model,
    max_tokens: maxTokens,
    system: [{ type: 'text', text: means.prompts.system, cache_control: cached }],
    tools,
    messages: messages.map((message, index) =>
      index === 0 || index === messages.length - 1 ? withCachePoint(message) : message,
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
