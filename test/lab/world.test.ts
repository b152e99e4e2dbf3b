import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { buildWorld } from '../../src/lab/build-world.ts';
import { faultNames } from '../../src/lab/fault-list.ts';
import { monitorValue, violates } from '../../src/lab/monitors.ts';
import { calls } from '../../src/lab/shop.ts';
import type { ShopMonitor, World, WorldMetric } from '../../src/lab/world.ts';
import { knownMetrics } from '../../src/rootcause/telemetry.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const seeds = [1, 2, 3, 4, 5, 6];
const metrics: readonly WorldMetric[] = knownMetrics;

const meanOf = (world: World, monitor: ShopMonitor, atMs: number): number =>
  monitorValue((at) => world.metric(monitor.service, monitor.metric, at), atMs) ?? Number.NaN;

const builds = faultNames.flatMap((fault) => seeds.map((seed) => ({ fault, seed, ...buildWorld({ fault, seed }) })));

describe('the same seed', () => {
  test('gives the same world, in whatever order it is asked', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...faultNames),
        fc.integer({ min: 1, max: 100_000 }),
        fc.array(fc.integer({ min: -600, max: 90 }), { minLength: 1, maxLength: 12 }),
        (fault, seed, minutes) => {
          const one = buildWorld({ fault, seed });
          const other = buildWorld({ fault, seed });
          const answers = ({ world, truth }: typeof one, order: readonly number[]) =>
            order
              .map((minute) => {
                const atMs = truth.onsetMs + minute * minuteMs;
                const service = world.services[Math.abs(minute) % world.services.length]?.id ?? 'web';
                return JSON.stringify([
                  minute,
                  metrics.map((metric) => world.metric(service, metric, atMs)),
                  world.logs(service, atMs, atMs + 2 * minuteMs),
                  world.edge('checkout', 'orders', { fromMs: atMs, toMs: atMs + 5 * minuteMs }),
                  world.events(atMs - hourMs, atMs),
                ]);
              })
              .sort();
          expect(answers(other, minutes.toReversed())).toEqual(answers(one, minutes));
          expect(other.truth).toEqual(one.truth);
          expect(other.history).toEqual(one.history);
          expect(other.startAtMs).toBe(one.startAtMs);
        },
      ),
      { numRuns: 20 },
    );
  });

  test('is the same again after a restart with the stored onset and interventions', () => {
    const first = buildWorld({ fault: 'config-change', seed: 3 });
    const merge = {
      kind: 'merge',
      repository: first.truth.change?.split('#')[0] ?? '',
      sha: 'a'.repeat(40),
      atMs: first.startAtMs + minuteMs,
      heals: true,
    } as const;
    first.world.intervene(merge);
    const second = buildWorld({
      fault: 'config-change',
      seed: 3,
      onsetMs: first.truth.onsetMs,
      interventions: first.world.interventions(),
    });
    const { monitor } = first.world.alert;
    const read = (world: World) =>
      Array.from({ length: 20 }, (_, index) =>
        world.metric(monitor.service, monitor.metric, first.startAtMs + index * minuteMs),
      );
    expect(read(second.world)).toEqual(read(first.world));
    expect(second.world.alert).toEqual(first.world.alert);
  });

  test('the incident can be moved to about a given moment', () => {
    const startAtMs = Date.UTC(2026, 10, 22, 3, 17, 5);
    for (const fault of faultNames) {
      const built = buildWorld({ fault, seed: 2, startAtMs });
      expect(Math.abs(built.startAtMs - startAtMs)).toBeLessThan(8 * minuteMs);
    }
  });
});

test('different seeds break different services in different ways', () => {
  for (const fault of faultNames) {
    const worlds = Array.from({ length: 25 }, (_, seed) => buildWorld({ fault, seed: seed + 1 }));
    const variants = new Set(worlds.map(({ truth, world }) => `${truth.entity} ${world.alert.monitor.service}`));
    expect(variants.size).toBeGreaterThanOrEqual(3);
  }
});

describe('the monitor that fires', () => {
  test('is in violation when it fires, and was not for an hour before, except where nothing is wrong', () => {
    for (const { world, truth } of builds.filter(({ truth: { kind } }) => kind !== 'nothing-wrong')) {
      const { monitor, triggeredAtMs } = world.alert;
      expect(world.monitorState(monitor, triggeredAtMs)).toBe('alert');
      expect(triggeredAtMs - truth.onsetMs).toBeGreaterThan(minuteMs);
      const before = Array.from({ length: 60 }, (_, index) => truth.onsetMs - index * minuteMs);
      expect(before.filter((atMs) => world.monitorState(monitor, atMs) === 'alert').length).toBe(0);
    }
  });

  test('often is not the one of the service at fault', () => {
    const real = builds.filter(({ truth }) => truth.entity !== null);
    const elsewhere = real.filter(({ truth, world }) => world.alert.monitor.service !== truth.entity);
    expect(elsewhere.length / real.length).toBeGreaterThan(0.5);
  });

  test('where nothing is wrong, the signal is back in its usual range when people look', () => {
    for (const { world, startAtMs } of builds.filter(({ truth: { kind } }) => kind === 'nothing-wrong')) {
      const { monitor } = world.alert;
      const usual = Array.from({ length: 4 * 60 }, (_, index) => {
        return world.metric(monitor.service, monitor.metric, startAtMs - (index + 15) * 6 * minuteMs) ?? 0;
      }).sort((left, right) => left - right);
      const now = [1, 2, 3].map((back) => world.metric(monitor.service, monitor.metric, startAtMs - back * minuteMs));
      const most = usual[Math.floor(usual.length * 0.995)] ?? 0;
      const mean = now.reduce<number>((sum, value) => sum + (value ?? 0), 0) / now.length;
      expect(mean).toBeLessThan(most);
      expect(world.monitorState(monitor, world.alert.triggeredAtMs)).toBe('alert');
    }
  });
});

test('on a healthy day the usual monitors are quiet for more than 99 % of the time', () => {
  for (const seed of [11]) {
    const { world, truth } = buildWorld({ fault: 'certificate-expiry', seed });
    let asked = 0;
    let alarms = 0;
    for (let minute = 60; minute < 24 * 60; minute += 1) {
      for (const monitor of world.monitors) {
        asked += 1;
        if (violates(monitor, meanOf(world, monitor, truth.onsetMs - minute * minuteMs))) alarms += 1;
      }
    }
    expect(asked).toBeGreaterThan(20_000);
    expect(alarms / asked).toBeLessThan(0.01);
  }
});

test('metrics stay within what their units allow', () => {
  const readings = builds.flatMap(({ world, truth }) =>
    world.services.flatMap(({ id }) =>
      metrics.flatMap((metric) =>
        [-7 * 1440, -60, 0, 3, 30].map((minute) => ({
          metric,
          value: world.metric(id, metric, truth.onsetMs + minute * minuteMs),
        })),
      ),
    ),
  );
  const known = readings.filter(({ value }) => value !== null);
  const outside = known.filter(
    ({ metric, value }) => value !== null && !(value >= 0 && value <= (metric.endsWith('_ratio') ? 1 : 1e6)),
  );
  expect(known.length).toBeGreaterThan(15_000);
  expect(outside).toEqual([]);
});

test('a week-old window is answered in milliseconds', () => {
  const readings = [7, 8, 9].map((days) => {
    const { world, truth } = buildWorld({ fault: 'slow-query', seed: 1 });
    const fromMs = truth.onsetMs - days * 24 * hourMs;
    const startedMs = performance.now();
    const values = Array.from({ length: 60 }, (_, index) =>
      world.metric('checkout', 'latency_p95_ms', fromMs + index * minuteMs),
    );
    const lines = world.logs('checkout', fromMs, fromMs + 10 * minuteMs);
    return { values, lines, elapsedMs: performance.now() - startedMs };
  });
  expect(Math.min(...readings.map(({ elapsedMs }) => elapsedMs))).toBeLessThan(200);
  for (const { values, lines } of readings) {
    expect(values.every((value) => value !== null && value > 300 && value < 1500)).toBe(true);
    expect(lines.length).toBeGreaterThan(20);
  }
});

describe('logs', () => {
  test('hold 2 to 40 lines a minute, in order, inside the window, also during a fault', () => {
    for (const { world, truth } of builds.filter(({ seed }) => seed === 1)) {
      for (const service of world.services.filter(({ repository }) => repository !== null)) {
        const fromMs = truth.onsetMs + 90_500;
        const lines = world.logs(service.id, fromMs, fromMs + 5 * minuteMs);
        expect(lines.length).toBeGreaterThanOrEqual(10);
        expect(lines.length).toBeLessThanOrEqual(6 * 40);
        expect(lines.map(({ atMs }) => atMs)).toEqual(lines.map(({ atMs }) => atMs).toSorted((a, b) => a - b));
        expect(lines.every(({ atMs }) => atMs >= fromMs && atMs < fromMs + 5 * minuteMs)).toBe(true);
      }
    }
  });

  test('of a healthy shop hold errors and warnings too, so that an error alone means nothing', () => {
    const { world, truth } = buildWorld({ fault: 'disk-full', seed: 1 });
    for (const { id, repository } of world.services) {
      if (repository === null) continue;
      const lines = world.logs(id, truth.onsetMs - 30 * hourMs, truth.onsetMs - 25 * hourMs);
      const errors = lines.filter(({ level }) => level === 'error').length / lines.length;
      expect(errors).toBeGreaterThan(0.0005);
      expect(errors).toBeLessThan(0.08);
    }
  });

  test('of providers outside do not exist', () => {
    const { world, truth } = buildWorld({ fault: 'dependency-outage', seed: 1 });
    expect(world.logs('cardgate', truth.onsetMs, truth.onsetMs + hourMs)).toEqual([]);
    expect(world.metric('cardgate', 'latency_p95_ms', truth.onsetMs)).toBeNull();
  });
});

test('every edge of the call graph carries calls, and an edge that does not exist none', () => {
  const { world, truth } = buildWorld({ fault: 'bad-deploy', seed: 1 });
  const window = { fromMs: truth.onsetMs - hourMs, toMs: truth.onsetMs };
  for (const { from, to } of calls) expect(world.edge(from, to, window).calls).toBeGreaterThan(100);
  expect(world.edge('search', 'payments', window)).toEqual({ calls: 0, errors: 0, p95Ms: 0 });
  for (const service of world.services) {
    expect(service.dependsOn.toSorted()).toEqual(
      calls
        .filter(({ from }) => from === service.id)
        .map(({ to }) => to)
        .sort(),
    );
  }
});

test('nothing in telemetry or history names the truth', () => {
  const forbidden = new RegExp(
    `${faultNames.join('|')}|decoy|faulty|injected|simulat|scenario|\\bfault\\b|\\blab\\b`,
    'i',
  );
  for (const { world, truth, history, startAtMs } of builds.filter(({ seed }) => seed <= 3)) {
    const logs = world.services.flatMap(({ id }) => world.logs(id, truth.onsetMs - 5 * minuteMs, startAtMs));
    const texts = [
      ...logs.map(({ message }) => message),
      ...world
        .events(truth.onsetMs - 24 * hourMs, startAtMs)
        .map((event) => JSON.stringify({ ...event, changeType: '', tags: [] })),
      ...world.monitors.map(({ name }) => name),
      ...history.flatMap(({ title, body, branch, author, files }) => [
        title,
        body,
        branch,
        author,
        ...files.map(({ path, after }) => `${path}\n${after ?? ''}`),
      ]),
    ];
    expect(texts.length).toBeGreaterThan(100);
    const naming = [...new Set(texts)].filter((text) => forbidden.test(text));
    expect(naming).toEqual([]);
  }
});

test('an unknown name is refused with the names that exist', () => {
  expect(() => buildWorld({ fault: 'gremlins', seed: 1 })).toThrow(/Choose one of: bad-deploy, slow-query/);
});
