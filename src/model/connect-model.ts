import type { ModelEntry, Provider } from '../core/model-entry.ts';
import type { ModelSettings } from '../core/model-settings.ts';
import { type AskOptions, createAsk } from './ask.ts';
import { adaptMessage } from './compatible-answers.ts';
import { connectBedrock } from './connect-bedrock.ts';
import { connectAnthropic, connectCompatible } from './connect-messages.ts';
import { connectVertex } from './connect-vertex.ts';
import type { Connect } from './model-client.ts';
import { atRegion, ownPrice, type Price, priceOf } from './prices.ts';
import type { ListedModel } from './relay.ts';

type Manner = Pick<AskOptions, 'log' | 'retryBaseMs' | 'triesMax' | 'random' | 'nowMs'>;

/** A model of the list, ready to be asked. Opens no connection before that. */
export function connectModel(entry: ModelEntry, settings: ModelSettings, manner: Manner): ListedModel {
  const { provider, model } = entry;
  const ask = createAsk({
    ...manner,
    connect: connectors[provider](settings),
    settings: { credential: credentials[provider], model, modelVariable: settings.variable },
    ...(provider === 'compatible' ? { adapt: adaptMessage } : {}),
  });
  return { provider, model, price: priceAt(entry, settings), ask };
}

const connectors: { readonly [Each in Provider]: (settings: ModelSettings) => Connect } = {
  anthropic: ({ anthropic }) => connectAnthropic(anthropic.apiKey, anthropic.baseUrl),
  bedrock: ({ bedrock }) => connectBedrock(bedrock),
  vertex: ({ vertex }) => connectVertex(vertex),
  compatible: ({ compatible }) => connectCompatible(compatible.apiKey, compatible.baseUrl),
};

const credentials: { readonly [Each in Provider]: string } = {
  anthropic: 'ANTHROPIC_API_KEY',
  bedrock: 'AWS credentials',
  vertex: 'Google Application Default Credentials',
  compatible: 'COMPATIBLE_API_KEY',
};

function priceAt({ provider, model }: ModelEntry, { vertex, compatible }: ModelSettings): Price {
  const listed = priceOf(model);
  const regional =
    provider === 'bedrock' ? !model.includes('global.') : provider === 'vertex' && vertex.region !== 'global';
  if (regional) return atRegion(listed);
  return provider === 'compatible' && compatible.price
    ? ownPrice(compatible.price.input, compatible.price.output)
    : listed;
}
