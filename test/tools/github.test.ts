/** The GitHub tools through the real client and real HTTP. */
import { describe, expect, it } from 'vitest';
import { tool as changes } from '../../tools/github-changes.ts';
import { tool as diff } from '../../tools/github-diff.ts';
import { type Answer, type Asked, startVendor, unreachableUrl } from './counterpart.ts';
import { ask, at, failure, found, from, headline, to } from './shop.ts';

const sha = (digit: string): string => digit.repeat(40);
const pull = (number: number, mergedMinutesAgo: number | null, more: object = {}) => ({
  number,
  title: `Change ${number}`,
  user: { login: 'dana' },
  merged_at: mergedMinutesAgo === null ? null : at(mergedMinutesAgo),
  updated_at: at(mergedMinutesAgo ?? 1),
  merge_commit_sha: sha('a'),
  ...more,
});
const patch = '@@ -1,2 +1,2 @@\n-const max = 20;\n+const max = 2;';
const files = [
  { filename: 'services/checkout/src/pool.ts', status: 'modified', additions: 1, deletions: 1, patch },
  { filename: 'services/checkout/src/other.ts', status: 'added', additions: 3, deletions: 0, patch: '+x' },
  { filename: 'package-lock.json', status: 'modified', additions: 900, deletions: 900, patch: '+noise' },
];
const commit = ({ digit, parent, minutesAgo, message }: Commit) => ({
  sha: sha(digit),
  parents: [{ sha: sha(parent) }],
  commit: {
    message,
    author: { name: 'Lee', date: at(minutesAgo) },
    committer: { name: 'Lee', date: at(minutesAgo) },
  },
});

type Commit = { digit: string; parent: string; minutesAgo: number; message: string };
const merge = commit({ digit: 'a', parent: 'c', minutesAgo: 20, message: 'Merge' });
const hotfix = commit({ digit: 'b', parent: 'a', minutesAgo: 10, message: 'Hotfix\n\nbody' });

/** A repository with one merged pull request, one direct commit and one deployment. */
function repository(asked: Asked): Answer {
  const path = asked.path.replace('/repos/acme/shop', '');
  if (path === '/pulls') return { body: asked.query.get('page') === '1' ? [pull(41, 20), pull(40, null)] : [] };
  if (path === '/pulls/41') return { body: pull(41, 20) };
  if (path === '/pulls/41/files') return { body: files };
  if (path === '/commits') return { body: [hotfix, merge] };
  if (path === `/commits/${sha('b')}`) {
    return {
      body: { ...hotfix, files: [{ ...files[0], filename: 'config/cart.yaml' }] },
    };
  }
  if (path === '/deployments') {
    const deployment = {
      id: 912,
      sha: sha('a'),
      environment: 'prod',
      created_at: at(15),
      payload: { service: 'checkout' },
    };
    return { body: [deployment, { ...deployment, id: 9, created_at: at(600) }] };
  }
  if (path === '/deployments/912/statuses') {
    return {
      body: [
        { state: 'success', created_at: at(14) },
        { state: 'in_progress', created_at: at(15) },
      ],
    };
  }
  return { status: 404, body: { message: 'Not Found' } };
}

const environment = (url: string) => ({
  GITHUB_TOKEN: 'read-token',
  GITHUB_API_URL: url,
  GITHUB_WEB_URL: 'https://github.test',
});
const input = { repository: 'acme/shop', from, to };

describe('github_changes', () => {
  it('finds merged pull requests, deployments and direct commits, each on its service', async () => {
    const vendor = await startVendor(repository);

    const finding = await ask(changes, { environment: environment(vendor.url), input });

    const seen = found(finding).signals.changes?.map(({ id, kind, service, sha: deployed }) => ({
      id,
      kind,
      service,
      sha: deployed,
    }));
    expect(seen).toEqual([
      { id: `commit:acme/shop@${'b'.repeat(12)}`, kind: 'commit', service: 'cart', sha: sha('b') },
      { id: 'deploy:acme/shop:912', kind: 'deploy', service: 'checkout', sha: sha('a') },
      { id: 'acme/shop#41', kind: 'pull-request', service: 'checkout', sha: sha('a') },
    ]);
    expect(found(finding).provenance).toBe('A');
    expect(headline(finding)).toContain('1 merged pull request, 1 deployment, 1 direct commit');
    expect(headline(finding)).toContain('<Hotfix>');
  });

  it('carries the diff without lock files and shows its hunks to the model', async () => {
    const vendor = await startVendor(repository);

    const finding = found(await ask(changes, { environment: environment(vendor.url), input }));

    const change = finding.signals.changes?.find((one) => one.id === 'acme/shop#41');
    expect(change?.diff).toContain(
      '+++ b/services/checkout/src/pool.ts\n@@ -1,2 +1,2 @@\n-const max = 20;\n+const max = 2;',
    );
    expect(change?.diff).not.toContain('noise');
    expect(change?.paths).toContain('package-lock.json');
    expect(finding.view.untrusted).toContain('+const max = 2;');
    expect(finding.view.untrusted.length).toBeLessThan(8_000);
  });

  it('says what it searched when nothing changed', async () => {
    const vendor = await startVendor(() => ({ body: [] }));

    const finding = await ask(changes, { environment: environment(vendor.url), input });

    expect(finding).toMatchObject({ kind: 'empty', searched: expect.stringContaining('changes of acme/shop') });
  });

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

  it('asks again with the kept tag, and answers from memory when nothing changed', async () => {
    const vendor = await startVendor((asked) =>
      asked.headers['if-none-match'] === undefined
        ? { ...repository(asked), headers: { etag: `"${asked.path}"` } }
        : { status: 304, body: '' },
    );

    const first = await ask(changes, { environment: environment(vendor.url), input });
    const second = await ask(changes, { environment: environment(vendor.url), input });

    expect(found(second).result).toEqual(found(first).result);
    expect(vendor.asked.filter((one) => one.headers['if-none-match'] !== undefined).length).toBeGreaterThan(4);
  });

  it.each`
    status | headers                                                                | says                               | fix
    ${401} | ${{}}                                                                  | ${'credentials were not accepted'} | ${'Renew'}
    ${403} | ${{}}                                                                  | ${'a permission is missing (403)'} | ${'deployments: read'}
    ${404} | ${{}}                                                                  | ${'no such thing'}                 | ${'contents: read'}
    ${403} | ${{ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '4102444800' }} | ${'rate limited'}                  | ${'limit to reset'}
  `('turns $status $headers into a failure that says how to fix it', async ({ status, headers, says, fix }) => {
    const vendor = await startVendor(() => ({ status, headers, body: { message: 'no' } }));

    const finding = failure(await ask(changes, { environment: environment(vendor.url), input }));

    expect(finding.reason).toContain(says);
    expect(finding.reason).toContain('acme/shop');
    expect(finding.fix).toContain(fix);
    expect(finding.blocks).toContain('which changes in acme/shop');
  });

  it.each`
    name             | body
    ${'a page'}      | ${'<html>'}
    ${'no list'}     | ${{ message: 'hello' }}
    ${'a bad field'} | ${[{ number: 1, title: 'x', merged_at: 'yesterday', updated_at: 'never', merge_commit_sha: null }]}
  `('fails on $name instead of guessing', async ({ body }) => {
    const vendor = await startVendor(() => ({ body }));

    const finding = failure(await ask(changes, { environment: environment(vendor.url), input }));

    expect(finding.reason).toContain('does not have the documented form');
  });

  it('says when GitHub cannot be reached', async () => {
    const finding = failure(await ask(changes, { environment: environment(await unreachableUrl()), input }));

    expect(finding).toMatchObject({ retryable: true, reason: expect.stringContaining('ECONNREFUSED') });
  });

  it('stops when asked to', async () => {
    const vendor = await startVendor(() => ({ hang: true }));
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 100);

    const finding = failure(await ask(changes, { environment: environment(vendor.url), input, signal: stop.signal }));

    expect(finding.reason).toContain('stopped before an answer came');
  });
});

describe('github_diff', () => {
  it('shows one pull request with its hunks and links to its page', async () => {
    const vendor = await startVendor(repository);

    const finding = found(
      await ask(diff, { environment: environment(vendor.url), input: { repository: 'acme/shop', pull: 41 } }),
    );

    expect(finding.link).toBe('https://github.test/acme/shop/pull/41');
    expect(finding.result).toMatchObject({ fileCount: 3, added: 904, removed: 901, service: 'checkout' });
    expect(finding.view.untrusted).toContain('-const max = 20;');
  });

  it('shows one commit', async () => {
    const vendor = await startVendor(repository);

    const finding = found(
      await ask(diff, { environment: environment(vendor.url), input: { repository: 'acme/shop', sha: sha('b') } }),
    );

    expect(finding.signals.changes?.[0]).toMatchObject({ kind: 'commit', title: 'Hotfix', service: 'cart' });
  });

  it('wants either a pull request or a commit', async () => {
    const finding = failure(
      await ask(diff, { environment: environment('https://github.test'), input: { repository: 'acme/shop' } }),
    );

    expect(finding.reason).toContain('give either pull or sha');
  });
});
