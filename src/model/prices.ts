/**
 * What a turn costs, in US dollars per million tokens. Source: platform.claude.com/docs/en/about-claude/pricing and the
 * migration guide of Sonnet 5.5 (cache reads), as read in November 2026. Cache writes are the 5 minute kind.
 */

export type Price = {
  readonly input: number;
  readonly cacheWrite: number;
  readonly cacheRead: number;
  readonly output: number;
};

/** Token counts as the Messages API reports them. */
export type Usage = {
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly cache_creation_input_tokens?: number | null;
  readonly cache_read_input_tokens?: number | null;
};

const perInput = (input: number, output: number, cacheReadShare = 0.1): Price => ({
  input,
  cacheWrite: input * 1.25,
  cacheRead: input * cacheReadShare,
  output,
});

/** Most specific first: dated ids of one model share its price. */
const prices: readonly (readonly [prefix: string, price: Price])[] = [
  ['claude-sonnet-5-5', perInput(2, 10, 0.05)],
  ['claude-sonnet-5', perInput(2, 10)],
  ['claude-sonnet-4', perInput(3, 15)],
  ['claude-opus-5-5', perInput(4, 20, 0.05)],
  ['claude-opus-5', perInput(5, 25)],
  // Only at Bedrock and Vertex still.
  ['claude-opus-4-1', perInput(15, 75)],
  ['claude-opus-4-2', perInput(15, 75)],
  ['claude-opus-4@', perInput(15, 75)],
  ['claude-opus-4-', perInput(5, 25)],
  // The dearer of its two rates (prompts above 100k tokens): a bound must not be passed unseen.
  ['claude-haiku-5-5', perInput(0.5, 2.5)],
  ['claude-haiku-4-5', perInput(1, 5)],
  ['claude-fable-5-1', perInput(10, 50, 0.025)],
];

/** A model without a known price is counted at the dearest current rate: a bound must not be passed unseen. */
const dearest = perInput(10, 50);

/** Bedrock puts a region and the maker before the id: "global.anthropic.claude-sonnet-5-5". */
export function priceOf(model: string): Price {
  const id = model.slice(Math.max(0, model.indexOf('claude-')));
  return prices.find(([prefix]) => id.startsWith(prefix))?.[1] ?? dearest;
}

/** Input and output as a person sets them for a model of their own; nothing is known of a cache there. */
export const ownPrice = (input: number, output: number): Price => ({
  input,
  cacheWrite: input,
  cacheRead: input,
  output,
});

/** Regional endpoints of Bedrock and Vertex cost a tenth more than the global ones. */
export const atRegion = ({ input, cacheWrite, cacheRead, output }: Price): Price => ({
  input: input * 1.1,
  cacheWrite: cacheWrite * 1.1,
  cacheRead: cacheRead * 1.1,
  output: output * 1.1,
});

/** US dollars of one answer. */
export function dollarsOf(price: Price, usage: Usage): number {
  const micro =
    usage.input_tokens * price.input +
    (usage.cache_creation_input_tokens ?? 0) * price.cacheWrite +
    (usage.cache_read_input_tokens ?? 0) * price.cacheRead +
    usage.output_tokens * price.output;
  return micro / 1_000_000;
}
