/** `github_workflow_runs`: what failed in CI, down to the step. */
import { describe, expect, it } from 'vitest';
import { estimateTokens } from '../../src/core/token-estimate.ts';
import { tool as runs } from '../../tools/github-workflow-runs.ts';
import { type Answer, type Asked, startVendor } from './counterpart.ts';
import { bad, environment, fromTo, run, shopOnGitHub } from './github-vendor.ts';
import { ask, at, failure, found, headline } from './shop.ts';
import { keepsVendorContract } from './vendor-contract.ts';

const input = { repository: 'acme/shop', ...fromTo };

keepsVendorContract({ tool: runs, environment, input, answer: shopOnGitHub });

const asking = async (answer: (asked: Asked) => Answer, more: object = {}) => {
  const vendor = await startVendor(answer);
  return { vendor, finding: await ask(runs, { environment: environment(vendor.url), input: { ...input, ...more } }) };
};

describe('github_workflow_runs', () => {
  it('names the failed jobs and steps of the failed runs', async () => {
    const { finding } = await asking(shopOnGitHub);

    const read = found(finding);
    expect(headline(finding)).toBe(
      '1 workflow run of acme/shop failed or timed out, 2026-11-18 09:00 to 10:00 UTC; the newest: <CI: test at pool.test.ts>',
    );
    expect(read.result).toEqual({
      repository: 'acme/shop',
      runCount: 1,
      runs: [
        {
          id: 7,
          workflow: 'CI',
          title: 'Shrink the pool',
          event: 'push',
          conclusion: 'failure',
          branch: 'main',
          sha: bad,
          attempt: 1,
          at: at(16),
          failedJobs: [{ id: 72, name: 'test', conclusion: 'failure', steps: ['pool.test.ts'] }],
        },
      ],
    });
    expect(read.query).toBe(
      'GET /repos/acme/shop/actions/runs?status=failure|timed_out&created=2026-11-18T09:00:00Z..2026-11-18T10:00:00Z',
    );
    expect(read.link).toBe(
      'https://github.test/acme/shop/actions?query=is%3Afailure+created%3A2026-11-18T09%3A00%3A00Z..2026-11-18T10%3A00%3A00Z',
    );
  });

  it('asks for failures and time-outs of the window and branch, and for the latest attempt', async () => {
    const { vendor } = await asking(shopOnGitHub, { branch: 'release/1.2' });

    const lists = vendor.asked
      .filter(({ path }) => path.endsWith('/runs'))
      .map(({ query }) => Object.fromEntries(query));
    const created = '2026-11-18T09:00:00Z..2026-11-18T10:00:00Z';
    const rest = { created, branch: 'release/1.2', per_page: '100', page: '1' };
    expect(lists).toEqual([
      { status: 'failure', ...rest },
      { status: 'timed_out', ...rest },
    ]);
    expect(vendor.asked.find(({ path }) => path.endsWith('/jobs'))?.query.get('filter')).toBe('latest');
  });

  it('says what it searched when nothing failed', async () => {
    const { finding } = await asking(() => ({ body: { total_count: 0, workflow_runs: [] } }));

    expect(finding).toMatchObject({
      kind: 'empty',
      searched: 'failed runs of acme/shop, 2026-11-18 09:00 to 10:00 UTC',
    });
  });

  it('reads pages up to its bound, the jobs of the newest ten, and says so', async () => {
    const all = Array.from({ length: 620 }, (_, index) => run(10_000 - index, 1 + index / 20));
    const { vendor, finding } = await asking((asked) => {
      if (asked.path.endsWith('/jobs')) return { body: { total_count: 0, jobs: [] } };
      const page = Number(asked.query.get('page'));
      const wanted = asked.query.get('status') === 'failure' ? all : [];
      return { body: { total_count: wanted.length, workflow_runs: wanted.slice((page - 1) * 100, page * 100) } };
    });

    const read = found(finding);
    const failures = vendor.asked.filter(({ query }) => query.get('status') === 'failure');
    expect(failures.map(({ query }) => query.get('page'))).toEqual(['1', '2', '3', '4', '5']);
    expect(vendor.asked.filter(({ path }) => path.endsWith('/jobs'))).toHaveLength(10);
    expect(read.result).toMatchObject({ runCount: 500 });
    expect(read.truncated).toBe(true);
    expect(read.view.untrusted).toContain('the jobs of the 490 oldest were not read; narrow the window');
    expect(estimateTokens(read.view.untrusted)).toBeLessThanOrEqual(2_000);
  });

  it('keeps names that CI files and branches carry out of the trusted words', async () => {
    const hostile = run(7, 16, { name: '<!channel> http://evil.test', head_branch: 'x', display_title: 'y' });
    const { finding } = await asking((asked) =>
      asked.path.endsWith('/runs') ? { body: { total_count: 1, workflow_runs: [hostile] } } : shopOnGitHub(asked),
    );

    const read = found(finding);
    expect(read.headline.filter((part) => typeof part === 'string').join('')).not.toContain('evil');
    expect(`${read.query}${read.link}`).not.toContain('evil');
  });

  it.each([{ branch: 'a..b' }, { branch: 'x&status=success' }, { from: '2026-11-18' }, { repository: 'x' }])(
    'refuses %o',
    async (more) => {
      const { vendor, finding } = await asking(shopOnGitHub, more);

      expect(failure(finding).reason).toContain('bad input');
      expect(vendor.asked).toEqual([]);
    },
  );
});
