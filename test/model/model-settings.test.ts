/** Which models are configured, and what is said when they cannot be. */
import { describe, expect, it } from 'vitest';
import { readEnvironment } from '../../src/config.ts';
import { modelSettings } from '../../src/core/model-settings.ts';
import { priceOf } from '../../src/model/prices.ts';

const problems = (variables: { readonly [name: string]: string }): readonly string[] => {
  const result = readEnvironment(variables);
  return result.ok ? [] : result.failure;
};
const settings = (variables: { readonly [name: string]: string }) => {
  const result = readEnvironment(variables);
  if (!result.ok) throw new Error(result.failure.join('\n'));
  return modelSettings(result.value);
};

describe('the models', () => {
  it('are none without a key or a list: the engine answers alone', () => {
    expect(settings({})).toBeNull();
    expect(settings({ CAUSEWAY_MODEL: 'claude-opus-5-5' })).toBeNull();
  });

  it('are one with a key alone, as before there were lists', () => {
    expect(settings({ ANTHROPIC_API_KEY: 'k' })?.order).toEqual([
      { provider: 'anthropic', model: 'claude-sonnet-5-5' },
    ]);
    expect(settings({ ANTHROPIC_API_KEY: 'k', CAUSEWAY_MODEL: 'x', ANTHROPIC_BASE_URL: 'http://proxy' })).toMatchObject(
      {
        order: [{ provider: 'anthropic', model: 'x' }],
        anthropic: { apiKey: 'k', baseUrl: 'http://proxy' },
        digest: null,
      },
    );
  });

  it('are those of the list, in its order, with all that each provider needs', () => {
    const all = settings({
      CAUSEWAY_MODELS:
        'anthropic:claude-sonnet-5-5, bedrock:eu.anthropic.claude-sonnet-4-5-20250929-v1:0,vertex:claude-sonnet-4-5@20250929,compatible:qwen3:8b',
      CAUSEWAY_DIGEST_MODEL: 'anthropic:claude-haiku-5-5',
      ANTHROPIC_API_KEY: 'k',
      AWS_REGION: 'eu-central-1',
      CLOUD_ML_REGION: 'global',
      ANTHROPIC_VERTEX_PROJECT_ID: 'acme',
      COMPATIBLE_BASE_URL: 'http://127.0.0.1:11434',
      COMPATIBLE_PRICE: '0/0.5',
    });
    expect(all?.order.map(({ provider, model }) => `${provider} ${model}`)).toEqual([
      'anthropic claude-sonnet-5-5',
      'bedrock eu.anthropic.claude-sonnet-4-5-20250929-v1:0',
      'vertex claude-sonnet-4-5@20250929',
      'compatible qwen3:8b',
    ]);
    expect(all).toMatchObject({
      digest: { provider: 'anthropic', model: 'claude-haiku-5-5' },
      vertex: { region: 'global', projectId: 'acme' },
      compatible: { baseUrl: 'http://127.0.0.1:11434', apiKey: null, price: { input: 0, output: 0.5 } },
    });
  });

  it('need no key of Anthropic when none is Anthropic\u2019s', () => {
    const local = { CAUSEWAY_MODELS: 'compatible:qwen3', COMPATIBLE_BASE_URL: 'http://127.0.0.1:11434' };
    expect(problems(local)).toEqual([]);
  });
});

describe('what is wrong with them', () => {
  it('is told all at once, each with the variable and the fix', () => {
    const found = problems({
      CAUSEWAY_MODELS: 'claude-opus-5-5, qwen3:8b, azure:x, , vertex:a b, compatible:q, compatible:q, bedrock:m',
      CAUSEWAY_MODEL: 'x',
      CAUSEWAY_DIGEST_MODEL: 'vertex:claude-haiku-5-5',
      COMPATIBLE_PRICE: 'cheap',
    });
    const expected = [
      'COMPATIBLE_PRICE: write INPUT/OUTPUT',
      'write anthropic:claude-opus-5-5.',
      '"qwen3:8b" names no provider (anthropic, bedrock, vertex, compatible); write compatible:qwen3:8b.',
      '"azure:x" names no provider',
      'an item is empty',
      '"vertex:a b" names no model id; write vertex:MODEL-ID.',
      'compatible:q is named twice',
      'Unset one of the two.',
    ];
    for (const each of expected) expect(found.join('\n')).toContain(each);
  });

  it.each([
    ['anthropic:m', ['ANTHROPIC_API_KEY']],
    ['bedrock:m', ['AWS_REGION']],
    ['vertex:m', ['CLOUD_ML_REGION', 'ANTHROPIC_VERTEX_PROJECT_ID']],
    ['compatible:m', ['COMPATIBLE_BASE_URL']],
  ])('%s names what it needs and does not have', (list, names) => {
    expect(problems({ CAUSEWAY_MODELS: list })).toEqual(
      names.map((name) => `${name}: missing; ${list} needs it. Set it or leave that model out.`),
    );
    expect(
      problems({ CAUSEWAY_MODELS: 'compatible:q', COMPATIBLE_BASE_URL: 'http://h', CAUSEWAY_DIGEST_MODEL: list }),
    ).toHaveLength(list === 'compatible:m' ? 0 : names.length);
  });

  it.each([
    [{ COMPATIBLE_BASE_URL: 'http://127.0.0.1:11434/v1' }, 'leave /v1 out'],
    [{ CAUSEWAY_DIGEST_MODEL: 'compatible:q', COMPATIBLE_BASE_URL: 'http://h' }, 'there is no model that investigates'],
  ])('%j: %s', (variables, said) => {
    expect(problems(variables).join('\n')).toContain(said);
  });
});

it.each([
  ['claude-sonnet-5-5', 2],
  ['global.anthropic.claude-sonnet-5-5', 2],
  ['arn:aws:bedrock:eu-central-1:1:inference-profile/eu.anthropic.claude-sonnet-4-5-20250929-v1:0', 3],
  ['claude-opus-4-1@20250805', 15],
  ['anthropic.claude-opus-4-20250514-v1:0', 15],
  ['claude-opus-4-8', 5],
  ['claude-haiku-4-5@20251001', 1],
  ['somebody-elses-model', 10],
])('%s is counted at %d dollars per million input tokens', (model, input) => {
  expect(priceOf(model).input).toBe(input);
});
