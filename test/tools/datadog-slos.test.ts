import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { tool } from '../../tools/datadog-slos.ts';
import type { Answer, Asked } from './counterpart.ts';
import { datadogVariables, objective, sloPage, startDatadog } from './datadog-answers.ts';
import { ask, found, from, headline, nowMs, to } from './shop.ts';

const search = '/api/v1/slo/search';
const id = (digit: number): string => String(digit).repeat(32);
const reading = async (own: { readonly [path: string]: (asked: Asked) => Answer }, services = ['checkout']) => {
  const vendor = await startDatadog(own);
  const input = { services, from, to };
  return { vendor, finding: await ask(tool, { environment: datadogVariables(vendor.url), input }) };
};

const breached = objective(id(2), {
  name: 'Payments work',
  slo_type: 'monitor',
  status: { sli: 98.2, error_budget_remaining: -80, state: 'breached' },
});

describe('datadog_slos', () => {
  it('says how much budget is left and how fast the window burns it', async () => {
    const downAt = nowMs / 1_000 - 1_200;
    const { vendor, finding } = await reading({
      [search]: () => ({ body: sloPage([objective(id(1)), breached]) }),
      [`/api/v1/slo/${id(2)}/history`]: () => ({
        body: {
          data: {
            overall: {
              sli_value: 60,
              history: [
                [1, 1],
                [downAt, 1],
                [downAt + 600, 0],
              ],
            },
          },
        },
      }),
    });

    expect(headline(finding)).toBe(
      '1 of 2 objectives of checkout breached; burning 40 times as fast as allowed, -80 % of the budget left: <Payments work>',
    );
    expect(found(finding).result).toMatchObject({
      objectives: [
        { id: id(2), burn: 40, windowLevel: 60, firstDown: '2026-11-18T09:40:00.000Z', services: ['checkout'] },
        { id: id(1), burn: 10, windowLevel: 90, firstDown: null },
      ],
    });
    expect(vendor.asked.map(({ path, query }) => `${path}?${decodeURIComponent(String(query))}`)).toEqual([
      `${search}?query=service:checkout&page[size]=100&page[number]=0`,
      `/api/v1/slo/${id(2)}/history?from_ts=1794992400&to_ts=1794996000`,
      `/api/v1/slo/${id(1)}/history?from_ts=1794992400&to_ts=1794996000`,
    ]);
  });

  it('reads pages, and the history of the five worst only', async () => {
    const { vendor, finding } = await reading({
      [search]: ({ query }) => {
        const page = Number(query.get('page[number]'));
        const size = page === 2 ? 5 : 100;
        return { body: sloPage(Array.from({ length: size }, (_, at) => objective(`${page}-${at}`.padStart(32, '0')))) };
      },
    });

    const histories = vendor.asked.filter(({ path }) => path.endsWith('/history'));
    expect(vendor.asked.length - histories.length).toBe(3);
    expect(histories).toHaveLength(5);
    expect(found(finding).result).toMatchObject({ count: 205 });
    expect(found(finding).truncated).toBe(false);
    expect(found(finding).view.untrusted).toContain('burn was read for the 5 with the least budget left');
  });

  it('stops after three full pages, and says so', async () => {
    const full = (): Answer => ({
      body: sloPage(Array.from({ length: 100 }, (_, at) => objective(`${at}`.padStart(32, 'a')))),
    });
    expect(found((await reading({ [search]: full })).finding).truncated).toBe(true);
  });

  it('says unknown where Datadog could not compute', async () => {
    const odd = objective(id(3), { status: null, thresholds: [], service_tags: null });
    const { finding } = await reading({
      [search]: () => ({ body: sloPage([odd]) }),
      [`/api/v1/slo/${id(3)}/history`]: () => ({ body: { data: null, errors: [{ error: 'no data' }] } }),
    });
    expect(headline(finding)).toContain('0 of 1 objectives of checkout breached; unknown burn, an unknown part of');
  });

  it('takes the timeframe with the least budget left, its own target with it', async () => {
    const overall_status = [
      { timeframe: '90d', status: 99.2, target: 99, error_budget_remaining: 20, state: 'ok' },
      { timeframe: '7d', status: 97, target: 98, error_budget_remaining: -50, state: 'breached' },
    ];
    const { finding } = await reading({ [search]: () => ({ body: sloPage([objective(id(4), { overall_status })]) }) });
    expect(found(finding).result).toMatchObject({
      breached: 1,
      objectives: [{ timeframe: '7d', target: 98, sli: 97, budgetLeft: -50, burn: 5 }],
    });
  });

  it('asks for each service by its tag, and is an answer when there is none', async () => {
    const { vendor, finding } = await reading({ [search]: () => ({ body: sloPage([]) }) }, ['checkout', 'payments']);

    expect(finding).toMatchObject({ kind: 'empty', searched: 'service level objectives of checkout, payments' });
    expect(vendor.asked.map(({ query }) => query.get('query'))).toEqual(['service:checkout', 'service:payments-api']);
  });

  it('never lets an id of the answer leave its place in the path', async () => {
    const evil = objective('../../monitor/1?x=');
    const { vendor, finding } = await reading({ [search]: () => ({ body: sloPage([evil]) }) });

    expect(finding).toMatchObject({ kind: 'failed', reason: expect.stringContaining('documented form') });
    expect(vendor.asked).toHaveLength(1);
  });

  it('keeps every number of the sentence in the result', async () => {
    const { finding } = await reading({ [search]: () => ({ body: sloPage([breached]) }) });
    const result = z.object({ objectives: z.array(z.object({ burn: z.number(), budgetLeft: z.number() })) });

    const [only] = result.parse(found(finding).result).objectives;
    expect(headline(finding)).toContain(`burning ${only?.burn} times as fast as allowed, ${only?.budgetLeft} %`);
  });
});
