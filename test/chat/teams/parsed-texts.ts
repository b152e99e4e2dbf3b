import { z } from 'zod';

/** All texts that Teams parses as Markdown: text blocks and facts, wherever they are. */
export function parsedTexts(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(parsedTexts);
  if (typeof value !== 'object' || value === null) return [];
  const block = z.object({ type: z.literal('TextBlock'), text: z.string() }).safeParse(value);
  const fact = z.object({ title: z.string(), value: z.string() }).safeParse(value);
  return [
    ...(block.success ? [block.data.text] : []),
    ...(fact.success ? [fact.data.title, fact.data.value] : []),
    ...Object.values(value).flatMap(parsedTexts),
  ];
}
