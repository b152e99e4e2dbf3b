import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { learnOf, normalise, scoreDetections } from '../../bench/rca/nab-score.ts';
import { readLabels, readSeriesOf } from '../../bench/rca/read-series.ts';
import { scoreChanges } from '../../bench/rca/tcpd-score.ts';
import { findChanges } from '../../src/rootcause/metrics/change-list.ts';
import { findAnomalies } from '../../src/rootcause/metrics/online-anomalies.ts';
import { optionalData } from '../support/optional-data.ts';
import { seededStream } from './synthetic-incident.ts';

const noise = (length: number, seed: number): number[] => {
  const dice = seededStream(seed);
  return Array.from({ length }, () => dice() + dice() + dice() - 1.5);
};

describe('lasting changes of a series', () => {
  it('are found where the level moves, and nowhere else', () => {
    const values = noise(150, 3).map((value, at) => value + (at < 50 || at >= 100 ? 0 : 8));
    const [first = 0, second = 0, ...others] = findChanges(values);

    expect(Math.abs(first - 50)).toBeLessThanOrEqual(1);
    expect(Math.abs(second - 100)).toBeLessThanOrEqual(1);
    expect(others).toEqual([]);
  });

  it('are not found in a steady trend, in noise, or in too few samples', () => {
    expect(findChanges(noise(150, 4).map((value, at) => value + at))).toEqual([]);
    expect(findChanges(noise(150, 5))).toEqual([]);
    expect(findChanges([1, 2])).toEqual([]);
    expect(findChanges(Array.from({ length: 40 }, () => 7))).toEqual([]);
  });
});

describe('anomalies of a stream', () => {
  const day = 96;
  const stream = noise(1200, 6).map(
    (value, at) => value + 10 * Math.sin((2 * Math.PI * at) / day) + (at > 900 && at < 930 ? 25 : 0),
  );
  const watch = { learn: 300, season: day };

  it('are told when a day departs from the days before', () => {
    const alarms = findAnomalies(stream, watch);

    expect(alarms.some((at) => at > 900 && at < 935)).toBe(true);
    expect(alarms.length).toBeLessThanOrEqual(8);
  });

  it('use no sample that is still to come', () => {
    const seen = findAnomalies(stream, watch).filter((at) => at < 910);

    expect(findAnomalies(stream.slice(0, 910), watch)).toEqual(seen);
  });

  it('do not depend on the unit', () => {
    fc.assert(
      fc.property(fc.constantFrom(1e-6, 1024, 1_048_576), (factor) => {
        const alarms = findAnomalies(stream, watch);
        // Powers of two scale without rounding; other units may move a rank that is tied.
        const scaled = findAnomalies(
          stream.map((value) => value * factor),
          watch,
        );
        expect(Math.abs(scaled.length - alarms.length)).toBeLessThanOrEqual(factor >= 1 ? 0 : 1);
      }),
      { numRuns: 6 },
    );
  });
});

describe('the published scores', () => {
  it('give a stream detector 0 for silence, less for noise, and nearly 100 for the first sample of each window', () => {
    const windows = [{ from: 300, to: 400 }];

    expect(normalise([scoreDetections([], windows, 150)])).toBe(0);
    expect(normalise([scoreDetections([200, 250], windows, 150)])).toBeLessThan(0);
    expect(normalise([scoreDetections([300, 350], windows, 150)])).toBeCloseTo(100, 0);
    expect(normalise([scoreDetections([100], windows, 150)])).toBe(0);
    expect(learnOf(10_000)).toBe(750);
  });

  it('give change points precision over all annotators and recall over each', () => {
    expect(scoreChanges([50], [[50], [48]])).toBeCloseTo((2 * (1 * 1)) / 2);
    expect(scoreChanges([], [[50], []])).toBeCloseTo((2 * 0.75) / 1.75);
    expect(scoreChanges([50, 52], [[50]])).toBeCloseTo((2 * (2 / 3)) / (5 / 3));
  });
});

const recorded = optionalData('rca/tcpd/dev.tar.gz');
describe.skipIf(recorded === null)('on annotated series (absent: skipped)', () => {
  it('is above never finding any', () => {
    const dataDir = recorded === null ? '' : recorded.replace(/\/tcpd\/.*$/u, '');
    const labels = readLabels(dataDir, 'tcpd', 'dev');
    const scores = readSeriesOf(dataDir, 'tcpd', 'dev').map(({ id, values }) => {
      const marks = Object.values(Object(labels?.get(id))).map((points) =>
        Array.isArray(points) ? points.map(Number) : [],
      );
      return { engine: scoreChanges(findChanges(values), marks), never: scoreChanges([], marks) };
    });
    const mean = (of: (one: (typeof scores)[number]) => number): number =>
      scores.reduce((sum, one) => sum + of(one), 0) / scores.length;

    expect(mean(({ engine }) => engine)).toBeGreaterThan(0.72);
    expect(mean(({ engine }) => engine)).toBeGreaterThan(mean(({ never }) => never) + 0.05);
  });
});
