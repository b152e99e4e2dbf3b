/** One answer of a model as transcripts and people write it: the vendor's content blocks that the loop reads. */
import { z } from 'zod';

const textBlock = z.object({ type: z.literal('text'), text: z.string().min(1) });
const useBlock = z.object({
  type: z.literal('tool_use'),
  name: z.string().min(1),
  input: z.record(z.string(), z.json()),
});

export const answerSchema = z.object({
  content: z.array(z.discriminatedUnion('type', [textBlock, useBlock])),
  stop_reason: z.enum(['end_turn', 'tool_use', 'max_tokens', 'refusal']),
});
export type ModelAnswer = z.output<typeof answerSchema>;

const heard = z.object({ type: z.string() });

/** What a vendor's answer holds besides thinking, which is signed and of no use to anybody else. */
export const spokenOf = (content: readonly unknown[]): readonly unknown[] =>
  content.filter((block) => ['text', 'tool_use'].includes(heard.safeParse(block).data?.type ?? ''));
