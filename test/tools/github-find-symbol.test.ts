/** `github_find_symbol`: from a stack frame to the deployed line and who wrote it. */
import { describe, expect, it } from 'vitest';
import { estimateTokens } from '../../src/core/token-estimate.ts';
import { traceLine } from '../../tools/github/blame.ts';
import { tool as findSymbol } from '../../tools/github-find-symbol.ts';
import { type Answer, type Asked, startVendor } from './counterpart.ts';
import { bad, base64, environment, files, good, merge, poolPath, sha, shopOnGitHub, tree } from './github-vendor.ts';
import { ask, at, failure, found, headline } from './shop.ts';
import { keepsVendorContract } from './vendor-contract.ts';

const frame = { service: 'checkout', file: '/app/src/pool.ts', line: 2 };

keepsVendorContract({ tool: findSymbol, environment, input: frame, answer: shopOnGitHub });

const asking = async (input: object, answer: (asked: Asked) => Answer = shopOnGitHub) => {
  const vendor = await startVendor(answer);
  return { vendor, finding: await ask(findSymbol, { environment: environment(vendor.url), input }) };
};
const placesOf = (finding: Awaited<ReturnType<typeof asking>>['finding']) => {
  const result = found(finding).result;
  return typeof result === 'object' && result !== null && 'places' in result ? result['places'] : [];
};

describe('github_find_symbol', () => {
  it('shows the lines of a stack frame as deployed, and which pull request wrote them', async () => {
    const { finding } = await asking(frame);

    const read = found(finding);
    expect(headline(finding)).toBe(
      `<${poolPath}:2> in acme/shop at bbbbbbbbbbbb (deployed), written by cccccccccccc (#41) at 2026-11-18 09:40 UTC: <max = 2;>`,
    );
    expect(read.result).toMatchObject({
      repository: 'acme/shop',
      sha: bad,
      chosen: 'deployed',
      placeCount: 1,
      places: [{ path: poolPath, line: 2, defines: false }],
      writers: [{ line: 2, sha: merge, author: 'Lee', title: 'Merge pull request #41', pullNumber: 41, at: at(20) }],
      others: ['services/cart/src/pool.ts'],
    });
    expect(read.view.untrusted).toContain('> 2:   max = 2;');
    expect(read.view.untrusted).toContain('other files that fit: services/cart/src/pool.ts');
    expect(read.query).toBe(`git blame -L 1,8 ${bad} -- ${poolPath}`);
    expect(read.link).toBe(`https://github.test/acme/shop/blob/${bad}/${poolPath}#L2`);
  });

  it.each`
    file
    ${'/app/src/pool.ts'}
    ${'src/pool.ts'}
    ${'pool.ts'}
    ${'file:///srv/checkout/src/pool.ts'}
    ${'webpack:///./src/pool.ts?1f2c'}
    ${String.raw`C:\\build\\checkout\\src\\pool.ts`}
    ${'services/checkout/src/pool.ts'}
  `('finds $file in the paths of the service', async ({ file }) => {
    const { finding } = await asking({ ...frame, file });

    expect(placesOf(finding)).toMatchObject([{ path: poolPath }]);
  });

  it('tells files of one name apart by the parts of the symbol', async () => {
    const { finding } = await asking({
      repository: 'acme/shop',
      file: 'pool.ts',
      symbol: 'acme.checkout.Pool',
      sha: bad,
    });

    expect(placesOf(finding)).toMatchObject([{ path: poolPath, line: 1, defines: true }]);
  });

  it('finds a name without a file: its definition first, then where it is used', async () => {
    const { vendor, finding } = await asking({ service: 'checkout', symbol: 'Pool' });

    expect(placesOf(finding)).toMatchObject([
      { path: poolPath, line: 1, defines: true },
      { path: 'services/checkout/src/charge.ts', line: 1 },
      { path: 'services/checkout/src/charge.ts', line: 2 },
    ]);
    const blobs = vendor.asked.filter(({ path }) => path.includes('/git/blobs/'));
    expect(blobs.map(({ path }) => path.slice(-1)).toSorted()).toEqual(['4', '5']);
    expect(vendor.asked.some(({ path }) => path.startsWith('/search'))).toBe(false);
  });

  it('looks in the commit that is asked for, and in the default branch where nothing is deployed', async () => {
    const asked = await asking({ ...frame, sha: bad.slice(0, 7) }, (one) =>
      one.path.endsWith(`/commits/${bad.slice(0, 7)}`) ? { body: { sha: bad } } : shopOnGitHub(one),
    );
    const nothingLive = await asking(frame, (one) =>
      one.path.endsWith('/deployments') ? { body: [] } : shopOnGitHub(one),
    );
    const earlier = await asking({ ...frame, before: at(20) }, (one) =>
      one.path.endsWith(`/git/trees/${good}`) ? { body: { sha: good, truncated: false, tree } } : shopOnGitHub(one),
    );

    expect(found(asked.finding).result).toMatchObject({ sha: bad, chosen: 'asked' });
    expect(found(nothingLive.finding).result).toMatchObject({ sha: bad, chosen: 'default branch' });
    expect(found(earlier.finding).result).toMatchObject({ sha: good, chosen: 'deployed' });
  });

  it('searches at most thirty files, and says how many it did not search', async () => {
    const many = Array.from({ length: 200 }, (_, index) => ({
      path: `services/checkout/src/part-${index}.ts`,
      mode: '100644',
      type: 'blob',
      sha: sha('5'),
      size: 50,
    }));
    const { vendor, finding } = await asking({ service: 'checkout', symbol: 'acquire' }, (asked) =>
      asked.path.includes('/git/trees/') ? { body: { sha: bad, truncated: false, tree: many } } : shopOnGitHub(asked),
    );

    const read = found(finding);
    expect(vendor.asked.filter(({ path }) => path.includes('/git/blobs/')).length).toBe(30);
    expect(read.view.untrusted).toContain('170 files were not searched');
    expect(read.truncated).toBe(true);
    expect(estimateTokens(read.view.untrusted)).toBeLessThanOrEqual(2_000);
  });

  it('walks down to the folder of the service where the tree is too large to be listed', async () => {
    const folder = (path: string, digit: string) => ({ path, mode: '040000', type: 'tree', sha: sha(digit) });
    const blob = { path: 'src/pool.ts', mode: '100644', type: 'blob', sha: sha('4'), size: 30 };
    const trees: { readonly [id: string]: readonly object[] } = {
      [bad]: [folder('services', '7')],
      [sha('7')]: [folder('checkout', '8')],
      [sha('8')]: [blob],
    };
    const { vendor, finding } = await asking(frame, (asked) => {
      const id = /\/git\/trees\/(.*)$/u.exec(asked.path)?.[1] ?? '';
      if (id === '') return shopOnGitHub(asked);
      const truncated = id === bad && asked.query.has('recursive');
      return { body: { sha: id, truncated, tree: truncated ? [] : (trees[id] ?? []) } };
    });

    expect(placesOf(finding)).toMatchObject([{ path: poolPath }]);
    expect(found(finding).truncated).toBe(true);
    expect(vendor.asked.filter(({ path }) => path.includes('/git/trees/')).length).toBe(4);
  });

  it.each`
    input                                              | searched
    ${{ ...frame, file: 'nowhere.ts' }}                | ${'0 of 4 files searched'}
    ${{ ...frame, line: 9_000 }}                       | ${'1 of 4 files searched'}
    ${{ service: 'checkout', symbol: 'neverHeardOf' }} | ${'2 of 4 files searched'}
  `('says what it searched: $searched', async ({ input, searched }) => {
    const { finding } = await asking(input);

    expect(finding).toMatchObject({ kind: 'empty', searched: expect.stringContaining(searched) });
  });

  it('names nobody for a line that the last commits did not write, or whose text is another', async () => {
    const other = files.map((file) => ({
      ...file,
      patch: '@@ -1,3 +1,3 @@\n export class Pool {\n-  a\n+  other text\n ',
    }));
    const { finding } = await asking(frame, (asked) => {
      const answer = shopOnGitHub(asked);
      return asked.path.endsWith(`/commits/${merge}`) ? { body: { ...Object(answer.body), files: other } } : answer;
    });

    expect(found(finding).result).toMatchObject({ writers: [] });
    expect(headline(finding)).not.toContain('written by');
  });

  it('puts no file name that means something to a shell into what people paste', async () => {
    const path = 'services/checkout/src/$(touch x)/pool.ts';
    const { finding } = await asking(frame, (asked) => {
      if (!asked.path.includes('/git/trees/')) return shopOnGitHub(asked);
      return { body: { sha: bad, truncated: false, tree: [{ path, type: 'blob', sha: sha('4'), size: 9 }] } };
    });

    const read = found(finding);
    expect(read.query).toBe(`git ls-tree -r --name-only ${bad}`);
    expect(read.link).toContain('/%24(touch%20x)/pool.ts#L2');
    expect(read.headline.filter((part) => typeof part === 'string').join('')).not.toContain('touch');
  });

  it('survives long lines and files that are no text', async () => {
    const text = `${'\u0000\uFFFDx'.repeat(100_000)}\n`.repeat(3);
    const { finding } = await asking(frame, (asked) =>
      asked.path.includes('/git/blobs/')
        ? { body: { sha: sha('4'), encoding: 'base64', content: base64(text) } }
        : shopOnGitHub(asked),
    );

    expect(estimateTokens(found(finding).view.untrusted)).toBeLessThanOrEqual(2_000);
  });

  it.each`
    input                                                  | says
    ${{ file: 'a.ts', line: 1 }}                           | ${'give a repository or a service'}
    ${{ service: 'checkout' }}                             | ${'give a file or a symbol'}
    ${{ service: 'checkout', file: 'a.ts' }}               | ${'give a line or a symbol'}
    ${{ service: 'checkout', symbol: 'a', line: 4 }}       | ${'a line needs a file'}
    ${{ service: 'checkout', symbol: 'x; rm -rf /' }}      | ${'symbol'}
    ${{ service: 'checkout', symbol: 'x', sha: 'HEAD~1' }} | ${'sha'}
    ${{ service: 'cardgate', symbol: 'x' }}                | ${'cardgate has no repository'}
  `('refuses $input: $says', async ({ input, says }) => {
    const { vendor, finding } = await asking(input);

    expect(failure(finding).reason).toContain(says);
    expect(vendor.asked).toEqual([]);
  });
});

describe('a line followed through a patch', () => {
  const patch =
    '@@ -2,4 +2,5 @@ class A {\n two\n-old\n+new\n+more\n four\n@@ -20,2 +21,1 @@\n twenty\n-gone\n\\ No newline at end of file';

  it.each`
    line  | expected
    ${1}  | ${{ kind: 'older', line: 1 }}
    ${2}  | ${{ kind: 'older', line: 2 }}
    ${3}  | ${{ kind: 'wrote', text: 'new' }}
    ${4}  | ${{ kind: 'wrote', text: 'more' }}
    ${5}  | ${{ kind: 'older', line: 4 }}
    ${21} | ${{ kind: 'older', line: 20 }}
    ${22} | ${{ kind: 'older', line: 22 }}
    ${30} | ${{ kind: 'older', line: 30 }}
  `('$line: $expected', ({ line, expected }) => {
    expect(traceLine(patch, line)).toEqual(expected);
  });
});
