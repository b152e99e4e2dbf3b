import { describe, expect, it } from 'vitest';
import { chooseSymptom, mentionsIn } from '../../src/core/choose-symptom.ts';
import type { MonitorState } from '../../src/rootcause/telemetry.ts';

const hour = 60 * 60_000;
const nowMs = 100 * hour;

const monitorOf = (service: string, more: Partial<MonitorState> = {}): MonitorState => ({
  monitor: `m-${service}`,
  title: `${service} fails`,
  service,
  metric: 'error_ratio',
  query: 'q',
  comparator: '>',
  threshold: 0.02,
  triggeredAtMs: nowMs - 60_000,
  state: 'alert',
  ...more,
});

const things = ['registry', 'device-registry', 'billing.api'].map((id) => ({ id, names: [] }));

describe('names in a text', () => {
  it.each([
    ['inc-7-device-registry', ['device-registry']],
    ['#inc-device_registry', ['device-registry']],
    ['is the device registry slow?', ['device-registry']],
    ['the registry, and the device-registry', ['device-registry', 'registry']],
    ['inc-billing-api', ['billing.api']],
    ['inc-registrys', []],
    ['', []],
  ])('%s', (text, ids) => {
    expect([...mentionsIn([text], things)].toSorted()).toEqual(ids);
  });

  it('stand for the thing they are other names of', () => {
    expect([...mentionsIn(['Ticket Shop is down'], [{ id: 'web', names: ['Ticket shop'] }])]).toEqual(['web']);
  });

  it('do not run from one text into the next', () => {
    expect([...mentionsIn(['device', 'registry'], [{ id: 'device-registry', names: [] }])]).toEqual([]);
  });
});

describe('the monitor an incident is about', () => {
  const choose = (monitors: readonly MonitorState[], ...mentioned: readonly string[]) =>
    chooseSymptom(monitors, { mentioned: new Set(mentioned), nowMs })?.service;

  it('is one that is mentioned, before one that fired later', () => {
    const monitors = [monitorOf('cart', { triggeredAtMs: nowMs - hour }), monitorOf('search')];

    expect(choose(monitors, 'cart')).toBe('cart');
    expect(choose(monitors, 'm-cart')).toBe('cart');
    expect(choose(monitors)).toBe('search');
  });

  it('may be well again, when it is mentioned and fired within three hours', () => {
    const well = monitorOf('cart', { state: 'ok', triggeredAtMs: nowMs - hour });

    expect(choose([well, monitorOf('search')], 'cart')).toBe('cart');
    expect(choose([well])).toBeUndefined();
    expect(choose([{ ...well, triggeredAtMs: nowMs - 4 * hour }], 'cart')).toBeUndefined();
    expect(choose([{ ...well, triggeredAtMs: 0 }], 'cart')).toBeUndefined();
  });

  it('alerts, where the one that is well again is of the same service', () => {
    const monitors = [
      monitorOf('cart', { monitor: 'old', state: 'ok' }),
      monitorOf('cart', { monitor: 'live', triggeredAtMs: nowMs - hour }),
    ];

    expect(chooseSymptom(monitors, { mentioned: new Set(['cart']), nowMs })?.monitor).toBe('live');
  });
});
