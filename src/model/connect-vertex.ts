import type { Connect, ModelClient } from './model-client.ts';

/** What Vertex AI asks for in the body. */
const bodyVersion = 'vertex-2023-10-16';

export type VertexOptions = {
  readonly region: string;
  readonly projectId: string;
  /** Null: the public endpoint of the region. */
  readonly baseUrl: string | null;
};

/** Google Vertex AI, with Application Default Credentials. */
export function connectVertex({ region, projectId, baseUrl }: VertexOptions): Connect {
  let client: ModelClient | null = null;
  return async () => {
    if (client !== null) return client;
    // Imported only where they are configured: the SDKs cost start-up time.
    const { GoogleAuth } = await import('google-auth-library');
    const { AnthropicVertex } = await import('@anthropic-ai/vertex-sdk');
    // With the project named, the library does not go and look for one: it would even start gcloud for that.
    const auth = new GoogleAuth({ projectId, scopes: 'https://www.googleapis.com/auth/cloud-platform' });
    // Before the SDK asks for it: its promise would be rejected with nobody waiting.
    const authClient = await auth.getClient().catch(() => null);
    if (authClient === null) return null;
    client = new AnthropicVertex({
      region,
      projectId,
      authClient,
      ...(baseUrl === null ? {} : { baseURL: baseUrl }),
      maxRetries: 0,
      logLevel: 'off',
      defaultHeaders: { 'anthropic-version': bodyVersion },
    });
    return client;
  };
}
