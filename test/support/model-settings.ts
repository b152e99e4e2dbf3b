/** Settings for models that are counterparts on this machine. */
import type { ModelEntry } from '../../src/core/model-entry.ts';
import type { ModelSettings } from '../../src/core/model-settings.ts';

export const sonnet: ModelEntry = { provider: 'anthropic', model: 'claude-sonnet-5-5' };

/** One model at `url`, unless told otherwise. */
export const modelAt = (url: string, change: Partial<ModelSettings> = {}): ModelSettings => ({
  order: [sonnet],
  variable: 'CAUSEWAY_MODEL',
  digest: null,
  anthropic: { apiKey: 'test-key', baseUrl: url },
  bedrock: { region: 'eu-central-1', baseUrl: url },
  vertex: { region: 'global', projectId: 'acme-prod', baseUrl: `${url}/v1` },
  compatible: { baseUrl: url, apiKey: null, price: null },
  ...change,
});
