import type { AuditRow } from './audit-entry.ts';
import { type Spending, spendingOf } from './spending.ts';

/** What asking models cost, summed over the answers of an audit log. */
export type ModelCost = Pick<Spending, 'dollars' | 'inputTokens' | 'outputTokens'> & {
  /** Answers to the investigation; views that a small model shortened are counted apart. */
  readonly turns: number;
  readonly digests: number;
  /** Share of the input tokens that vendors read from their caches, 0 to 1; null before the first input. */
  readonly cachedShare: number | null;
  /** Every model that answered, in the order it first did. */
  readonly models: readonly string[];
};

export function modelCostOf(rows: readonly Pick<AuditRow, 'kind' | 'body'>[]): ModelCost {
  const answers = rows.filter(({ kind }) => kind === 'model.response');
  const spent = answers.flatMap((row) => spendingOf(row) ?? []);
  const sum = (measure: 'dollars' | 'inputTokens' | 'outputTokens'): number =>
    spent.reduce((total, each) => total + each[measure], 0);
  const inputTokens = sum('inputTokens');
  const digests = answers.filter(({ body }) => body['purpose'] === 'digest').length;
  const cached = answers.reduce((total, { body }) => total + cachedIn(body['usage'] ?? null), 0);
  const models = answers.flatMap(({ body: { model, failure } }) =>
    typeof model === 'string' && failure === undefined ? [model] : [],
  );
  return {
    dollars: sum('dollars'),
    inputTokens,
    outputTokens: sum('outputTokens'),
    turns: answers.length - digests,
    digests,
    cachedShare: inputTokens === 0 ? null : cached / inputTokens,
    models: [...new Set(models)],
  };
}

/** "84 % of input from cache", or nothing before the first input. */
export const sayCached = ({ cachedShare }: Pick<ModelCost, 'cachedShare'>): string | null =>
  cachedShare === null ? null : `${Math.round(cachedShare * 100)} % of input from cache`;

function cachedIn(usage: AuditRow['body'][string]): number {
  if (usage === null || typeof usage !== 'object' || Array.isArray(usage)) return 0;
  const tokens = Object.entries(usage).find(([name]) => name === 'cache_read_input_tokens')?.[1];
  return typeof tokens === 'number' && tokens > 0 ? tokens : 0;
}
