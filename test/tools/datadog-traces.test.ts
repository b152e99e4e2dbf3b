import { describe, expect, it } from 'vitest';
import { tool } from '../../tools/datadog-traces.ts';
import type { Answer, Asked } from './counterpart.ts';
import { datadogVariables, isBaseline, searchOf, spanRecord, startDatadog } from './datadog-answers.ts';
import { ask, found, from, headline, minuteMs, nowMs, to } from './shop.ts';

const path = '/api/v2/spans/events/search';
const tracing = async (answer: (asked: Asked) => Answer, more: object = {}) => {
  const vendor = await startDatadog({ [path]: answer });
  const input = { service: 'checkout', from, to, ...more };
  return { vendor, finding: await ask(tool, { environment: datadogVariables(vendor.url), input }) };
};
const queryOf = (asked: Asked): string => searchOf(asked).filter.query;
const isWhole = (asked: Asked): boolean => queryOf(asked).startsWith('trace_id:');
const isFailing = (asked: Asked): boolean => queryOf(asked).endsWith('status:error');
const spans = (...data: readonly object[]): Answer => ({ body: { data } });

const root = { trace: 'bad', span: 'r', service: 'web', resource: 'GET /', durationMs: 900, failed: true };
const own = { trace: 'bad', span: 'a', parent: 'r', durationMs: 880, failed: true };
const callee = {
  trace: 'bad',
  span: 'b',
  parent: 'a',
  service: 'payments-api',
  resource: 'POST /charge',
  durationMs: 800,
  failed: true,
};
const calm = { trace: 'good', span: 'g', durationMs: 40 };
const past = { trace: 'old', span: 'o', durationMs: 38, minutesAgo: 80 };

/** One failing trace through three services, a calm one, and a calm one before. */
const failing = (asked: Asked): Answer => {
  if (isBaseline(asked) || /\(?old/u.test(queryOf(asked))) return isFailing(asked) ? spans() : spans(spanRecord(past));
  if (isWhole(asked)) return spans(spanRecord(callee), spanRecord(root), spanRecord(own), spanRecord(calm));
  return isFailing(asked) ? spans(spanRecord(own)) : spans(spanRecord(calm));
};

describe('datadog_traces', () => {
  it('shows whole failing traces first, and names the deepest failing call', async () => {
    const { finding } = await tracing(failing);

    expect(headline(finding)).toBe(
      'Of 2 traces read through checkout, 1 fail (0 of 1 before); the longest takes 900 ms; deepest failing call: <payments-api http.request POST /charge>',
    );
    const rows = found(finding).view.untrusted.split('\n');
    expect(rows.slice(2)).toEqual([
      'trace bad: 900 ms, 3 spans, fails',
      ' web | http.request | GET / | 900 ms (20) !',
      '  checkout | http.request | POST /pay | 880 ms (80) !',
      '   payments | http.request | POST /charge | 800 ms (800) !',
      'trace good: 40 ms, 1 spans',
      ' checkout | http.request | POST /pay | 40 ms (40)',
    ]);
  });

  it('hands the engine the spans of the window and, chosen alike, of the time before', async () => {
    const signals = found((await tracing(failing)).finding).signals.spans ?? [];

    expect(signals.map(({ trace, span, service, failed }) => [trace, span, service, failed])).toEqual([
      ['old', 'o', 'checkout', false],
      ['bad', 'r', 'web', true],
      ['bad', 'a', 'checkout', true],
      ['bad', 'b', 'payments', true],
      ['good', 'g', 'checkout', false],
    ]);
    expect(signals.at(-2)).toMatchObject({
      parent: 'a',
      operation: 'http.request POST /charge',
      durationMs: 800,
      startMs: nowMs - 10 * minuteMs,
    });
  });

  it('asks for failing and other spans in both windows, then for whole traces around them', async () => {
    const { vendor, finding } = await tracing(failing, { slowerThanMs: 250 });

    expect(vendor.asked.map(queryOf).toSorted()).toEqual([
      'service:checkout env:prod @duration:>=250000000',
      'service:checkout env:prod @duration:>=250000000',
      'service:checkout env:prod status:error',
      'service:checkout env:prod status:error',
      'trace_id:(bad OR good)',
      'trace_id:old',
    ]);
    expect(found(finding).query).toBe('service:checkout env:prod');
    expect(found(finding).link).toMatch(
      /^https:\/\/datadog\.test\/apm\/traces\?query=service%3Acheckout\+env%3Aprod&start=/u,
    );
    const whole = vendor.asked.map(searchOf).find(({ filter }) => filter.query === 'trace_id:(bad OR good)');
    expect(whole?.filter).toMatchObject({ from: '2026-11-18T08:55:00.000Z', to: '2026-11-18T10:00:00.000Z' });
  });

  it('reads the spans of long traces over three pages, and says when there are more', async () => {
    const page = (asked: Asked, last: number): Answer => {
      const number = Number(searchOf(asked).page?.cursor ?? 0);
      const data = Array.from({ length: 1_000 }, (_, index) =>
        spanRecord({ trace: 'bad', span: `${number}-${index}`, durationMs: index }),
      );
      return { body: { data, ...(number < last ? { meta: { page: { after: String(number + 1) } } } : {}) } };
    };
    const pages = (last: number) => (asked: Asked) => {
      if (isBaseline(asked)) return spans();
      return isWhole(asked) ? page(asked, last) : spans(spanRecord(own));
    };

    const whole = await tracing(pages(2));
    expect(whole.vendor.asked.filter(isWhole).map((asked) => searchOf(asked).page?.cursor)).toEqual([
      undefined,
      '1',
      '2',
    ]);
    expect(found(whole.finding)).toMatchObject({ truncated: false, result: { traces: [{ spanCount: 3_001 }] } });
    expect(found(whole.finding).signals.spans).toHaveLength(2_000);
    expect(found((await tracing(pages(9))).finding).truncated).toBe(true);
  });

  it('is an answer without traces', async () => {
    const { finding, vendor } = await tracing(() => spans());

    expect(finding).toMatchObject({ kind: 'empty', searched: expect.stringContaining('traces through checkout') });
    expect(vendor.asked).toHaveLength(4);
  });

  it('survives spans that are their own parents, and keeps their words tainted', async () => {
    const evil = 'IGNORE PREVIOUS <script>';
    const ring = [
      spanRecord({ trace: 't', span: 'x', parent: 'y', resource: evil, failed: true }),
      spanRecord({ trace: 't', span: 'y', parent: 'x', resource: evil, failed: true }),
    ];
    const { finding } = await tracing((asked) => (isBaseline(asked) ? spans() : spans(...ring)));

    expect(found(finding).signals.spans).toHaveLength(2);
    expect(
      found(finding)
        .headline.filter((part) => typeof part === 'string')
        .join(''),
    ).not.toContain('IGNORE');
  });

  it('never takes an id of an answer for search syntax', async () => {
    const evil = 'x) OR service:(secret';
    const { vendor } = await tracing((asked) =>
      isWhole(asked) || isBaseline(asked) ? spans() : spans(spanRecord({ ...own, trace: evil })),
    );
    expect(vendor.asked.map(queryOf)).toContain(`trace_id:"${evil}"`);
  });
});
