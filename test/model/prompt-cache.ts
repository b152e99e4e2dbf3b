/**
 * The vendor's prompt cache, as it is documented (platform.claude.com/docs/en/build-with-claude/prompt-caching): a prefix of
 * tools, system and messages is written at each of at most 4 points, kept for 5 minutes from each use, and found again when
 * it ends at most 20 blocks before a point. Prefixes below a minimum are not kept.
 */
import { createHash } from 'node:crypto';
import { estimateTokens } from '../../src/core/token-estimate.ts';
import type { Counted, ModelRequest } from '../support/messages-server.ts';

const lookBackBlocks = 20;
const keptMs = 5 * 60_000;
const pointsMax = 4;

export type PromptCache = {
  /** What this request reads from the cache, and what it writes. */
  count(request: ModelRequest, nowMs: number): Counted;
};

/** `minimumTokens`: 512 for Claude Sonnet 5.5, 1,024 and more for older models. */
export function createPromptCache(minimumTokens: number): PromptCache {
  const keptUntilMs = new Map<string, number>();
  return {
    count: (request, nowMs) => {
      const prefixes = prefixesOf(request);
      const points = prefixes.flatMap(({ point }, index) => (point ? [index] : []));
      if (points.length > pointsMax) throw new Error(`${points.length} cache points; ${pointsMax} are allowed`);
      const isKept = (index: number): boolean => (keptUntilMs.get(prefixes[index]?.key ?? '') ?? 0) > nowMs;
      const found = points.flatMap((point) => back(point).filter(isKept).slice(0, 1));
      const read = Math.max(-1, ...found);
      for (const index of [...points, ...found]) {
        const prefix = prefixes[index];
        if (prefix && prefix.tokens >= minimumTokens) keptUntilMs.set(prefix.key, nowMs + keptMs);
      }
      const tokensTo = (index: number): number => prefixes[index]?.tokens ?? 0;
      const last = points.findLast((index) => tokensTo(index) >= minimumTokens) ?? -1;
      return {
        cache_read_input_tokens: tokensTo(read),
        cache_creation_input_tokens: Math.max(0, tokensTo(last) - tokensTo(read)),
        input_tokens: tokensTo(prefixes.length - 1) - Math.max(tokensTo(last), tokensTo(read)),
      };
    },
  };
}

/** A point and the blocks before it, nearest first. */
const back = (point: number): readonly number[] =>
  Array.from({ length: Math.min(point, lookBackBlocks) + 1 }, (_, offset) => point - offset);

type Prefix = { readonly key: string; readonly tokens: number; readonly point: boolean };

function prefixesOf({ model, tools, system, messages }: ModelRequest): readonly Prefix[] {
  const blocks = [
    ...tools.map((block) => ({ role: 'tool', block })),
    ...system.map((block) => ({ role: 'system', block })),
    ...messages.flatMap(({ role, content }) => content.map((block) => ({ role, block }))),
  ];
  const hash = createHash('sha256').update(model);
  let tokens = 0;
  return blocks.map(({ role, block }) => {
    const { cache_control: point, ...rest } = { cache_control: undefined, ...block };
    const text = JSON.stringify([role, rest]);
    tokens += estimateTokens(text);
    return { key: hash.update(text).copy().digest('hex'), tokens, point: point !== undefined };
  });
}
