import { describe, expect, it } from 'vitest';
import { rank } from '../../src/rootcause/rank.ts';
import type { PodSeries, Rollout, Telemetry } from '../../src/rootcause/telemetry.ts';

const minute = 60_000;
const startMs = 10 * minute;

type Behaviour = { readonly fresh: number | null; readonly old: number; readonly before?: number };

/** Old pods from minute 0, new ones from the start of the rollout, one sample a minute until minute 20. */
function rollout(service: string, { fresh, old, before = 1 }: Behaviour, startedMs = startMs): Rollout {
  const minutes = Array.from({ length: 20 }, (_, at) => at * minute);
  const series = (pod: string, isNew: boolean, points: PodSeries['points']): PodSeries => ({
    pod: `${service}-${pod}`,
    isNew,
    metric: 'success_ratio',
    points,
  });
  const after = minutes.filter((atMs) => atMs >= startedMs);
  return {
    id: `deploy:${service}`,
    service,
    startedMs,
    evidence: 'E3',
    pods: [
      series(
        'a',
        false,
        minutes.map((atMs) => [atMs, atMs < startedMs ? before : old]),
      ),
      ...(fresh === null
        ? []
        : [
            series(
              'b',
              true,
              after.map((atMs) => [atMs, fresh]),
            ),
          ]),
    ],
  };
}

const document = (rollouts: readonly Rollout[], more: Partial<Telemetry> = {}): Telemetry => ({
  alert: null,
  window: { fromMs: 12 * minute, toMs: 20 * minute },
  services: [],
  edges: [
    { from: 'web', to: 'cart' },
    { from: 'web', to: 'pay' },
  ],
  series: [],
  logs: [],
  edgeStats: [],
  changes: [],
  rollouts,
  ...more,
});

const changes = (telemetry: Telemetry) => rank(telemetry).causes.map(({ change }) => change);

const well: Behaviour = { fresh: 1, old: 1 };

describe('a rollout', () => {
  it('whose new pods fail while its old pods do not comes first, with both figures and its evidence', () => {
    const ranking = rank(document([rollout('cart', well), rollout('pay', { fresh: 0.4, old: 0.99 })]));

    expect(ranking).toMatchObject({
      outcome: 'ranked',
      causes: [{ entity: 'pay', kind: 'bad-deploy', change: 'deploy:pay' }],
    });
    expect(ranking.causes[0]?.reasons[0]).toMatchObject({
      channel: 'rollout',
      says: 'New pods of pay answer 40.0 % of calls, old pods 99.0 %.',
      evidence: ['E3'],
    });
  });

  it('is cleared when old and new pods suffer alike from the first minute of another one', () => {
    const suffering = { fresh: 0.9, old: 0.9, before: 0.9 };

    expect(changes(document([rollout('web', suffering), rollout('pay', { fresh: 0.4, old: 0.99 })]))[0]).toBe(
      'deploy:pay',
    );
  });

  it('whose new pods never answer is suspected though no series shows them', () => {
    expect(changes(document([rollout('cart', well), rollout('pay', { fresh: null, old: 1 })]))[0]).toBe('deploy:pay');
  });

  it('that began after the symptom yields to one before it', () => {
    const late = rollout('cart', { fresh: 0.4, old: 1 }, 15 * minute);

    expect(changes(document([late, rollout('pay', { fresh: 0.6, old: 1 })]))[0]).toBe('deploy:pay');
  });

  it('off the path of the alerting service yields to an equal one on it', () => {
    const alert = {
      service: 'web',
      metric: 'error_ratio',
      comparator: '>',
      threshold: 0.1,
      triggeredAtMs: 12 * minute,
    };
    const equal = { fresh: 0.5, old: 1 };
    const pair = [rollout('batch', equal), rollout('pay', equal)];

    expect(changes(document(pair))[0]).toBe('deploy:batch');
    expect(changes(document(pair, { alert: { ...alert, comparator: '>' } }))[0]).toBe('deploy:pay');
  });

  it('is ranked the same whatever the order of rollouts and pods', () => {
    const given = [rollout('cart', { fresh: 0.7, old: 0.9 }), rollout('pay', { fresh: 0.4, old: 0.99 })];
    const turned = given.toReversed().map((one) => ({ ...one, pods: one.pods.toReversed() }));

    expect(rank(document(turned))).toEqual(rank(document(given)));
  });
});
