import { describe, expect, test } from 'vitest';
import { buildWorld } from '../../src/lab/build-world.ts';
import { faultNames } from '../../src/lab/fault-list.ts';
import type { Intervention } from '../../src/lab/world.ts';
import { flagInEvents, queueInLogs } from '../support/lab-hints.ts';

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

type Built = ReturnType<typeof buildWorld>;

const run = (workflow: string, inputs: { readonly [name: string]: string }, atMs: number): Intervention => ({
  kind: 'workflow',
  workflow,
  inputs,
  atMs,
});

/** What the operations repository can run against each fault, by the fault. */
const runs: { readonly [fault: string]: (built: Built, target: string) => readonly [string, Record<string, string>] } =
  {
    'feature-flag': (built) => ['feature-flag.yml', { flag: flagInEvents(built), enabled: 'false' }],
    'memory-leak': (_built, service) => ['restart.yml', { service }],
    'pool-exhaustion': (_built, service) => ['pool-size.yml', { service, max: '40' }],
    'traffic-surge': (_built, service) => ['scale-out.yml', { service, percent: '100' }],
    'certificate-expiry': (_built, service) => ['rotate-certificate.yml', { service }],
    'disk-full': (_built, store) => ['clean-up-disk.yml', { store }],
    'dns-failure': (_built, service) => ['restart-resolver.yml', { service }],
    'quota-exhausted': (_built, provider) => ['provider-quota.yml', { provider, level: 'raised' }],
    'poison-message': (built, service) => ['purge-queue.yml', { service, queue: queueInLogs(built) }],
    'dependency-outage': (_built, provider) => ['provider-fallback.yml', { provider, enabled: 'true' }],
  };

const runOf = (fault: string, built: Built, target = built.truth.entity ?? ''): readonly Intervention[] => {
  const chosen = runs[fault]?.(built, target);
  return chosen === undefined ? [] : [run(chosen[0], chosen[1], built.startAtMs)];
};

const rightHeal = (built: Built): readonly Intervention[] => {
  const { truth, startAtMs } = built;
  if (truth.remedy === 'revert') return [merge(truth.change?.split('#')[0] ?? '', startAtMs, true)];
  return runOf(truth.fault, built);
};

/** The same run with everything right but the thing it is aimed at. */
const elsewhere = (fault: string, built: Built): readonly Intervention[] =>
  fault === 'feature-flag'
    ? [run('feature-flag.yml', { flag: 'other', enabled: 'false' }, built.startAtMs)]
    : runOf(fault, built, built.truth.entity === 'shipping' ? 'cart' : 'shipping');

const isHopeless = (fault: string, seed: number): boolean => buildWorld({ fault, seed }).truth.remedy === 'none';
const healable = faultNames.filter((fault) => !seeds.every((seed) => isHopeless(fault, seed)));
const curable = (fault: string): readonly number[] => seeds.filter((seed) => !isHopeless(fault, seed));

describe('the right remedy', () => {
  test('exists for every fault, but not for a provider that nothing stands in for', () => {
    expect(healable).toEqual(faultNames.filter((fault) => fault !== 'noisy-monitor'));
    const outages = Array.from({ length: 40 }, (_, seed) => buildWorld({ fault: 'dependency-outage', seed }).truth);
    expect([...new Set(outages.filter(({ remedy }) => remedy === 'none').map(({ entity }) => entity))]).toEqual([
      'cardgate',
    ]);
  });

  test.for(healable)('brings the signal of %s below its threshold within six minutes', (fault) => {
    for (const seed of curable(fault)) {
      const { valueAfter, stateAfter, world } = play(fault, seed, rightHeal);
      expect(stateAfter(0)).toBe('alert');
      expect(valueAfter(6)).toBeLessThan(world.alert.monitor.threshold);
      expect(stateAfter(10)).toBe('ok');
    }
  });

  test.for(Object.keys(runs))('is also a workflow for %s', (fault) => {
    for (const seed of curable(fault)) {
      const { stateAfter } = play(fault, seed, (built) => runOf(fault, built));
      expect([seed, stateAfter(10)]).toEqual([seed, 'ok']);
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

describe('a restart of a leaking service', () => {
  test('empties its memory, which fills up again and then hurts again', () => {
    for (const seed of seeds) {
      const { world, truth, startAtMs, stateAfter } = play('memory-leak', seed, (built) => runOf('memory-leak', built));
      const memory = (minutes: number): number =>
        world.metric(truth.entity ?? '', 'memory_ratio', startAtMs + minutes * minuteMs) ?? Number.NaN;
      expect(memory(5)).toBeLessThan(0.8);
      expect(memory(45)).toBeGreaterThan(memory(5) + 0.05);
      expect([stateAfter(10), stateAfter(140)]).toEqual(['ok', 'alert']);
    }
  });

  test('relieves as often as it is done, and does not bring back what a rollback ended', () => {
    const again = play('memory-leak', 1, (built) => [
      ...runOf('memory-leak', built),
      ...runOf('memory-leak', { ...built, startAtMs: built.startAtMs + 50 * minuteMs }),
    ]);
    const ended = play('memory-leak', 1, (built) => [
      merge(built.truth.change?.split('#')[0] ?? '', built.startAtMs, true),
      ...runOf('memory-leak', { ...built, startAtMs: built.startAtMs + 20 * minuteMs }),
    ]);
    expect([again.stateAfter(10), again.stateAfter(100), again.stateAfter(190)]).toEqual(['ok', 'ok', 'alert']);
    expect([ended.stateAfter(15), ended.stateAfter(180)]).toEqual(['ok', 'ok']);
  });
});

describe('a deployment of the version before', () => {
  const deployed = (built: Built, change: Record<string, string> = {}): readonly Intervention[] => {
    const [repository = '', pull = ''] = built.truth.change?.split('#') ?? [];
    const inputs = { service: built.truth.entity ?? '', repository, pull, version: 'before', ...change };
    return [run('roll-back.yml', inputs, built.startAtMs)];
  };

  test.for(['bad-deploy', 'slow-query', 'memory-leak', 'config-change', 'pool-exhaustion'])('heals %s', (fault) => {
    for (const seed of seeds) expect(play(fault, seed, deployed).stateAfter(12)).toBe('ok');
  });

  test('of another service, or from after the change, does not', () => {
    for (const seed of seeds) {
      const later = play('bad-deploy', seed, (built) => {
        const [, pull = ''] = built.truth.change?.split('#') ?? [];
        return deployed(built, { pull: String(Number(pull) + 1) });
      });
      const other = play('bad-deploy', seed, (built) => deployed(built, { service: 'notifications' }));
      expect([later.stateAfter(12), other.stateAfter(12)]).toEqual(['alert', 'alert']);
    }
  });
});

describe('more replicas', () => {
  test('take the crowd of every seed, and its traffic stays', () => {
    for (let seed = 1; seed <= 40; seed += 1) {
      const { world, startAtMs, valueAfter } = play('traffic-surge', seed, (built) => runOf('traffic-surge', built));
      const rate = (minutes: number): number =>
        world.metric('web', 'request_rate', startAtMs + minutes * minuteMs) ?? Number.NaN;
      expect([6, 7, 8].map((minutes) => valueAfter(minutes) < world.alert.monitor.threshold)).toEqual([
        true,
        true,
        true,
      ]);
      expect(rate(8)).toBeGreaterThan(rate(0) * 0.9);
    }
  });

  test('taken back bring the queues back', () => {
    const { stateAfter } = play('traffic-surge', 1, (built) => [
      ...runOf('traffic-surge', built),
      run('scale-out.yml', { service: 'web', percent: '0' }, built.startAtMs + 20 * minuteMs),
    ]);
    expect([stateAfter(15), stateAfter(35)]).toEqual(['ok', 'alert']);
  });
});

describe('the wrong remedy', () => {
  test.for(healable)('changes nothing about %s', (fault) => {
    for (const seed of seeds) {
      const { stateAfter } = play(fault, seed, ({ truth, startAtMs }) => [
        merge(truth.change?.split('#')[0] ?? 'acme/shop', startAtMs, false),
        merge('acme/ops', startAtMs, true),
        ...(truth.fault === 'memory-leak' ? [] : [run('restart.yml', { service: truth.entity ?? '' }, startAtMs)]),
        run('feature-flag.yml', { flag: 'other', enabled: 'false' }, startAtMs),
      ]);
      expect([stateAfter(10), stateAfter(20)]).toEqual(['alert', 'alert']);
    }
  });

  test.for(healable)('is every workflow that is meant for something else than %s', (fault) => {
    for (const seed of seeds) {
      const { stateAfter } = play(fault, seed, (built) => [
        ...Object.keys(runs)
          .filter((other) => other !== fault)
          .flatMap((other) => runOf(other, built)),
        ...elsewhere(fault, built),
        run('scale.yml', { service: built.truth.entity ?? '', replicas: '1000' }, built.startAtMs),
      ]);
      expect([seed, stateAfter(10), stateAfter(20)]).toEqual([seed, 'alert', 'alert']);
    }
  });
});
