/** Sources that disagree about one quantity are found by code, and what rests on one side is not called Confirmed. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contradictionWords, findContradictions, isContested } from '../../src/core/contradiction.ts';
import type { Evidence } from '../../src/core/evidence.ts';
import type { Deployed, Level, MonitorSays, Reading } from '../../src/core/reading.ts';
import { readingsOf } from '../../src/rootcause/readings.ts';

const minute = 60_000;
const nowMs = Date.UTC(2026, 10, 20, 14, 30);
type Item = Pick<Evidence, 'id' | 'source' | 'takenAtMs'> & { readonly readings: readonly Reading[] };
const item = (number: number, source: string, ...readings: readonly Reading[]): Item => ({
  id: `E${number}`,
  source,
  takenAtMs: nowMs,
  readings,
});
const level = (middle: number, more: Partial<Level> = {}): Level => ({
  kind: 'level',
  service: 'checkout',
  metric: 'error_ratio',
  fromMs: nowMs - 15 * minute,
  toMs: nowMs,
  samples: 15,
  low: middle * 0.9,
  middle,
  high: middle * 1.1,
  past: null,
  ...more,
});
const monitor = (state: 'ok' | 'alert'): MonitorSays => ({
  kind: 'monitor',
  service: 'checkout',
  metric: 'error_ratio',
  state,
  comparator: '>',
  threshold: 0.05,
});
const deploy = (sha: string, more: Partial<Deployed> = {}): Deployed => ({
  kind: 'deploy',
  service: 'checkout',
  sha,
  atMs: nowMs - 20 * minute,
  outcome: null,
  ...more,
});
const kinds = (...items: readonly Item[]): readonly string[] => findContradictions(items).map(({ kind }) => kind);

describe('two items contradict each other', () => {
  it.each<[string, readonly Item[], string]>([
    [
      'levels of two vendors are far apart',
      [item(4, 'datadog', level(0.02)), item(9, 'prometheus', level(0.31))],
      'level',
    ],
    [
      'they agreed before and do not now',
      [item(1, 'datadog', level(0.02, { past: 0.02 })), item(2, 'prometheus', level(0.31, { past: 0.02 }))],
      'level',
    ],
    [
      'a monitor says ok and all of the series violates',
      [item(1, 'datadog', monitor('ok')), item(2, 'prometheus', level(0.31))],
      'monitor',
    ],
    [
      'a monitor alerts and the series is far below',
      [item(1, 'datadog', monitor('alert')), item(2, 'prometheus', level(0.004))],
      'monitor',
    ],
    [
      'a deployment went live for one and failed for the other',
      [
        item(1, 'github', deploy('abcdef1234', { outcome: 'failed' })),
        item(2, 'kubernetes', deploy('abcdef1', { outcome: 'succeeded' })),
      ],
      'deploy-outcome',
    ],
    [
      'two vendors record another commit',
      [item(1, 'github', deploy('abcdef1')), item(2, 'kubernetes', deploy('1234567'))],
      'deployed-commit',
    ],
  ])('when %s', (_, items, kind) => {
    expect(kinds(...items)).toEqual([kind]);
    expect(kinds(...items.toReversed())).toEqual([kind]);
  });
});

describe('nothing contradicts', () => {
  it.each<[string, readonly Item[]]>([
    ['levels of two vendors are near', [item(1, 'datadog', level(0.29)), item(2, 'prometheus', level(0.31))]],
    ['their ranges touch', [item(1, 'datadog', level(0.1, { high: 0.4 })), item(2, 'prometheus', level(0.31))]],
    ['both are noise', [item(1, 'datadog', level(0.0001)), item(2, 'prometheus', level(0.004))]],
    [
      'they always differed by that factor',
      [
        item(1, 'datadog', level(900, { metric: 'latency_p95_ms', past: 300 })),
        item(2, 'prometheus', level(300, { metric: 'latency_p95_ms', past: 100 })),
      ],
    ],
    [
      'they are of another time',
      [item(1, 'datadog', level(0.02, { toMs: nowMs - 30 * minute })), item(2, 'prometheus', level(0.31))],
    ],
    [
      'they are of another service',
      [item(1, 'datadog', level(0.02, { service: 'cart' })), item(2, 'prometheus', level(0.31))],
    ],
    [
      'one vendor reads twice and the newer agrees',
      [
        item(1, 'datadog', level(0.02)),
        { ...item(3, 'datadog', level(0.3)), takenAtMs: nowMs + 1 },
        item(2, 'prometheus', level(0.31)),
      ],
    ],
    ['a monitor alerts on what violates', [item(1, 'datadog', monitor('alert')), item(2, 'prometheus', level(0.31))]],
    [
      'a monitor is ok just above its threshold',
      [item(1, 'datadog', monitor('ok')), item(2, 'prometheus', level(0.055))],
    ],
    [
      'the commit is the same, written shorter',
      [item(1, 'github', deploy('abcdef1234')), item(2, 'kubernetes', deploy('abcdef1'))],
    ],
    [
      'one vendor records deployments the other does not',
      [item(1, 'github', deploy('abcdef1')), item(2, 'kubernetes', deploy('1234567', { atMs: nowMs - 600 * minute }))],
    ],
  ])('when %s', (_, items) => {
    expect(kinds(...items)).toEqual([]);
  });

  it('when an item says it of itself', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (value) => {
        expect(kinds(item(1, 'datadog', level(value), level(value), monitor('ok')))).toEqual([]);
      }),
    );
  });
});

it('says both items, both numbers and the time', () => {
  const [found] = findContradictions([item(4, 'datadog', level(0.02)), item(9, 'prometheus', level(0.31))]);
  if (!found) throw new Error('nothing was found');
  const words = contradictionWords(found);
  for (const part of ['E4', 'E9', 'error_ratio', 'checkout', 'datadog', 'prometheus', '.02', '.31'])
    expect(words).toContain(part);
  expect(found.window).toEqual({ fromMs: nowMs - 15 * minute, toMs: nowMs });
  expect(isContested(['E4'], [found])).toBe(true);
  expect(isContested(['E5'], [found])).toBe(false);
});

it('reads levels, monitors and deployments from the signals of a tool', () => {
  const points = Array.from({ length: 30 }, (_, at) => [nowMs - (29 - at) * minute, at < 15 ? 0.01 : 0.3] as const);
  const readings = readingsOf({
    series: [
      { service: 'checkout', metric: 'error_ratio', points },
      { service: 'checkout', metric: 'something_else', points },
      { service: 'cart', metric: 'error_ratio', points: points.slice(0, 3) },
    ],
    changes: [
      {
        id: 'd',
        kind: 'deploy',
        service: 'checkout',
        atMs: nowMs,
        title: '',
        repository: null,
        sha: 'ABCDEF1',
        pullNumber: null,
        paths: [],
        diff: '',
        outcome: 'failed',
      },
      {
        id: 'e',
        kind: 'deploy',
        service: 'checkout',
        atMs: nowMs,
        title: '',
        repository: null,
        sha: 'v1.2',
        pullNumber: null,
        paths: [],
        diff: '',
      },
    ],
  });
  expect(readings).toEqual([
    { kind: 'deploy', service: 'checkout', sha: 'abcdef1', atMs: nowMs, outcome: 'failed' },
    {
      kind: 'level',
      service: 'checkout',
      metric: 'error_ratio',
      fromMs: nowMs - 15 * minute,
      toMs: nowMs,
      samples: 15,
      low: 0.3,
      middle: 0.3,
      high: 0.3,
      past: 0.01,
    },
  ]);
});
