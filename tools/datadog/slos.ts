/** Service level objectives: `GET /api/v1/slo/search` and `GET /api/v1/slo/<id>/history`. */
import { z } from 'zod';
import type { Window } from '../../src/core/evidence.ts';
import type { Ask } from './client.ts';

const statusAnswer = z.object({
  error_budget_remaining: z.number().nullish(),
  sli: z.number().nullish(),
  state: z.string().nullish(),
});

/** One of its timeframes. */
const overallAnswer = z.object({
  error_budget_remaining: z.number().nullish(),
  state: z.string().nullish(),
  status: z.number().nullish(),
  target: z.number().nullish(),
  timeframe: z.string().nullish(),
});

const sloAnswer = z.object({
  // It becomes part of a path.
  id: z.string().regex(/^[0-9a-zA-Z-]{8,64}$/),
  attributes: z.object({
    name: z.string().default(''),
    overall_status: z.array(overallAnswer).nullish(),
    service_tags: z.array(z.string()).nullish(),
    slo_type: z.string().nullish(),
    status: statusAnswer.nullish(),
    thresholds: z.array(z.object({ target: z.number(), timeframe: z.string() })).default([]),
  }),
});

const searchAnswer = z.object({
  data: z.object({ attributes: z.object({ slos: z.array(z.object({ data: sloAnswer })) }) }),
});

// `data` is null where the history could not be computed; monitors have transitions, metrics have none.
const historyAnswer = z.object({
  data: z
    .object({
      overall: z
        .object({
          history: z.array(z.tuple([z.number(), z.number()])).nullish(),
          sli_value: z.number().nullish(),
        })
        .nullish(),
    })
    .nullable(),
});

export type Objective = {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
  /** `breached`, `warning`, `ok` or `no_data`. */
  readonly state: string;
  /** Percent, 0 to 100. */
  readonly sli: number | null;
  readonly target: number | null;
  readonly timeframe: string | null;
  /** Percent of the budget of the timeframe; below zero once it is spent. */
  readonly budgetLeft: number | null;
  readonly services: readonly string[];
};

const pageSize = 100;
const pagesMax = 3;

export async function searchObjectives(ask: Ask, query: string) {
  const objectives: Objective[] = [];
  for (let page = 0; page < pagesMax; page += 1) {
    const parameters = { query, 'page[size]': pageSize, 'page[number]': page };
    const { slos } = (await ask({ path: '/api/v1/slo/search', parameters }, searchAnswer)).data.attributes;
    objectives.push(...slos.map(({ data }) => readObjective(data)));
    if (slos.length < pageSize) return { objectives, truncated: false };
  }
  return { objectives, truncated: true };
}

function readObjective({ id, attributes }: z.output<typeof sloAnswer>): Objective {
  return {
    id,
    name: attributes.name,
    kind: attributes.slo_type ?? 'unknown',
    ...levelOf(attributes),
    services: (attributes.service_tags ?? []).map((tag) => tag.replace(/^service:/u, '')),
  };
}

type Level = Pick<Objective, 'state' | 'sli' | 'target' | 'timeframe' | 'budgetLeft'>;

/** The timeframe with the least budget left, where each is told; else the primary one. */
function levelOf({ overall_status: all, status, thresholds }: z.output<typeof sloAnswer>['attributes']): Level {
  const left = ({ error_budget_remaining: one }: z.output<typeof overallAnswer>): number => one ?? Number.MAX_VALUE;
  const worst = (all ?? []).toSorted((one, other) => left(one) - left(other))[0];
  if (worst !== undefined) {
    return {
      state: worst.state ?? 'no_data',
      sli: worst.status ?? null,
      target: worst.target ?? null,
      timeframe: worst.timeframe ?? null,
      budgetLeft: worst.error_budget_remaining ?? null,
    };
  }
  return {
    state: status?.state ?? 'no_data',
    sli: status?.sli ?? null,
    target: thresholds[0]?.target ?? null,
    timeframe: thresholds[0]?.timeframe ?? null,
    budgetLeft: status?.error_budget_remaining ?? null,
  };
}

/** Percent of good in the window; null where Datadog could not tell. `failedAtMs`: when it was first down in it. */
export type WindowLevel = { readonly sli: number | null; readonly failedAtMs: number | null };

const down = 1;

export async function readLevel(ask: Ask, id: string, window: Window): Promise<WindowLevel> {
  const parameters = { from_ts: Math.floor(window.fromMs / 1_000), to_ts: Math.ceil(window.toMs / 1_000) };
  const { data } = await ask({ path: `/api/v1/slo/${id}/history`, parameters }, historyAnswer);
  const transitions = data?.overall?.history ?? [];
  const failed = transitions.find(([atSeconds, state]) => state === down && atSeconds >= parameters.from_ts);
  return { sli: data?.overall?.sli_value ?? null, failedAtMs: failed === undefined ? null : failed[0] * 1_000 };
}
