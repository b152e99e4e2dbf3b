/** `github_changes` over many pages: it reads what the window needs and says what it did not read. */
import { describe, expect, it } from 'vitest';
import { estimateTokens } from '../../src/core/token-estimate.ts';
import { tool as changes } from '../../tools/github-changes.ts';
import { type Answer, type Asked, startVendor } from './counterpart.ts';
import { environment, pull, sha } from './github-vendor.ts';
import { ask, at, found, from, to } from './shop.ts';

const input = { repository: 'acme/shop', from, to };
const shaOf = (index: number): string => index.toString(16).padStart(40, '0');

describe('github_changes', () => {
  it('reads pages until updates are older than the window', async () => {
    const page = (first: number, minutesAgo: number) =>
      Array.from({ length: 50 }, (_, index) => pull(first - index, minutesAgo, { title: `Page ${first}` }));
    const vendor = await startVendor(({ path, query }) => {
      if (path.endsWith('/files')) return { body: [] };
      if (!path.endsWith('/pulls')) return { body: [] };
      if (query.get('page') === '1') return { body: page(900, 5) };
      if (query.get('page') === '2') return { body: page(800, 30) };
      return { body: page(700, 120) };
    });

    const finding = found(await ask(changes, { environment: environment(vendor.url), input }));

    const pages = vendor.asked.filter((one) => one.path.endsWith('/pulls')).map((one) => one.query.get('page'));
    expect(pages).toEqual(['1', '2', '3']);
    expect(finding.truncated).toBe(true);
    expect(finding.signals.changes).toHaveLength(30);
  });

  it('reads direct commits, deployments and releases over three pages, and stops where the window begins', async () => {
    const day = 24 * 60;
    const paged =
      (items: readonly object[]) =>
      (asked: Asked): Answer => {
        const size = Number(asked.query.get('per_page'));
        const page = Number(asked.query.get('page') ?? 1);
        const link = page * size < items.length ? { link: `<${asked.path}?page=${page + 1}>; rel="next"` } : {};
        return { headers: link, body: items.slice((page - 1) * size, page * size) };
      };
    const deployments = Array.from({ length: 260 }, (_, index) => ({
      id: 1_000 - index,
      sha: sha('a'),
      environment: 'prod',
      payload: {},
      created_at: at(index < 250 ? 1 + index / 10 : 2 * day),
    }));
    const releases = Array.from({ length: 45 }, (_, index) => ({
      id: index,
      tag_name: `v${45 - index}`,
      name: null,
      draft: false,
      prerelease: index === 0,
      published_at: at(index < 40 ? 1 + index : 2 * day),
      author: { login: 'dana' },
    }));
    const commits = Array.from({ length: 250 }, (_, index) => ({
      sha: shaOf(index),
      parents: [{ sha: shaOf(index + 1) }, ...(index < 240 ? [{ sha: sha('f') }] : [])],
      commit: { message: `Commit ${index}`, author: null, committer: { name: 'Lee', date: at(1 + index / 10) } },
    }));
    const vendor = await startVendor((asked) => {
      if (asked.path.endsWith('/deployments')) return paged(deployments)(asked);
      if (asked.path.endsWith('/releases')) return paged(releases)(asked);
      if (asked.path.endsWith('/commits')) return paged(commits)(asked);
      const one = commits.find((other) => asked.path.endsWith(`/commits/${other.sha}`));
      return { body: one === undefined ? [] : { ...one, files: [] } };
    });

    const finding = found(await ask(changes, { environment: environment(vendor.url), input }));

    const pagesOf = (part: string) =>
      vendor.asked.filter(({ path }) => path.endsWith(part)).map(({ query }) => query.get('page'));
    expect(pagesOf('/commits')).toEqual(['1', '2', '3']);
    expect(pagesOf('/deployments')).toEqual(['1', '2', '3']);
    expect(pagesOf('/releases')).toEqual(['1', '2']);
    expect(finding.result).toMatchObject({ deployments: 30, releases: 20, directCommits: 10 });
    expect(finding.truncated).toBe(true);
    expect(finding.view.untrusted).toContain('not all were read of: deployments, releases');
    expect(estimateTokens(finding.view.untrusted)).toBeLessThanOrEqual(2_000);
  });

  it('says that a pull request has more files than were read', async () => {
    const file = { filename: 'src/a.ts', status: 'modified', additions: 1, deletions: 0, patch: '@@ -1 +1 @@\n+x' };
    const vendor = await startVendor(({ path }) => {
      if (path.endsWith('/pulls')) return { body: [pull(41, 20)] };
      if (!path.endsWith('/pulls/41/files')) return { body: [] };
      return { headers: { link: '<x?page=2>; rel="next"' }, body: [file] };
    });

    const finding = found(await ask(changes, { environment: environment(vendor.url), input }));

    expect(finding.truncated).toBe(true);
    expect(finding.view.untrusted).toContain('cut: see github_diff');
  });
});
