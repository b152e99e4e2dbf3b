/** The history of monitors; their states are in datadog.test.ts. */
import { describe, expect, it } from 'vitest';
import { tool } from '../../tools/datadog-monitors.ts';
import type { Answer, Asked } from './counterpart.ts';
import { datadogVariables, searchOf, startDatadog } from './datadog-answers.ts';
import { ask, at, found, from, headline, to } from './shop.ts';

const path = '/api/v2/events/search';
const monitor = (id: number) => ({ id, name: `Monitor ${id}`, query: 'composite', tags: ['service:checkout'] });
const history = async (answer: (asked: Asked) => Answer, more: object = { from, to }) => {
  const vendor = await startDatadog({
    [path]: answer,
    '/api/v1/monitor': () => ({ body: [monitor(7), monitor(8)] }),
  });
  const input = { services: ['checkout'], ...more };
  return { vendor, finding: await ask(tool, { environment: datadogVariables(vendor.url), input }) };
};
const event = (minutesAgo: number, attributes: object) => ({
  id: `${minutesAgo}`,
  type: 'event',
  attributes: { timestamp: at(minutesAgo), message: 'free text', tags: [], attributes },
});
const events = (...data: readonly object[]): Answer => ({ body: { data } });

describe('the history of datadog_monitors', () => {
  it('tells each change of state, newest first, and leaves repeated notifications out', async () => {
    const { vendor, finding } = await history(() =>
      events(
        event(5, { status: 'ok', monitor: { id: 7, groups: ['host:a'], transition: { destination_state: 'OK' } } }),
        event(8, { status: 'error', monitor: { id: 7, transition: { transition_type: 'renotify' } } }),
        event(20, { status: 'error', monitor: { id: 7, groups: null } }),
        event(25, { status: 'warn', monitor_id: 8, monitor_groups: ['zone:eu'] }),
        event(26, { status: 'error', monitor: { id: 8, transition: { destination_state: 'No Data' } } }),
        event(30, { status: 'info' }),
      ),
    );

    expect(found(finding).result).toMatchObject({
      transitions: [
        { at: at(5), monitor: '7', to: 'ok', groups: ['host:a'] },
        { at: at(20), monitor: '7', to: 'alert', groups: [] },
        { at: at(25), monitor: '8', to: 'warn', groups: ['zone:eu'] },
        { at: at(26), monitor: '8', to: 'no-data', groups: [] },
      ],
    });
    expect(found(finding).view.untrusted).toContain('2026-11-18 09:40 | alert | id 7');
    expect(searchOf(vendor.asked[1] ?? vendor.asked[0] ?? never())).toMatchObject({
      filter: { query: 'source:alert @monitor.id:(7 OR 8)', from: '2026-11-18T09:00:00.000Z' },
    });
    expect(found(finding).window).toEqual({ fromMs: Date.parse(from), toMs: Date.parse(to) });
  });

  it('reads pages, and says when it stopped', async () => {
    const paged = (pages: number) => (asked: Asked) => {
      const number = Number(searchOf(asked).page?.cursor ?? 0);
      const data = [event(number + 1, { status: 'error', monitor: { id: 7 } })];
      return { body: { data, ...(number + 1 < pages ? { meta: { page: { after: String(number + 1) } } } : {}) } };
    };
    const three = await history(paged(3));
    expect(three.vendor.asked.filter((asked) => asked.path === path)).toHaveLength(3);
    expect(found(three.finding).truncated).toBe(false);
    expect(found((await history(paged(99))).finding).truncated).toBe(true);
  });

  it('is not asked for without a window, and names both scopes when it may not be read', async () => {
    const without = await history(() => events(), {});
    expect(without.vendor.asked.map((asked) => asked.path)).toEqual(['/api/v1/monitor']);
    expect(found(without.finding).result).not.toHaveProperty('transitions');

    const { finding } = await history(() => ({ status: 403, body: { errors: ['Forbidden'] } }));
    expect(finding).toMatchObject({ kind: 'failed', fix: expect.stringContaining('monitors_read and events_read') });
  });

  it('keeps the sentence about states as it is', async () => {
    expect(headline((await history(() => events())).finding)).toBe('None of 2 monitors alerts now.');
  });
});

const never = (): never => {
  throw new Error('nothing was asked');
};
