/** What incidents cost, and the bounds that all looks at an incident, and all incidents of a UTC day, share. */
import type { AuditEntry } from './audit-entry.ts';
import type { Json } from './json.ts';

/** Input tokens count those read from and written to the vendor's cache. Vendor calls are HTTP requests. */
export type Spending = {
  readonly dollars: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Seconds in which a model investigated. */
  readonly seconds: number;
  /** Reads that the model asked for. */
  readonly toolCalls: number;
  readonly vendorCalls: number;
};

type Measure = keyof Spending;

/** Null: no bound. */
export type Bounds = { readonly [Each in Measure]: number | null };
export type SharedBounds = { readonly incident: Bounds; readonly day: Bounds };
export type SharedSpending = { readonly incident: Spending; readonly day: Spending };

export const nothingSpent: Spending = {
  dollars: 0,
  inputTokens: 0,
  outputTokens: 0,
  seconds: 0,
  toolCalls: 0,
  vendorCalls: 0,
};

const unbounded: Bounds = {
  dollars: null,
  inputTokens: null,
  outputTokens: null,
  seconds: null,
  toolCalls: null,
  vendorCalls: null,
};
export const noSharedBounds: SharedBounds = { incident: unbounded, day: unbounded };

const words: { readonly [Each in Measure]: string } = {
  dollars: 'dollars',
  inputTokens: 'model input tokens',
  outputTokens: 'model output tokens',
  seconds: 'seconds of investigating',
  toolCalls: 'model reads',
  vendorCalls: 'vendor calls',
};

const variables: { readonly [Each in Measure]: string } = {
  dollars: 'DOLLARS_MAX',
  inputTokens: 'INPUT_TOKENS_MAX',
  outputTokens: 'OUTPUT_TOKENS_MAX',
  seconds: 'SECONDS_MAX',
  toolCalls: 'TOOL_CALLS_MAX',
  vendorCalls: 'VENDOR_CALLS_MAX',
};

/** What ends the model's turns, and what ends its reads. */
const turnMeasures: readonly Measure[] = ['dollars', 'inputTokens', 'outputTokens', 'seconds'];
const readMeasures: readonly Measure[] = ['vendorCalls', 'toolCalls'];
const lookMeasures: readonly Measure[] = ['vendorCalls'];

/** A bound that is used up: what to say of it, and the variable that raises it. */
export type UsedUp = { readonly says: string; readonly variable: string };

/** Null while the model may be asked. */
export const turnsUsedUp = (bounds: SharedBounds, spent: SharedSpending): UsedUp | null =>
  firstUsedUp(turnMeasures, bounds, spent);

/** Null while the model may read. */
export const readsUsedUp = (bounds: SharedBounds, spent: SharedSpending): UsedUp | null =>
  firstUsedUp(readMeasures, bounds, spent);

/** Null while a look without the model may read. */
export const looksUsedUp = (bounds: SharedBounds, spent: SharedSpending): UsedUp | null =>
  firstUsedUp(lookMeasures, bounds, spent);

/** True when a bound on the model's turns has less than a fifth left: time to conclude. */
export function turnsNearlyUsed(bounds: SharedBounds, spent: SharedSpending): boolean {
  const share = 0.8;
  const near = (bound: Bounds, used: Spending): boolean =>
    turnMeasures.some((measure) => used[measure] >= share * (bound[measure] ?? Number.POSITIVE_INFINITY));
  return near(bounds.incident, spent.incident) || near(bounds.day, spent.day);
}

function firstUsedUp(measures: readonly Measure[], bounds: SharedBounds, spent: SharedSpending): UsedUp | null {
  const of = (scope: keyof SharedBounds): Measure | undefined =>
    measures.find((measure) => spent[scope][measure] >= (bounds[scope][measure] ?? Number.POSITIVE_INFINITY));
  const day = of('day');
  if (day) {
    const says = `today's budget of ${bounds.day[day]} ${words[day]} is used up; it resets at 00:00 UTC`;
    return { says, variable: `DAY_${variables[day]}` };
  }
  const incident = of('incident');
  if (!incident) return null;
  const says = `this incident's budget of ${bounds.incident[incident]} ${words[incident]} is used up`;
  return { says, variable: `INCIDENT_${variables[incident]}` };
}

/** What an audit entry says was spent; null for entries that cost nothing. */
export function spendingOf({ kind, body }: Pick<AuditEntry, 'kind' | 'body'>): Spending | null {
  if (kind === 'tool.result') {
    return { ...nothingSpent, toolCalls: body['asked'] === true ? 1 : 0, vendorCalls: countIn(body['requests']) };
  }
  if (kind !== 'model.response') return null;
  const usage = body['usage'] ?? null;
  return {
    ...nothingSpent,
    dollars: countIn(body['dollars']),
    inputTokens:
      tokensIn(usage, 'input_tokens') +
      tokensIn(usage, 'cache_creation_input_tokens') +
      tokensIn(usage, 'cache_read_input_tokens'),
    outputTokens: tokensIn(usage, 'output_tokens'),
    seconds: countIn(body['tookMs']) / 1_000,
  };
}

/** A count from outside: what is no count is nothing, so that no answer lowers a total. */
const countIn = (value: Json | undefined): number =>
  typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : 0;

function tokensIn(usage: Json, name: string): number {
  if (usage === null || typeof usage !== 'object' || Array.isArray(usage)) return 0;
  return countIn(Object.entries<Json>(usage).find(([key]) => key === name)?.[1]);
}

const dayMs = 86_400_000;

/** The UTC day of a moment, as 2026-11-21. */
export const utcDay = (atMs: number): string => new Date(Math.floor(atMs / dayMs) * dayMs).toISOString().slice(0, 10);

/** What one look used of its own bounds, where a model looked. */
export type LookSpending = {
  readonly dollars: number;
  readonly dollarsMax: number;
  readonly toolCalls: number;
  readonly toolCallsMax: number;
};

/** The status footer: what this look, its incident and the day cost. Null when nothing was spent. */
export function spentLine(look: LookSpending | null, spent: SharedSpending, bounds: SharedBounds): string | null {
  const { incident, day } = spent;
  const parts = [
    ...(look ? [ofBound(money(look.dollars), look.dollarsMax, 'dollars')] : []),
    ...(look ? [ofBound(String(look.toolCalls), look.toolCallsMax, 'reads')] : []),
    ...(incident.vendorCalls > 0 ? [`${incident.vendorCalls} vendor calls`] : []),
    // More than this look: earlier looks at the incident, and other incidents.
    ...(look && incident.dollars > look.dollars + 0.005
      ? [`incident ${ofBound(money(incident.dollars), bounds.incident.dollars, 'dollars')}`]
      : []),
    ...(look || incident.dollars > 0 ? [`today ${ofBound(money(day.dollars), bounds.day.dollars, 'dollars')}`] : []),
  ];
  return parts.length > 0 ? parts.join(' · ') : null;
}

const money = (dollars: number): string => dollars.toFixed(2);
const ofBound = (said: string, bound: number | null, unit: string): string =>
  bound === null ? `${said} ${unit}` : `${said} of ${bound} ${unit}`;

/** What the day cost against its bounds, one sentence each. */
export function dayLines(day: Spending, bounds: Bounds): readonly string[] {
  const one = (measure: Measure, said: string): string => ofBound(said, bounds[measure], words[measure]);
  return [
    `Today: ${one('dollars', money(day.dollars))}, ${one('vendorCalls', String(day.vendorCalls))}, ${one('toolCalls', String(day.toolCalls))}`,
    `Today the model read ${one('inputTokens', String(day.inputTokens))}, wrote ${one('outputTokens', String(day.outputTokens))} and took ${one('seconds', String(Math.round(day.seconds)))}; all of it resets at 00:00 UTC`,
  ];
}
