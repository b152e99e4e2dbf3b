import type { MessageStream } from '@anthropic-ai/sdk/lib/MessageStream';
import type { MessageCreateParamsNonStreaming } from '@anthropic-ai/sdk/resources/messages';

/** What all SDK clients of the family share. */
export type ModelClient = {
  readonly messages: {
    stream(body: MessageCreateParamsNonStreaming, options: { readonly signal: AbortSignal }): MessageStream<null>;
  };
};

/** Null: the provider's chain found no credentials. */
export type Connect = () => Promise<ModelClient | null>;
