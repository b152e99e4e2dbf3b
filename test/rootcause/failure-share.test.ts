import { describe, expect, it } from 'vitest';
import { rank } from '../../src/rootcause/rank.ts';
import { faults } from './synthetic-faults.ts';
import { compose } from './synthetic-incident.ts';

describe('availability is read as its failures', () => {
  const fault = faults['bad deploy'];
  if (fault === undefined) throw new Error('the case is gone');
  const { telemetry } = compose(6, fault);
  const asAvailability = (top: number) => {
    const rename = (metric: string): string => (metric === 'error_ratio' ? 'availability' : metric);
    return {
      ...telemetry,
      alert: telemetry.alert && {
        ...telemetry.alert,
        metric: 'availability',
        comparator: '<' as const,
        threshold: top * 0.97,
      },
      series: telemetry.series.map((one) => ({
        ...one,
        metric: rename(one.metric),
        points: one.points.map(
          ([atMs, value]) => [atMs, one.metric === 'error_ratio' ? top * (1 - value) : value] as const,
        ),
      })),
    };
  };

  it.each([1, 100])('of %d at best: the same cause, with levels in the given terms', (top) => {
    const ranking = rank(asAvailability(top));

    expect(ranking.causes[0]?.change).toBe(rank(telemetry).causes[0]?.change);
    expect((ranking.before ?? 0) / top).toBeGreaterThan(0.98);
    expect((ranking.after ?? top) / top).toBeLessThan(0.95);
  });
});
