/** `github_compare`: from the good version to the bad one. */
import { describe, expect, it } from 'vitest';
import { estimateTokens } from '../../src/core/token-estimate.ts';
import { tool as compare } from '../../tools/github-compare.ts';
import { type Answer, type Asked, startVendor } from './counterpart.ts';
import {
  bad,
  commit,
  deployment,
  environment,
  files,
  good,
  merge,
  poolPath,
  pull,
  sha,
  shopOnGitHub,
} from './github-vendor.ts';
import { ask, at, failure, found, headline } from './shop.ts';
import { keepsVendorContract } from './vendor-contract.ts';

keepsVendorContract({ tool: compare, environment, input: { service: 'checkout' }, answer: shopOnGitHub });

const asking = async (input: object, answer: (asked: Asked) => Answer = shopOnGitHub) => {
  const vendor = await startVendor(answer);
  return { vendor, finding: await ask(compare, { environment: environment(vendor.url), input }) };
};

const ends = { repository: 'acme/shop', base: good, head: bad };
const comparison = (more: object) => ({
  status: 'ahead',
  ahead_by: 1,
  behind_by: 0,
  total_commits: 1,
  merge_base_commit: { sha: good },
  commits: [commit(bad, 18)],
  files,
  ...more,
});

describe('github_compare', () => {
  it('compares the last two live deployments of a service, its own files first', async () => {
    const { finding } = await asking({ service: 'checkout' });

    const read = found(finding);
    expect(headline(finding)).toBe(
      'aaaaaaaaaaaa to bbbbbbbbbbbb adds 2 commits, 1 pull request, 3 files; the newest, #41: <Change 41>',
    );
    expect(read.result).toMatchObject({
      base: good,
      head: bad,
      direction: 'adds',
      commitCount: 2,
      pullRequestCount: 1,
      fileCount: 3,
      commits: [
        { sha: bad, title: 'Hotfix', author: 'lee', at: at(18) },
        { sha: merge, title: 'Merge pull request #41', author: 'lee', at: at(20) },
      ],
      pullRequests: [{ number: 41, title: 'Change 41', author: 'dana', mergedAt: at(20) }],
      services: [
        { service: 'cart', fileCount: 1 },
        { service: 'checkout', fileCount: 1 },
        { service: 'no service', fileCount: 1 },
      ],
      files: [`modified ${poolPath} +1 -1`, expect.anything(), expect.anything()],
    });
    expect(read.result).toMatchObject({ diff: expect.stringMatching(new RegExp(`^--- a/${poolPath}`, 'u')) });
    expect(read.window).toEqual({ fromMs: Date.parse(at(300)), toMs: Date.parse(at(15)) });
    expect(read.query).toBe(`git log ${good}..${bad} && git diff ${good}...${bad}`);
    expect(read.link).toBe(`https://github.test/acme/shop/compare/${good}...${bad}`);
    expect(read.truncated).toBe(false);
  });

  it('passes over deployments that never went live, of other services, of the same commit, and later ones', async () => {
    const answer = (asked: Asked): Answer => {
      const states: { readonly [number: string]: readonly string[] } = {
        920: ['failure'],
        919: ['success'],
        911: ['success'],
      };
      const id = /\/deployments\/(\d+)\/statuses$/u.exec(asked.path)?.[1];
      if (id !== undefined)
        return { body: (states[id] ?? ['success']).map((state) => ({ state, created_at: at(10) })) };
      if (!asked.path.endsWith('/deployments')) return shopOnGitHub(asked);
      return {
        body: [
          deployment(930, 5, { sha: sha('9') }),
          deployment(920, 12, { sha: sha('8') }),
          deployment(919, 13, { sha: sha('7'), payload: { service: 'cart' } }),
          deployment(913, 14),
          deployment(912, 15, { payload: '{"service":"checkout"}' }),
          deployment(911, 300, { sha: good }),
        ],
      };
    };

    const { finding } = await asking({ service: 'checkout', before: at(8) }, answer);

    expect(found(finding).result).toMatchObject({ base: good, head: bad });
  });

  it('says that a rollback takes away what was there', async () => {
    const answer = (asked: Asked): Answer => {
      if (asked.path.endsWith(`/compare/${bad}...${good}`)) {
        return {
          body: comparison({ status: 'behind', ahead_by: 0, behind_by: 2, total_commits: 0, commits: [], files: [] }),
        };
      }
      return shopOnGitHub(asked);
    };

    const { finding } = await asking({ ...ends, base: bad, head: good }, answer);

    expect(headline(finding)).toContain('bbbbbbbbbbbb to aaaaaaaaaaaa undoes 2 commits, 1 pull request, 3 files');
    expect(found(finding).link).toBe(`https://github.test/acme/shop/compare/${good}...${bad}`);
  });

  it('says what a comparison of diverged branches leaves out', async () => {
    const { finding } = await asking(ends, (asked) =>
      asked.path.includes('/compare/')
        ? { body: comparison({ status: 'diverged', behind_by: 3 }) }
        : shopOnGitHub(asked),
    );

    expect(found(finding).view.untrusted).toContain('not read: the 3 commits of the base that the head does not have');
    expect(found(finding).truncated).toBe(true);
  });

  it('reads three pages of commits and says what it did not read', async () => {
    const id = (index: number): string => index.toString(16).padStart(40, '0');
    const commits = Array.from({ length: 350 }, (_, index) =>
      commit(id(index + 1), 400 - index, { parent: id(index) }),
    );
    const many = Array.from({ length: 300 }, (_, index) => ({
      ...files[2],
      filename: `services/checkout/${index}.ts`,
    }));
    const { vendor, finding } = await asking(ends, ({ path, query }) => {
      if (path.endsWith('/pulls')) return { body: [pull(Number.parseInt(path.slice(-46, -6), 16), 20)] };
      const page = Number(query.get('page'));
      const link = page < 4 ? { link: `<x?page=${page + 1}>; rel="next"` } : {};
      const slice = commits.slice((page - 1) * 100, page * 100);
      return { headers: link, body: comparison({ total_commits: 350, commits: slice, files: page === 1 ? many : [] }) };
    });

    const read = found(finding);
    expect(vendor.asked.filter(({ path }) => path.includes('/compare/')).map(({ query }) => query.get('page'))).toEqual(
      ['1', '2', '3'],
    );
    expect(read.result).toMatchObject({ commitCount: 300, pullRequestCount: 20, fileCount: 300 });
    expect(read.truncated).toBe(true);
    expect(read.view.untrusted).toContain(
      'not read: commits after the first 300 of 350; files after the first 300; pull requests of more than 20 commits',
    );
    expect(estimateTokens(read.view.untrusted)).toBeLessThanOrEqual(2_000);
  });

  it.each`
    deployments              | says
    ${[]}                    | ${'none found'}
    ${[deployment(912, 15)]} | ${'only bbbbbbbbbbbb found'}
  `('says that two live deployments are needed: $says', async ({ deployments, says }) => {
    const { finding } = await asking({ service: 'checkout' }, (asked) =>
      asked.path.endsWith('/deployments') ? { body: deployments } : shopOnGitHub(asked),
    );

    expect(finding).toMatchObject({
      kind: 'empty',
      searched: `two live deployments of checkout to prod in acme/shop; ${says}`,
      link: 'https://github.test/acme/shop/deployments',
    });
  });

  it('says that two versions are the same', async () => {
    const { finding } = await asking(ends, () => ({
      body: comparison({ status: 'identical', commits: [], files: [] }),
    }));

    expect(finding).toMatchObject({ kind: 'empty', searched: expect.stringContaining('the same') });
  });

  it.each`
    input                                  | says
    ${{ repository: 'acme/shop' }}         | ${'give base and head, or a service'}
    ${{ ...ends, base: undefined }}        | ${'give both base and head'}
    ${{ base: good, head: bad }}           | ${'give a repository or a service'}
    ${{ ...ends, head: '../../../user' }}  | ${'head'}
    ${{ ...ends, head: 'main..evil' }}     | ${'head'}
    ${{ ...ends, head: 'someone:branch' }} | ${'head'}
    ${{ ...ends, head: '-x' }}             | ${'head'}
    ${{ ...ends, head: 'a`rm`' }}          | ${'head'}
    ${{ service: 'nope' }}                 | ${'not in the catalogue'}
    ${{ service: 'cardgate' }}             | ${'cardgate has no repository'}
  `('refuses $input: $says', async ({ input, says }) => {
    const { vendor, finding } = await asking(input);

    expect(failure(finding).reason).toContain(says);
    expect(vendor.asked).toEqual([]);
  });
});
