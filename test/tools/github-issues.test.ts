/** `github_issues`: leads that anybody may have written. */
import { describe, expect, it } from 'vitest';
import { estimateTokens } from '../../src/core/token-estimate.ts';
import { issueQuery } from '../../tools/github/issue-search.ts';
import { tool as issues } from '../../tools/github-issues.ts';
import { type Answer, type Asked, startVendor } from './counterpart.ts';
import { environment, fromTo, issue, shopOnGitHub } from './github-vendor.ts';
import { ask, at, failure, found, headline } from './shop.ts';
import { keepsVendorContract } from './vendor-contract.ts';

const input = { service: 'checkout', ...fromTo };

keepsVendorContract({ tool: issues, environment, input, answer: shopOnGitHub });

const asking = async (answer: (asked: Asked) => Answer, more: object = {}) => {
  const vendor = await startVendor(answer);
  return { vendor, finding: await ask(issues, { environment: environment(vendor.url), input: { ...input, ...more } }) };
};
const answerOf =
  (items: readonly object[], more: object = {}) =>
  () => ({
    body: { total_count: items.length, incomplete_results: false, items, ...more },
  });

describe('github_issues', () => {
  it('finds the open issues about a service of a shared repository', async () => {
    const { vendor, finding } = await asking(shopOnGitHub);

    const read = found(finding);
    expect(Object.fromEntries(vendor.asked[0]?.query ?? [])).toEqual({
      q: 'repo:acme/shop is:issue is:open updated:2026-11-18T09:00:00Z..2026-11-18T10:00:00Z "checkout"',
      sort: 'updated',
      order: 'desc',
      per_page: '50',
      page: '1',
    });
    expect(headline(finding)).toBe(
      '2 issues of acme/shop updated 2026-11-18 09:00 to 10:00 UTC; the last, #52 (open): <Checkout is slow 52>',
    );
    expect(read.result).toMatchObject({
      total: 2,
      issues: [{ number: 52, labels: ['incident'], updatedAt: at(10), body: 'It says\n"timed out".' }, { number: 51 }],
    });
    expect(read.view.untrusted).toContain('#52 says: It says "timed out".');
    expect(read.link).toBe(`https://github.test/acme/shop/issues?${new URLSearchParams({ q: read.query }).toString()}`);
  });

  it('does not ask for the name of a service that has its repository to itself', async () => {
    const { vendor } = await asking(shopOnGitHub, { service: 'payments', state: 'any', labels: ['incident', 'sev 1'] });

    expect(vendor.asked[0]?.query.get('q')).toBe(
      'repo:acme/payments is:issue label:"incident","sev 1" updated:2026-11-18T09:00:00Z..2026-11-18T10:00:00Z',
    );
  });

  it.each`
    associations           | provenance
    ${['MEMBER', 'OWNER']} | ${'C'}
    ${['COLLABORATOR']}    | ${'C'}
    ${['MEMBER', 'NONE']}  | ${'D'}
    ${['CONTRIBUTOR']}     | ${'D'}
  `('counts what $associations wrote as $provenance', async ({ associations, provenance }) => {
    const items = associations.map((one: string, index: number) => issue(index + 1, 5, { author_association: one }));

    expect(found((await asking(answerOf(items))).finding).provenance).toBe(provenance);
  });

  it('says what it searched when there is none', async () => {
    expect((await asking(answerOf([]))).finding).toMatchObject({
      kind: 'empty',
      searched: 'issues of acme/shop updated 2026-11-18 09:00 to 10:00 UTC',
    });
  });

  it('reads three pages and says that there are more', async () => {
    const all = Array.from({ length: 400 }, (_, index) =>
      issue(1_000 - index, 1 + index / 10, { body: 'x'.repeat(9_000) }),
    );
    const { vendor, finding } = await asking(({ query }) => {
      const page = Number(query.get('page'));
      return answerOf(all.slice((page - 1) * 50, page * 50), { total_count: 400 })();
    });

    const read = found(finding);
    expect(vendor.asked).toHaveLength(3);
    expect(read.result).toMatchObject({ total: 400 });
    expect(read.truncated).toBe(true);
    expect(read.view.untrusted).toContain('only the 150 issues updated last were read'.replace(' issues', ''));
    expect(estimateTokens(read.view.untrusted)).toBeLessThanOrEqual(2_000);
  }, 15_000);

  it('says when the search gave up half way', async () => {
    const { finding } = await asking(answerOf([issue(1, 5)], { incomplete_results: true }));

    expect(found(finding).truncated).toBe(true);
  });

  it('takes the refusal to search a hidden repository for a missing permission', async () => {
    const { finding } = await asking(() => ({ status: 422, body: { message: 'Validation Failed' } }));

    expect(failure(finding).fix).toContain('Grant issues: read');
  });

  it.each`
    more                                                          | says
    ${{ words: ['x" repo:acme/secret "'] }}                       | ${'words'}
    ${{ labels: ['a" is:closed'] }}                               | ${'labels'}
    ${{ words: Array.from({ length: 5 }, () => 'x'.repeat(70)) }} | ${'at most 200 characters'}
    ${{ service: undefined }}                                     | ${'give a repository or a service'}
  `('refuses $more', async ({ more, says }) => {
    const { vendor, finding } = await asking(shopOnGitHub, more);

    expect(failure(finding).reason).toContain(says);
    expect(vendor.asked).toEqual([]);
  });

  it('lets no text become a qualifier', () => {
    const query = issueQuery({
      repository: 'acme/shop',
      state: 'open',
      labels: ['a","b" is:closed'],
      words: ['x" OR repo:acme/secret OR "', 'a\nb', '\\"'],
      updated: null,
    });

    const outsideQuotes = query.replaceAll(/"[^"]*"/gu, '""');
    expect(outsideQuotes).toBe('repo:acme/shop is:issue is:open label:"" "" "" ""');
  });
});
