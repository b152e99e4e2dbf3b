/** `github_diff`: what is asked for comes first and whole, whatever else the change holds. */
import { describe, expect, it } from 'vitest';
import { estimateTokens } from '../../src/core/token-estimate.ts';
import { tool as diff } from '../../tools/github-diff.ts';
import { type Asked, startVendor } from './counterpart.ts';
import { bad, commit, environment, poolPatch, poolPath, pull, shopOnGitHub } from './github-vendor.ts';
import { ask, failure, found, headline } from './shop.ts';
import { keepsVendorContract } from './vendor-contract.ts';

const repository = 'acme/shop';

keepsVendorContract({
  tool: diff,
  environment,
  input: { repository, pull: 41, paths: ['services/checkout'] },
  answer: shopOnGitHub,
});

const asking = async (input: object, answer = shopOnGitHub) => {
  const vendor = await startVendor(answer);
  const finding = await ask(diff, { environment: environment(vendor.url), input: { repository, ...input } });
  return { vendor, finding };
};

/** A pull request of `count` noisy files, one decisive hunk in the middle of them. */
const large = (count: number) => {
  const noise = Array.from({ length: count }, (_, index) => ({
    filename: `services/cart/src/part-${index}.ts`,
    status: 'modified',
    additions: 40,
    deletions: 0,
    patch: `@@ -1,1 +1,41 @@\n${Array.from({ length: 40 }, (__, line) => `+const value${line} = compute(${index}, ${line});`).join('\n')}`,
  }));
  const decisive = { filename: poolPath, status: 'modified', additions: 1, deletions: 1, patch: poolPatch };
  return [...noise.slice(0, count / 2), decisive, ...noise.slice(count / 2)];
};
const paged = (items: readonly object[]) => (asked: Asked) => {
  if (asked.path.endsWith('/pulls/41')) return { body: pull(41, 20) };
  const page = Number(asked.query.get('page') ?? 1);
  return { body: items.slice((page - 1) * 100, page * 100) };
};

describe('github_diff', () => {
  it('shows one pull request with its hunks and links to its page', async () => {
    const finding = found((await asking({ pull: 41 })).finding);

    expect(finding.link).toBe('https://github.test/acme/shop/pull/41');
    expect(finding.query).toBe('gh pr diff 41 --repo acme/shop');
    expect(headline(finding)).toBe('acme/shop#41 changes 3 files, +902 -901 lines: <Change 41>');
    expect(finding.result).toEqual({
      id: 'acme/shop#41',
      title: 'Change 41',
      at: '2026-11-18T09:40:00.000Z',
      sha: 'c'.repeat(40),
      service: 'cart',
      fileCount: 3,
      added: 902,
      removed: 901,
      hunksOnPath: 0,
      files: [
        'modified package-lock.json +900 -900',
        'added services/cart/src/other.ts +1 -0',
        `modified ${poolPath} +1 -1`,
      ],
      diff: `--- a/services/cart/src/other.ts\n+++ b/services/cart/src/other.ts\n@@ -0,0 +1 @@\n+x\n--- a/${poolPath}\n+++ b/${poolPath}\n${poolPatch}`,
    });
  });

  it('shows one commit', async () => {
    const finding = found((await asking({ sha: bad })).finding);

    expect(finding.signals.changes?.[0]).toMatchObject({ kind: 'commit', title: 'Hotfix', service: 'cart' });
    expect(finding.link).toBe(`https://github.test/acme/shop/commit/${bad}`);
    expect(finding.query).toBe(`git show ${bad}`);
  });

  it.each`
    focus
    ${{ paths: ['services/checkout'] }}
    ${{ paths: ['/app/services/checkout/src/pool.ts'] }}
    ${{ paths: ['src/pool.ts'] }}
    ${{ symbols: ['Pool'] }}
    ${{ symbols: ['checkout::Pool'] }}
    ${{ paths: ['services/cart'], symbols: ['Pool'] }}
  `('puts the hunk that $focus asks for first, however large the rest', async ({ focus }) => {
    const { finding } = await asking({ pull: 41, ...focus }, paged(large(250)));

    const read = found(finding);
    expect(read.signals.changes?.[0]?.diff).toMatch(new RegExp(`^--- a/${poolPath}`, 'u'));
    expect(read.view.untrusted.split('\n').slice(2, 8)).toEqual([`+++ ${poolPath}`, ...poolPatch.split('\n')]);
    expect(estimateTokens(read.view.untrusted)).toBeLessThanOrEqual(2_000);
  });

  it('keeps every changed line of the asked path, also beyond the bound of the rest', async () => {
    const lines = Array.from({ length: 2_000 }, (_, index) => `+const setting${index} = ${index};`);
    const one = { filename: poolPath, status: 'modified', additions: 2_000, deletions: 0 };
    const patch = `@@ -1,1 +1,2001 @@\n context\n${lines.join('\n')}`;
    const { finding } = await asking({ pull: 41, symbols: ['setting1777'] }, paged([{ ...one, patch }]));

    const read = found(finding);
    expect(read.signals.changes?.[0]?.diff).toContain('+const setting1999 = 1999;');
    expect(read.view.untrusted).toContain('+const setting1777 = 1777;');
    expect(estimateTokens(read.view.untrusted)).toBeLessThanOrEqual(2_000);
  });

  it('shows a lock file only to who asks for it, and a renamed file with both names', async () => {
    const renamed = {
      filename: 'src/new.ts',
      previous_filename: 'src/old.ts',
      status: 'renamed',
      patch: '@@ -1 +1 @@\n-a\n+b',
    };
    const lock = { filename: 'package-lock.json', status: 'modified', patch: '@@ -1 +1 @@\n-1.0\n+2.0' };
    const answer = paged([lock, renamed]);

    const plain = found((await asking({ pull: 41 }, answer)).finding);
    const asked = found((await asking({ pull: 41, paths: ['package-lock.json'] }, answer)).finding);

    expect(plain.signals.changes?.[0]?.diff).toBe('--- a/src/old.ts\n+++ b/src/new.ts\n@@ -1 +1 @@\n-a\n+b');
    expect(asked.signals.changes?.[0]?.diff).toContain('+2.0');
  });

  it('puts code before tests and documents', async () => {
    const names = ['docs/pool.md', 'test/pool.test.ts', 'src/pool.ts'];
    const answer = paged(names.map((filename) => ({ filename, status: 'modified', patch: '@@ -1 +1 @@\n-a\n+b' })));

    const finding = found((await asking({ pull: 41 }, answer)).finding);

    const order = [...(finding.signals.changes?.[0]?.diff ?? '').matchAll(/^\+\+\+ b\/(.*)$/gmu)].map(
      ([, name]) => name,
    );
    expect(order).toEqual(['src/pool.ts', 'docs/pool.md', 'test/pool.test.ts']);
  });

  it('reads three pages of files and says that there are more', async () => {
    const { vendor, finding } = await asking({ pull: 41 }, paged(large(400)));

    const read = found(finding);
    expect(vendor.asked.filter(({ path }) => path.endsWith('/files')).map(({ query }) => query.get('page'))).toEqual([
      '1',
      '2',
      '3',
    ]);
    expect(read.truncated).toBe(true);
    expect(read.view.untrusted).toContain('only the first 300 files were read');
  });

  it('pages the files of a commit', async () => {
    const all = large(700);
    const { vendor, finding } = await asking({ sha: bad }, ({ query }) => {
      const page = Number(query.get('page') ?? 1);
      return { body: commit(bad, 5, { files: all.slice((page - 1) * 300, page * 300) }) };
    });

    expect(found(finding).result).toMatchObject({ fileCount: 701 });
    expect(vendor.asked).toHaveLength(3);
  });

  it.each`
    input                                | says
    ${{}}                                | ${'give either pull or sha'}
    ${{ pull: 1, sha: bad }}             | ${'give either pull or sha'}
    ${{ sha: 'main; rm -rf /' }}         | ${'sha'}
    ${{ pull: 1, paths: ['../secret'] }} | ${'no .. in a path'}
    ${{ pull: 1, paths: ['a\nb'] }}      | ${'paths'}
    ${{ pull: 1, symbols: ['(a+)+$'] }}  | ${'symbols'}
  `('refuses $input', async ({ input, says }) => {
    const { vendor, finding } = await asking(input);

    expect(failure(finding).reason).toContain(says);
    expect(vendor.asked).toEqual([]);
  });

  it('survives a patch that is not one', async () => {
    const answer = paged([{ filename: 'a.ts', status: 'modified', patch: '\n@@\n@@ x\n\\ No newline' }]);

    expect(found((await asking({ pull: 41, symbols: ['x'] }, answer)).finding).result).toMatchObject({ fileCount: 1 });
  });
});
