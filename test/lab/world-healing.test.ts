import { describe, expect, test } from 'vitest';
import { buildWorld } from '../../src/lab/build-world.ts';
import { faultNames } from '../../src/lab/fault-list.ts';
import type { Intervention } from '../../src/lab/world.ts';

const minuteMs = 60_000;
const seeds = [1, 2, 3, 4, 5, 6];

const play = (fault: string, seed: number, act: (built: ReturnType<typeof buildWorld>) => readonly Intervention[]) => {
  const built = buildWorld({ fault, seed });
  for (const intervention of act(built)) built.world.intervene(intervention);
  const { monitor } = built.world.alert;
  return {
    ...built,
    valueAfter: (minutes: number): number =>
      built.world.metric(monitor.service, monitor.metric, built.startAtMs + minutes * minuteMs) ?? Number.NaN,
    stateAfter: (minutes: number) => built.world.monitorState(monitor, built.startAtMs + minutes * minuteMs),
  };
};

const merge = (repository: string, atMs: number, heals: boolean): Intervention => ({
  kind: 'merge',
  repository,
  sha: 'b'.repeat(40),
  atMs,
  heals,
});

const rightHeal = ({ truth, startAtMs, world }: ReturnType<typeof buildWorld>): readonly Intervention[] => {
  if (truth.remedy === 'revert') return [merge(truth.change?.split('#')[0] ?? '', startAtMs, true)];
  const event = world.events(truth.onsetMs - 60 * minuteMs, startAtMs).find(({ id }) => truth.change === `event:${id}`);
  const flag = event?.tags.find((tag) => tag.startsWith('flag:'))?.slice(5) ?? '';
  return [{ kind: 'workflow', workflow: 'feature-flag.yml', inputs: { flag, enabled: 'false' }, atMs: startAtMs }];
};

const healable = faultNames.filter((fault) => buildWorld({ fault, seed: 1 }).truth.remedy !== 'none');
const helpless = faultNames.filter((fault) => !healable.includes(fault) && fault !== 'noisy-monitor');

describe('the right remedy', () => {
  test('exists for changes only', () => {
    expect(healable).toEqual([
      'bad-deploy',
      'slow-query',
      'pool-exhaustion',
      'memory-leak',
      'config-change',
      'feature-flag',
    ]);
    expect(helpless).toHaveLength(6);
  });

  test.for(healable)('brings the signal of %s below its threshold within six minutes', (fault) => {
    for (const seed of seeds) {
      const { valueAfter, stateAfter, world } = play(fault, seed, rightHeal);
      expect(stateAfter(0)).toBe('alert');
      expect(valueAfter(6)).toBeLessThan(world.alert.monitor.threshold);
      expect(stateAfter(10)).toBe('ok');
    }
  });

  test('undone brings the trouble back', () => {
    const { stateAfter } = play('bad-deploy', 2, (built) => {
      const repository = built.truth.change?.split('#')[0] ?? '';
      return [merge(repository, built.startAtMs, true), merge(repository, built.startAtMs + 20 * minuteMs, false)];
    });
    expect([stateAfter(15), stateAfter(35)]).toEqual(['ok', 'alert']);
  });

  test('of a flag shows as an event of its own', () => {
    const { world, startAtMs } = play('feature-flag', 1, rightHeal);
    expect(world.events(startAtMs, startAtMs + minuteMs).map(({ title }) => title)).toEqual([
      expect.stringMatching(/^Flag \S+ set to 0 %$/),
    ]);
  });
});

describe('the wrong remedy', () => {
  test.for(healable)('changes nothing about %s', (fault) => {
    for (const seed of seeds) {
      const { stateAfter } = play(fault, seed, ({ truth, startAtMs }) => [
        merge(truth.change?.split('#')[0] ?? 'acme/shop', startAtMs, false),
        merge('acme/ops', startAtMs, true),
        { kind: 'workflow', workflow: 'restart.yml', inputs: { service: truth.entity ?? '' }, atMs: startAtMs },
        {
          kind: 'workflow',
          workflow: 'feature-flag.yml',
          inputs: { flag: 'other', enabled: 'false' },
          atMs: startAtMs,
        },
      ]);
      expect([stateAfter(10), stateAfter(20)]).toEqual(['alert', 'alert']);
    }
  });

  test.for(helpless)('is every remedy for %s', (fault) => {
    for (const seed of seeds) {
      const { stateAfter } = play(fault, seed, ({ startAtMs }) =>
        ['acme/shop', 'acme/payments', 'acme/platform'].map((repository) => merge(repository, startAtMs, true)),
      );
      expect([stateAfter(10), stateAfter(60)]).toEqual(['alert', 'alert']);
    }
  });
});
