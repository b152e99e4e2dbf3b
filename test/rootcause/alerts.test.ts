import { describe, expect, it } from 'vitest';
import { parseTelemetryDocument } from '../../src/rank-document.ts';
import { learn } from '../../src/rootcause/memory/learn.ts';
import { rank } from '../../src/rootcause/rank.ts';
import type { Entity, FiredAlert, Telemetry } from '../../src/rootcause/telemetry.ts';

const entities: readonly Entity[] = [
  { id: 'shop', kind: 'service' },
  { id: 'shop-0', kind: 'instance', partOf: 'shop' },
  { id: 'shop-1', kind: 'instance', partOf: 'shop' },
  { id: 'cart', kind: 'service' },
  { id: 'cart-0', kind: 'instance', partOf: 'cart' },
  { id: 'cart-1', kind: 'instance', partOf: 'cart' },
  { id: 'rack-1', kind: 'host' },
];

const metric = (entity: string, name: string, atMs: number | null = null): FiredAlert => ({
  entity,
  modality: 'metric',
  name,
  direction: 'up',
  atMs,
});

const document = (alerts: readonly FiredAlert[], more: Partial<Telemetry> = {}): Telemetry => ({
  alert: null,
  window: { fromMs: 0, toMs: 600_000 },
  services: [],
  edges: [],
  series: [],
  logs: [],
  edgeStats: [],
  changes: [],
  entities,
  alerts,
  ...more,
});

const first = (telemetry: Telemetry): string | undefined => rank(telemetry).causes[0]?.entity;

/** A noisy system: everything raises `threads` in every incident. */
const noise = entities.filter(({ kind }) => kind === 'instance').map(({ id }) => metric(id, 'threads'));
const quietPast = Array.from({ length: 8 }, () => ({ telemetry: document(noise), cause: null }));

describe('alerts', () => {
  it('rank the entity whose kind of alert is new over those that always complain', () => {
    const memory = learn(quietPast);

    expect(first(document([...noise, metric('cart-1', 'disk')], { memory }))).toBe('cart-1');
  });

  it('that came first outweigh those that followed', () => {
    const memory = learn(quietPast);
    const alerts = [metric('cart-0', 'disk', 300_000), metric('shop-1', 'disk', 10_000)];

    expect(first(document(alerts, { memory }))).toBe('shop-1');
  });

  it('on every instance of a service blame the service, on one of them that instance', () => {
    const memory = learn(quietPast);
    const trio: readonly Entity[] = [...entities, { id: 'cart-2', kind: 'instance', partOf: 'cart' }];
    const everywhere = ['cart-0', 'cart-1', 'cart-2'].map((id) => metric(id, 'disk'));

    expect(first(document(everywhere, { memory, entities: trio }))).toBe('cart');
    expect(first(document([metric('cart-2', 'disk')], { memory, entities: trio }))).toBe('cart-2');
  });

  it('are ranked the same in any order, and say kind, numbers and evidence', () => {
    const alerts: readonly FiredAlert[] = [...noise, { ...metric('rack-1', 'disk', 5), evidence: 'E7' }];
    const ranking = rank(document(alerts, { memory: learn(quietPast) }));

    expect(rank(document(alerts.toReversed(), { memory: learn(quietPast.toReversed()) }))).toEqual(ranking);
    expect(ranking.causes[0]).toMatchObject({
      entity: 'rack-1',
      kind: 'infrastructure',
      reasons: [{ channel: 'alerts', says: expect.stringMatching(/metric disk up \(\d/u), evidence: ['E7'] }],
    });
  });

  it('without a past still prefer what only one of its sort raises', () => {
    expect(first(document([...noise, metric('cart-1', 'disk')]))).toBe('cart-1');
  });
});

describe('memory of past incidents', () => {
  /** Slow calls to X mean X; a rare but harmless alert elsewhere distracts. */
  const slow = (victim: string, distraction: string): readonly FiredAlert[] => [
    ...noise,
    { entity: 'shop-0', peer: victim, modality: 'trace', name: '/pay', direction: 'slow', atMs: null },
    metric(distraction, 'backup'),
    metric(distraction, 'cron'),
  ];
  const past = [
    ['cart-0', 'shop-1'],
    ['cart-1', 'shop-1'],
    ['shop-1', 'cart-0'],
    ['cart-0', 'rack-1'],
    ['shop-1', 'rack-1'],
    ['cart-1', 'cart-0'],
  ].map(([cause = '', other = '']) => ({ telemetry: document(slow(cause, other)), cause }));

  it('learns which kind of alert means a cause and applies it where it has not been seen', () => {
    const withoutCart1 = past.filter(({ cause }) => cause !== 'cart-1');
    const novelties = ['fan', 'clock', 'tape'].map((name) => metric('rack-1', name));
    const incident = document([...slow('cart-1', 'rack-1'), ...novelties]);

    expect(first({ ...incident, memory: learn(withoutCart1) })).toBe('cart-1');
    expect(first({ ...incident, memory: learn(past.map((one) => ({ ...one, cause: null }))) })).not.toBe('cart-1');
  });

  it('is plain JSON and the same each time', () => {
    const memory = learn(past);

    expect(JSON.parse(JSON.stringify(learn(past)))).toEqual(memory);
    expect(memory.incidents).toBe(6);
  });

  it('says how many incidents speak and what for', () => {
    const reasons = rank({ ...document(slow('cart-0', 'rack-1')), memory: learn(past) }).causes[0]?.reasons ?? [];

    expect(reasons[0]).toMatchObject({
      channel: 'memory',
      says: expect.stringMatching(/^By 6 past incidents cart-0 is the cause with \d+ %: .*trace called/u),
    });
  });

  it('and alerts survive the JSON document; what is wrong in them is named', () => {
    const incident = { ...document(slow('cart-0', 'rack-1')), memory: learn(past) };
    const parsed = parseTelemetryDocument(JSON.parse(JSON.stringify(incident)));
    const wrong = parseTelemetryDocument({ ...incident, alerts: [{ entity: 'a', modality: 'smell', name: 'b' }] });

    expect(parsed.ok && rank(parsed.value)).toEqual(rank(incident));
    expect(wrong.ok ? [] : wrong.failure).toEqual([expect.stringMatching(/^alerts\.0\.modality: .*metric/u)]);
  });

  it('of nothing changes nothing', () => {
    const incident = document(slow('cart-0', 'rack-1'));
    const empty = { version: 1, incidents: 0, seen: {}, weights: {} } as const;

    expect(rank({ ...incident, memory: empty }).outcome).toBe('ranked');
    expect(learn([])).toEqual(empty);
  });
});
