import { describe, expect, it } from 'vitest';
import { rank } from '../../src/rootcause/rank.ts';
import { recordedWindow, type Shift } from './recorded-window.ts';

const ended = [1, 6, 6, 1, 1];
const felt: Shift = { service: 'front', metric: 'latency', factors: [1, 2, 2, 1, 1] };
const busyFault: readonly Shift[] = [felt, { service: 'busy', metric: 'latency', factors: ended }];

describe('a recorded window with a past of its own', () => {
  it('names the cause of an incident that ended before the window did', () => {
    for (const withAlert of [true, false]) {
      const ranking = rank(recordedWindow({ seed: 1, shifts: busyFault, withAlert }));

      expect(ranking.outcome).toBe('ranked');
      expect(ranking.causes[0]?.entity).toBe('busy');
    }
  });

  it('says that nothing is wrong when the window is like its past', () => {
    for (const seed of [1, 2, 3, 4, 5]) {
      for (const withAlert of [true, false]) {
        expect(rank(recordedWindow({ seed, shifts: [], withAlert })).outcome).not.toBe('ranked');
      }
    }
    expect(rank(recordedWindow({ seed: 1, shifts: [], withAlert: true })).outcome).toBe('nothing-wrong');
  });

  it('names a service below the alert that is far off, though the alerting signal barely feels it', () => {
    const hardlyFelt = { ...felt, factors: [1, 1.06, 1.06, 1, 1] };
    const shifts = [hardlyFelt, { service: 'busy', metric: 'latency', factors: ended }];

    const ranking = rank(recordedWindow({ seed: 2, shifts, withAlert: true }));

    expect(ranking.outcome).toBe('ranked');
    expect(ranking.causes[0]?.entity).toBe('busy');
  });

  it('prefers what moves as the alert does to what was off all along, even when that is further off', () => {
    const shifts = [...busyFault, { service: 'aside', metric: 'latency', factors: [7, 6.5, 7, 6.4, 7] }];

    const ranking = rank(recordedWindow({ seed: 3, shifts, withAlert: true }));

    expect(ranking.causes[0]?.entity).toBe('busy');
    expect(ranking.causes.some(({ entity }) => entity === 'aside')).toBe(true);
  });

  it('does not let a callee that is seldom called excuse its busy caller', () => {
    const shifts = [...busyFault, { service: 'rare', metric: 'latency', factors: [1, 8, 8, 1, 1] }];

    expect(rank(recordedWindow({ seed: 4, shifts, withAlert: true })).causes[0]?.entity).toBe('busy');
  });

  it('lets a callee that is always called excuse its caller', () => {
    const shifts = [...busyFault, { service: 'store', metric: 'latency', factors: [1, 22, 22, 1, 1] }];

    expect(rank(recordedWindow({ seed: 5, shifts, withAlert: true })).causes[0]?.entity).toBe('store');
  });
});
