import type { Connect, ModelClient } from './model-client.ts';

/** What InvokeModel asks for in the body. docs.aws.amazon.com/bedrock: model-parameters-anthropic-claude-messages */
const bodyVersion = 'bedrock-2023-05-31';

export type BedrockOptions = {
  readonly region: string;
  /** Null: the public endpoint of the region. */
  readonly baseUrl: string | null;
};

/** Amazon Bedrock, signed with what the AWS credential chain finds, or AWS_BEARER_TOKEN_BEDROCK. */
export function connectBedrock({ region, baseUrl }: BedrockOptions): Connect {
  let client: ModelClient | null = null;
  return async () => {
    // Imported only where it is configured: the SDK costs start-up time.
    const { AnthropicBedrock } = await import('@anthropic-ai/bedrock-sdk');
    client ??= new AnthropicBedrock({
      awsRegion: region,
      baseURL: baseUrl ?? `https://bedrock-runtime.${region}.amazonaws.com`,
      maxRetries: 0,
      logLevel: 'off',
      // The SDK moves it into the body. Its default is not known to the models up to Claude 4.6 there.
      defaultHeaders: { 'anthropic-version': bodyVersion },
    });
    return client;
  };
}
