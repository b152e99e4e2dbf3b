import { describe, expect, it } from 'vitest';
import { natureOf } from '../../src/rootcause/changes/change-nature.ts';
import { joinChanges } from '../../src/rootcause/changes/join-changes.ts';
import { rank } from '../../src/rootcause/rank.ts';
import type { ChangeEvent } from '../../src/rootcause/telemetry.ts';
import { faults } from './synthetic-faults.ts';
import { changeOf, compose, diffOf, minute, onsetMs } from './synthetic-incident.ts';

const natureOfPaths = (paths: readonly string[], change: Partial<ChangeEvent> = {}) => {
  const [joined] = joinChanges([changeOf({ paths, ...change })], ['ledger']);
  if (joined === undefined) throw new Error('one change joins to one');
  return natureOf(joined);
};

describe('the nature of a change', () => {
  it.each([
    ['code', ['services/ledger/src/settle.ts'], 'bad-deploy'],
    ['code with its configuration', ['services/ledger/src/a.ts', 'config/ledger.yaml'], 'bad-deploy'],
    ['configuration', ['config/ledger.yaml'], 'config-change'],
    ['configuration with its documentation', ['deploy/values.yaml', 'docs/values.md'], 'config-change'],
    ['a migration', ['services/ledger/migrations/004.sql'], 'bad-deploy'],
  ])('%s', (_, paths, kind) => {
    const nature = natureOfPaths(paths);

    expect(nature.kind).toBe(kind);
    expect(nature.power).toBe(1);
  });

  it.each([
    ['documentation', ['README.md', 'docs/how.rst']],
    ['tests', ['services/ledger/test/settle.test.ts', 'pkg/settle_test.go']],
    ['pipelines', ['.github/workflows/ci.yml']],
  ])('%s hardly break production', (_, paths) => {
    expect(natureOfPaths(paths).power).toBeLessThan(0.1);
  });

  it('a diff that changes only comments or the order of lines changes no behaviour', () => {
    const path = 'services/ledger/src/a.ts';
    const comment = diffOf(path, ['const a = 1; // one'], ['const a = 1; // the first']);
    const moved = diffOf(
      path,
      ["import { b } from 'b';", "import { a } from 'a';"],
      ["import { a } from 'a';", "import { b } from 'b';"],
    );

    expect(natureOfPaths([path], { diff: comment }).power).toBeLessThan(0.2);
    expect(natureOfPaths([path], { diff: moved }).power).toBeLessThan(0.2);
  });

  it('an address after // is not a comment', () => {
    const path = 'config/ledger.yaml';
    const diff = diffOf(path, ['  url: http://ledger-store:5432'], ['  url: http://ledger-store:5433']);

    expect(natureOfPaths([path], { diff }).power).toBe(1);
  });
});

describe('events of one change become one', () => {
  const pull = changeOf({ id: 'acme/core#5', sha: 'abc', paths: ['config/ledger.yaml'], atMs: 1_000 });
  const deploys = [3_000, 2_000].map((atMs, at) =>
    changeOf({
      id: `deploy:${at}`,
      kind: 'deploy',
      sha: 'abc',
      service: ['ledger', 'api'][at] ?? null,
      atMs,
      paths: [],
    }),
  );

  it('under the id of the pull request, effective when deployed, on every service told or named in a path', () => {
    const joined = joinChanges([...deploys, pull], ['api', 'ledger', 'profile']);

    expect(joined).toMatchObject([
      {
        id: 'acme/core#5',
        kind: 'pull-request',
        services: ['api', 'ledger'],
        effectiveMs: [2_000, 3_000],
        mergedMs: 1_000,
      },
    ]);
  });

  it('but not across repositories, and not where no sha is known', () => {
    const other = changeOf({ id: 'acme/other#5', repository: 'acme/other', sha: 'abc' });
    const flags = ['event:1', 'event:2'].map((id) => changeOf({ id, kind: 'flag', sha: null }));

    expect(
      joinChanges([pull, other, ...flags], [])
        .map(({ id }) => id)
        .toSorted(),
    ).toEqual(['acme/core#5', 'acme/other#5', 'event:1', 'event:2']);
  });

  it('a name inside another name is not a mention', () => {
    const path = changeOf({ id: 'acme/core#6', paths: ['services/ledger-store/init.sql'] });

    expect(joinChanges([path], ['ledger', 'ledger-store'])[0]?.services).toEqual(['ledger-store']);
  });
});

describe('blame falls on the change that did it', () => {
  const bad = faults['bad deploy'];
  const culprit = bad?.changes.at(-1);
  if (bad === undefined || culprit === undefined) throw new Error('the case is gone');
  const first = (changes: readonly Partial<ChangeEvent>[]) =>
    rank(compose(4, { ...bad, changes }).telemetry).causes[0]?.change;

  it('not on the newest one, when its diff has nothing to do with the failure', () => {
    const newest = changeOf({
      id: 'acme/core#99',
      service: 'ledger',
      atMs: onsetMs - 2 * minute,
      paths: ['services/ledger/src/banner.ts'],
      diff: diffOf('services/ledger/src/banner.ts', ["const greeting = 'Hello';"], ["const greeting = 'Welcome';"]),
    });

    expect(first([newest, { ...culprit, atMs: onsetMs - 30 * minute }])).toBe('acme/core#8');
  });

  it('not on one that was merged before but deployed only after the onset', () => {
    const deploy = changeOf({
      id: 'deploy:5',
      kind: 'deploy',
      sha: 'late',
      service: 'ledger',
      atMs: onsetMs + 5 * minute,
    });

    expect(first([{ ...culprit, sha: 'late' }, deploy])).not.toBe('acme/core#8');
  });

  it('on the pull request when only its deployment names the service', () => {
    const pull = { ...culprit, service: null, paths: ['lib/settle.ts'], sha: 'shared' };
    const deploy = changeOf({
      id: 'deploy:6',
      kind: 'deploy',
      sha: 'shared',
      service: 'ledger',
      atMs: onsetMs - 4 * minute,
    });

    expect(first([pull, deploy])).toBe('acme/core#8');
  });
});
