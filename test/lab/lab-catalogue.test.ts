import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { Catalogue } from '../../src/core/catalogue.ts';
import { catalogueYaml } from '../../src/lab/catalogue.ts';
import { scoreAnswer } from '../../src/lab/score.ts';
import { shopServices } from '../../src/lab/shop.ts';
import type { Truth } from '../../src/lab/world.ts';

const catalogue: Omit<Catalogue, 'version'> = parse(catalogueYaml(shopServices));

test('the catalogue describes every service, with owners and dependencies that exist', () => {
  const ids = new Set(catalogue.services.map(({ id }) => id));
  expect(ids.size).toBe(shopServices.length);
  for (const service of catalogue.services) {
    expect(service.dependsOn.every((id) => ids.has(id))).toBe(true);
    expect(service.owners.every((id) => catalogue.groups.some((group) => group.id === id))).toBe(true);
    expect(service.logGroups.every((name) => name === `/shop/prod/${service.id}`)).toBe(true);
  }
  const own = catalogue.services.filter(({ repository }) => repository !== null);
  const inCloudWatch = own.filter(({ logGroups }) => logGroups.length > 0).length;
  expect([4, 5, 6]).toContain(inCloudWatch);
});

test('whoever asks, two other people may approve a change to any service', () => {
  for (const service of catalogue.services) {
    const approvers = new Set(
      catalogue.groups.filter(({ id }) => service.owners.includes(id)).flatMap(({ members }) => members),
    );
    for (const requester of catalogue.people) {
      expect([...approvers].filter((id) => id !== requester.id).length).toBeGreaterThanOrEqual(2);
    }
  }
  expect(catalogue.people.map(({ id, onCall }) => [id, onCall])).toContainEqual(['dana', true]);
  for (const { accounts } of catalogue.people) expect(Object.keys(accounts)).toEqual(['web', 'slack', 'teams']);
});

describe('an answer', () => {
  const truth: Truth = {
    fault: 'bad-deploy',
    entity: 'orders',
    kind: 'bad-deploy',
    change: 'acme/shop#7',
    onsetMs: 0,
    remedy: 'revert',
  };
  const quiet: Truth = { ...truth, fault: 'noisy-monitor', entity: null, kind: 'nothing-wrong', change: null };
  const cause = { entity: 'orders', kind: 'bad-deploy', change: 'acme/shop#7' };

  test('is right only with the entity, the kind and the exact change first', () => {
    const right = (...causes: readonly (typeof cause)[]) => scoreAnswer(truth, { outcome: 'ranked', causes }).right;
    expect(right(cause)).toBe(true);
    expect(right({ ...cause, entity: 'checkout' }, cause)).toBe(false);
    expect(right({ ...cause, kind: 'config-change' })).toBe(false);
    expect(right({ ...cause, change: 'acme/shop#8' })).toBe(false);
    expect(right()).toBe(false);
  });

  test('that names a wrong cause is worse than none', () => {
    expect(scoreAnswer(truth, { outcome: 'ranked', causes: [{ ...cause, entity: 'web' }] }).wrongCause).toBe(true);
    expect(scoreAnswer(truth, { outcome: 'cannot-tell', causes: [] })).toMatchObject({
      right: false,
      wrongCause: false,
    });
    expect(scoreAnswer(quiet, { outcome: 'ranked', causes: [cause] }).wrongCause).toBe(true);
  });

  test('to a monitor that cried wolf is right when it says that nothing is wrong', () => {
    expect(scoreAnswer(quiet, { outcome: 'nothing-wrong', causes: [] }).right).toBe(true);
    expect(scoreAnswer(quiet, { outcome: 'cannot-tell', causes: [] }).right).toBe(false);
  });
});
