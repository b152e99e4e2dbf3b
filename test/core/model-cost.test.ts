import { expect, it } from 'vitest';
import type { AuditRow } from '../../src/core/audit-entry.ts';
import type { Json } from '../../src/core/json.ts';
import { modelCostOf, sayCached } from '../../src/core/model-cost.ts';

const row = (kind: AuditRow['kind'], body: AuditRow['body']) => ({ kind, body });
const usage = (read: number, written: number, fresh: number): Json => ({
  cache_read_input_tokens: read,
  cache_creation_input_tokens: written,
  input_tokens: fresh,
  output_tokens: 100,
});

it('says what share of the input came from the cache, over all models and digests', () => {
  const cost = modelCostOf([
    row('model.response', { model: 'a', dollars: 0.01, usage: usage(0, 10_000, 0) }),
    row('model.response', { model: 'a', dollars: 0, failure: 'the model is overloaded' }),
    row('model.response', { model: 'small', dollars: 0.001, purpose: 'digest', usage: usage(0, 0, 2_000) }),
    row('model.response', { model: 'b', dollars: 0.02, usage: usage(28_000, 0, 0) }),
    row('tool.result', { requests: 3 }),
  ]);
  expect(cost).toMatchObject({
    inputTokens: 40_000,
    outputTokens: 300,
    turns: 3,
    digests: 1,
    models: ['a', 'small', 'b'],
  });
  expect(cost.dollars).toBeCloseTo(0.031, 10);
  expect(sayCached(cost)).toBe('70 % of input from cache');
});

it('says nothing of a cache before anything was sent', () => {
  expect(sayCached(modelCostOf([]))).toBeNull();
  expect(sayCached(modelCostOf([row('model.response', { model: 'a', usage: 'none' })]))).toBeNull();
});
