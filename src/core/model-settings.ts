/** What the environment says of models, checked and put together. */
import { type ModelEntry, type Provider, parseModelEntries, parseModelEntry } from './model-entry.ts';

/** All that the environment says of models. What an entry of the list needs is there: `config.ts` has checked it. */
export type ModelSettings = {
  /** First the one that is asked, then those that take over. */
  readonly order: readonly [ModelEntry, ...ModelEntry[]];
  /** The variable that lists them, for fixes. */
  readonly variable: 'CAUSEWAY_MODEL' | 'CAUSEWAY_MODELS';
  /** A small one that shortens long views, or null. */
  readonly digest: ModelEntry | null;
  readonly anthropic: { readonly apiKey: string; readonly baseUrl: string | null };
  readonly bedrock: { readonly region: string; readonly baseUrl: string | null };
  readonly vertex: { readonly region: string; readonly projectId: string; readonly baseUrl: string | null };
  readonly compatible: {
    readonly baseUrl: string;
    readonly apiKey: string | null;
    /** US dollars per million tokens; null: not known. */
    readonly price: { readonly input: number; readonly output: number } | null;
  };
};

type Variable =
  | 'CAUSEWAY_MODELS'
  | 'CAUSEWAY_MODEL'
  | 'CAUSEWAY_DIGEST_MODEL'
  | 'ANTHROPIC_API_KEY'
  | 'ANTHROPIC_BASE_URL'
  | 'COMPATIBLE_BASE_URL'
  | 'COMPATIBLE_API_KEY'
  | 'COMPATIBLE_PRICE'
  | 'AWS_REGION'
  | 'ANTHROPIC_BEDROCK_BASE_URL'
  | 'CLOUD_ML_REGION'
  | 'ANTHROPIC_VERTEX_PROJECT_ID'
  | 'ANTHROPIC_VERTEX_BASE_URL';
type Variables = { readonly [Name in Variable]?: string | undefined };

const neededBy: { readonly [Each in Provider]: readonly Variable[] } = {
  anthropic: ['ANTHROPIC_API_KEY'],
  bedrock: ['AWS_REGION'],
  vertex: ['CLOUD_ML_REGION', 'ANTHROPIC_VERTEX_PROJECT_ID'],
  compatible: ['COMPATIBLE_BASE_URL'],
};

/** From the model list of the installed SDK. */
const defaultModel = 'claude-sonnet-5-5';

/** Every problem, each with the variable and what to do. */
export function modelProblems(variables: Variables): readonly string[] {
  const { CAUSEWAY_MODELS: list, CAUSEWAY_MODEL: one, CAUSEWAY_DIGEST_MODEL: digest } = variables;
  const order = list === undefined ? null : parseModelEntries(list);
  const small = digest === undefined ? null : parseModelEntry(digest);
  const entries = [...(order?.ok ? order.value : []), ...(small?.ok ? [small.value] : [])];
  return [
    ...(order?.ok === false ? order.failure.map((problem) => `CAUSEWAY_MODELS: ${problem}.`) : []),
    ...(small?.ok === false ? [`CAUSEWAY_DIGEST_MODEL: ${small.failure}.`] : []),
    ...(list !== undefined && one !== undefined
      ? ['CAUSEWAY_MODEL: CAUSEWAY_MODELS lists the models already. Unset one of the two.']
      : []),
    ...(digest !== undefined && list === undefined && variables.ANTHROPIC_API_KEY === undefined
      ? ['CAUSEWAY_DIGEST_MODEL: there is no model that investigates. Set CAUSEWAY_MODELS, or unset it.']
      : []),
    ...new Set(entries.flatMap((entry) => missingFor(entry, variables))),
  ];
}

const missingFor = ({ provider, model }: ModelEntry, variables: Variables): readonly string[] =>
  neededBy[provider].flatMap((name) =>
    variables[name] === undefined
      ? [`${name}: missing; ${provider}:${model} needs it. Set it or leave that model out.`]
      : [],
  );

/** Of variables without problems. Null: the engine answers alone. */
export function modelSettings(variables: Variables): ModelSettings | null {
  const [first, ...others] = orderOf(variables);
  if (first === undefined) return null;
  const { ANTHROPIC_API_KEY, ANTHROPIC_BASE_URL, CAUSEWAY_MODELS, CAUSEWAY_DIGEST_MODEL } = variables;
  const digest = CAUSEWAY_DIGEST_MODEL === undefined ? null : parseModelEntry(CAUSEWAY_DIGEST_MODEL);
  return {
    order: [first, ...others],
    variable: CAUSEWAY_MODELS === undefined ? 'CAUSEWAY_MODEL' : 'CAUSEWAY_MODELS',
    digest: digest?.ok ? digest.value : null,
    anthropic: { apiKey: ANTHROPIC_API_KEY ?? unused, baseUrl: ANTHROPIC_BASE_URL ?? null },
    ...cloudSettings(variables),
    compatible: compatibleSettings(variables),
  };
}

/** Of a provider that no model of the list is at. */
const unused = '';

function orderOf({ CAUSEWAY_MODELS, CAUSEWAY_MODEL, ANTHROPIC_API_KEY }: Variables): readonly ModelEntry[] {
  if (CAUSEWAY_MODELS === undefined) {
    return ANTHROPIC_API_KEY === undefined ? [] : [{ provider: 'anthropic', model: CAUSEWAY_MODEL ?? defaultModel }];
  }
  const listed = parseModelEntries(CAUSEWAY_MODELS);
  return listed.ok ? listed.value : [];
}

const cloudSettings = (variables: Variables): Pick<ModelSettings, 'bedrock' | 'vertex'> => ({
  bedrock: {
    region: variables.AWS_REGION ?? unused,
    baseUrl: variables.ANTHROPIC_BEDROCK_BASE_URL ?? null,
  },
  vertex: {
    region: variables.CLOUD_ML_REGION ?? unused,
    projectId: variables.ANTHROPIC_VERTEX_PROJECT_ID ?? unused,
    baseUrl: variables.ANTHROPIC_VERTEX_BASE_URL ?? null,
  },
});

function compatibleSettings(variables: Variables): ModelSettings['compatible'] {
  const [input, output] = (variables.COMPATIBLE_PRICE ?? '').split('/').map(Number);
  return {
    baseUrl: variables.COMPATIBLE_BASE_URL ?? unused,
    apiKey: variables.COMPATIBLE_API_KEY ?? null,
    price: input === undefined || output === undefined ? null : { input, output },
  };
}
