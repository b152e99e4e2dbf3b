import { describe, expect, it } from 'vitest';
import {
  type Bounds,
  dayLines,
  looksUsedUp,
  noSharedBounds,
  nothingSpent,
  readsUsedUp,
  type SharedBounds,
  type Spending,
  spendingOf,
  spentLine,
  turnsNearlyUsed,
  turnsUsedUp,
  utcDay,
} from '../../src/core/spending.ts';

const bounds: SharedBounds = {
  incident: { dollars: 9, inputTokens: 900, outputTokens: 90, seconds: 60, toolCalls: 8, vendorCalls: 70 },
  day: { dollars: 50, inputTokens: 5_000, outputTokens: 500, seconds: 600, toolCalls: 40, vendorCalls: 200 },
};
const spent = (incident: Partial<Spending>, day: Partial<Spending> = incident) => ({
  incident: { ...nothingSpent, ...incident },
  day: { ...nothingSpent, ...day },
});

describe('a shared bound', () => {
  it.each<[keyof Bounds, string]>([
    ['dollars', "today's budget of 50 dollars is used up; it resets at 00:00 UTC"],
    ['inputTokens', "today's budget of 5000 model input tokens is used up; it resets at 00:00 UTC"],
    ['outputTokens', "today's budget of 500 model output tokens is used up; it resets at 00:00 UTC"],
    ['seconds', "today's budget of 600 seconds of investigating is used up; it resets at 00:00 UTC"],
  ])('ends the turns when the %s of the day are used, and not just before', (measure, says) => {
    const at = bounds.day[measure] ?? 0;
    expect(turnsUsedUp(bounds, spent({}, { [measure]: at }))?.says).toBe(says);
    expect(turnsUsedUp(bounds, spent({}, { [measure]: at - 1 }))).toBeNull();
    expect(turnsUsedUp(noSharedBounds, spent({}, { [measure]: 1e12 }))).toBeNull();
  });

  it('of an incident says so, and names its variable', () => {
    expect(turnsUsedUp(bounds, spent({ dollars: 9 }, { dollars: 9 }))).toEqual({
      says: "this incident's budget of 9 dollars is used up",
      variable: 'INCIDENT_DOLLARS_MAX',
    });
  });

  it.each<[keyof Bounds, string]>([
    ['vendorCalls', 'DAY_VENDOR_CALLS_MAX'],
    ['toolCalls', 'DAY_TOOL_CALLS_MAX'],
  ])('on %s ends reads and leaves the model its turns', (measure, variable) => {
    const gone = spent({}, { [measure]: bounds.day[measure] ?? 0 });
    expect(readsUsedUp(bounds, gone)?.variable).toBe(variable);
    expect(turnsUsedUp(bounds, gone)).toBeNull();
  });

  it('on the model leaves a look without the model its reads; only vendor calls end those', () => {
    const gone = spent({}, { dollars: 1e6, toolCalls: 1e6, seconds: 1e6 });
    expect(looksUsedUp(bounds, gone)).toBeNull();
    expect(looksUsedUp(bounds, spent({}, { vendorCalls: 200 }))?.variable).toBe('DAY_VENDOR_CALLS_MAX');
  });

  it('is nearly used from four fifths on', () => {
    expect(turnsNearlyUsed(bounds, spent({}, { dollars: 40 }))).toBe(true);
    expect(turnsNearlyUsed(bounds, spent({ outputTokens: 72 }, {}))).toBe(true);
    expect(turnsNearlyUsed(bounds, spent({ dollars: 7.1 }, { dollars: 39.9, vendorCalls: 1e6 }))).toBe(false);
  });
});

describe('what an audit row spent', () => {
  it('counts cached input tokens, and seconds of investigating', () => {
    const usage = {
      input_tokens: 10,
      output_tokens: 3,
      cache_creation_input_tokens: 100,
      cache_read_input_tokens: 1_000,
    };
    expect(spendingOf({ kind: 'model.response', body: { dollars: 0.5, usage, tookMs: 2_500 } })).toEqual({
      ...nothingSpent,
      dollars: 0.5,
      inputTokens: 1_110,
      outputTokens: 3,
      seconds: 2.5,
    });
  });

  it('counts a read as the model’s only where somebody asked for it', () => {
    const of = (asked: boolean) => spendingOf({ kind: 'tool.result', body: { asked, requests: 4 } });
    expect(of(true)).toEqual({ ...nothingSpent, toolCalls: 1, vendorCalls: 4 });
    expect(of(false)).toEqual({ ...nothingSpent, vendorCalls: 4 });
  });

  it.each([
    ['a failure', { dollars: 0, failure: 'x' }],
    ['no usage', { usage: null }],
    ['a usage that is a list', { usage: [1, 2] }],
    ['counts that are no counts', { dollars: -4, tookMs: '9', usage: { input_tokens: -1, output_tokens: 'many' } }],
  ])('is never negative and never broken by %s', (_, body) => {
    expect(spendingOf({ kind: 'model.response', body })).toEqual(nothingSpent);
  });

  it('is nothing for every other row', () => {
    expect(spendingOf({ kind: 'verdict', body: { dollars: 5, requests: 5 } })).toBeNull();
  });
});

describe('the UTC day', () => {
  it.each([
    [Date.UTC(2026, 10, 21, 0, 0, 0, 0), '2026-11-21'],
    [Date.UTC(2026, 10, 21, 23, 59, 59, 999) + 0.9, '2026-11-21'],
    [Date.UTC(2026, 10, 22), '2026-11-22'],
  ])('of %d is %s', (atMs, day) => {
    expect(utcDay(atMs)).toBe(day);
  });
});

describe('the footer', () => {
  const look = { dollars: 1.239, dollarsMax: 3, toolCalls: 17, toolCallsMax: 40 };

  it('says the look, the vendors and the day', () => {
    const total = spent({ dollars: 1.239, vendorCalls: 63 }, { dollars: 4.1 });
    expect(spentLine(look, total, bounds)).toBe(
      '1.24 of 3 dollars · 17 of 40 reads · 63 vendor calls · today 4.10 of 50 dollars',
    );
  });

  it('says the incident too once it cost more than this look', () => {
    const total = spent({ dollars: 2.5, vendorCalls: 1 }, { dollars: 4.1 });
    expect(spentLine(look, total, bounds)).toContain(' · incident 2.50 of 9 dollars · today');
  });

  it('says the vendors alone where no model ran, and nothing where nothing was spent', () => {
    expect(spentLine(null, spent({ vendorCalls: 12 }), bounds)).toBe('12 vendor calls');
    expect(spentLine(null, spent({}), bounds)).toBeNull();
  });

  it('names no bound where there is none', () => {
    expect(spentLine(look, spent({}, { dollars: 4 }), noSharedBounds)).toContain('today 4.00 dollars');
  });

  it('of the day names every measure with its bound', () => {
    const said = dayLines({ ...nothingSpent, dollars: 4.1, vendorCalls: 7, seconds: 61.4 }, bounds.day).join(' ');
    for (const [measure, max] of Object.entries(bounds.day)) expect(said, measure).toContain(`of ${max} `);
    expect(said).toContain('4.10 of 50 dollars');
    expect(said).toContain('00:00 UTC');
  });
});
