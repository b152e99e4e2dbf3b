import { describe, expect, test } from 'vitest';
import { buildWorld } from '../../src/lab/build-world.ts';
import { faultNames } from '../../src/lab/fault-list.ts';
import { initialFiles, repositoryNames } from '../../src/lab/sources/repositories.ts';

const minuteMs = 60_000;
const builds = faultNames.flatMap((fault) =>
  Array.from({ length: 7 }, (_, index) => ({ fault, seed: index + 1, ...buildWorld({ fault, seed: index + 1 }) })),
);

test('pull requests apply one after the other to the initial files', () => {
  for (const { history } of builds) {
    for (const repository of repositoryNames) {
      const tree = new Map<string, string | null>(initialFiles(repository).map(({ path, content }) => [path, content]));
      const pulls = history.filter((pull) => pull.repository === repository);
      expect(pulls.map(({ number }) => number)).toEqual(pulls.map((_, index) => index + 1));
      for (const { files } of pulls) {
        expect(files.length).toBeGreaterThan(0);
        for (const { path, before, after } of files) {
          expect(tree.get(path) ?? null).toBe(before);
          expect(after).not.toBe(before);
          tree.set(path, after);
        }
      }
    }
  }
});

test('times run from opened to merged to started to live, and nothing is merged after the monitor fired', () => {
  for (const { history, world } of builds) {
    for (const pull of history) {
      expect(pull.createdAtMs).toBeLessThan(pull.mergedAtMs);
      expect(pull.mergedAtMs).toBeLessThan(world.alert.triggeredAtMs);
      for (const { startedAtMs, liveAtMs } of pull.deploys) {
        expect(startedAtMs).toBeGreaterThan(pull.mergedAtMs);
        expect(liveAtMs).toBeGreaterThan(startedAtMs);
      }
    }
    const openings = history
      .filter(({ repository }) => repository === 'acme/shop')
      .map(({ createdAtMs }) => createdAtMs);
    expect(openings).toEqual(openings.toSorted((left, right) => left - right));
  }
});

test('the truth points at the one faulty pull request, which is live before the onset', () => {
  for (const { history, truth } of builds) {
    const faulty = history.filter((pull) => pull.faulty);
    expect(faulty.length).toBe(truth.remedy === 'revert' ? 1 : 0);
    for (const pull of faulty) {
      expect(truth.change).toBe(`${pull.repository}#${pull.number}`);
      expect(pull.deploys.map(({ service }) => service)).toEqual([truth.entity]);
      expect(pull.deploys[0]?.liveAtMs).toBeLessThanOrEqual(truth.onsetMs);
    }
  }
});

test('no later pull request touches the files of the faulty one, so that a revert is clean', () => {
  for (const { history } of builds) {
    const index = history.findIndex(({ faulty }) => faulty);
    const paths = new Set(history[index]?.files.map(({ path }) => path));
    const later =
      index < 0 ? [] : history.slice(index + 1).filter(({ repository }) => repository === history[index]?.repository);
    expect(later.filter(({ files }) => files.some(({ path }) => paths.has(path)))).toEqual([]);
  }
});

test('the deployment of a flag fault is an event that went out before the onset', () => {
  for (const { world, truth, startAtMs } of builds.filter(({ fault }) => fault === 'feature-flag')) {
    const found = world
      .events(truth.onsetMs - 30 * minuteMs, startAtMs)
      .filter(({ id }) => `event:${id}` === truth.change);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ changeType: 'feature_flag', service: truth.entity });
    expect(found[0]?.atMs).toBeLessThan(truth.onsetMs);
  }
});

test('event ids are unique', () => {
  for (const { world, truth, startAtMs } of builds) {
    const ids = world.events(truth.onsetMs - 7 * 1440 * minuteMs, startAtMs).map(({ id }) => id);
    expect(ids.length).toBeGreaterThan(20);
    expect(new Set(ids).size).toBe(ids.length);
  }
});

describe('decoys', () => {
  const recent = builds.map(({ history, truth }) => ({
    truth,
    pulls: history.filter(
      ({ mergedAtMs, faulty }) =>
        !faulty && mergedAtMs > truth.onsetMs - 5 * 60 * minuteMs && mergedAtMs < truth.onsetMs,
    ),
  }));

  test('two to five innocent pull requests were merged in the hours before every onset', () => {
    for (const { pulls } of recent) {
      expect(pulls.length).toBeGreaterThanOrEqual(2);
      expect(pulls.length).toBeLessThanOrEqual(6);
    }
  });

  test('one is on an unrelated service, and one only touches documentation or tests near the trouble', () => {
    for (const { pulls, truth } of recent) {
      expect(pulls.some(({ deploys }) => deploys.some(({ service }) => service !== truth.entity))).toBe(true);
      expect(
        pulls.some(
          ({ deploys, files }) => deploys.length === 0 && files.every(({ path }) => /README|test\//.test(path)),
        ),
      ).toBe(true);
    }
  });

  test('in many incidents one went live closer to the onset than the change at fault', () => {
    const changes = builds.filter(({ truth }) => truth.remedy === 'revert');
    const closer = changes.filter(({ history, truth }) => {
      const liveAtMs = history.find(({ faulty }) => faulty)?.deploys[0]?.liveAtMs ?? 0;
      return history.some(
        ({ faulty, deploys }) =>
          !faulty && deploys.some((deploy) => deploy.liveAtMs > liveAtMs && deploy.liveAtMs <= truth.onsetMs),
      );
    });
    expect(closer.length / changes.length).toBeGreaterThan(0.3);
  });
});
