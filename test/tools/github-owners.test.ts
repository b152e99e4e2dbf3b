/** `github_owners`: CODEOWNERS as GitHub reads it. */
import { describe, expect, it } from 'vitest';
import { parseOwners, ruleFor } from '../../tools/github/codeowners.ts';
import { tool as owners } from '../../tools/github-owners.ts';
import { type Answer, type Asked, startVendor } from './counterpart.ts';
import { base64, environment, sha, shopOnGitHub } from './github-vendor.ts';
import { ask, failure, found, headline } from './shop.ts';
import { keepsVendorContract } from './vendor-contract.ts';

const input = {
  repository: 'acme/shop',
  paths: ['services/checkout/src/pool.ts', 'docs/pool.md', '/services/cart/a.ts'],
};

keepsVendorContract({ tool: owners, environment, input, answer: shopOnGitHub });

const asking = async (answer: (asked: Asked) => Answer, asked: object = input) => {
  const vendor = await startVendor(answer);
  return { vendor, finding: await ask(owners, { environment: environment(vendor.url), input: asked }) };
};
const file = (text: string) => ({ type: 'file', sha: sha('6'), encoding: 'base64', content: base64(text) });
const only =
  (place: string, body: unknown) =>
  (asked: Asked): Answer => {
    if (asked.path === '/repos/acme/shop') return { body: { full_name: 'acme/shop', default_branch: 'main' } };
    return asked.path.endsWith(`/contents/${encodeURIComponent(place)}`) ? { body } : { status: 404, body: {} };
  };

describe('github_owners', () => {
  it('answers who owns each path, and by which rule', async () => {
    const { finding } = await asking(shopOnGitHub);

    const read = found(finding);
    expect(read.result).toEqual({
      repository: 'acme/shop',
      codeowners: '.github/CODEOWNERS',
      ruleCount: 4,
      fileCount: 3,
      ownedCount: 2,
      skippedLines: [],
      tooLarge: false,
      files: [
        {
          path: input.paths[0],
          owners: ['@acme/payments-team', 'dana@example.com'],
          pattern: '/services/checkout/',
          line: 4,
        },
        { path: 'docs/pool.md', owners: [], pattern: '*.md', line: 5 },
        { path: '/services/cart/a.ts', owners: ['@acme/services'], pattern: '/services/', line: 3 },
      ],
    });
    expect(headline(finding)).toBe(
      '2 of 3 files of acme/shop have owners: <@acme/payments-team dana@example.com @acme/services>',
    );
    expect(read.query).toBe('GET /repos/acme/shop/contents/.github/CODEOWNERS');
    expect(read.link).toBe('https://github.test/acme/shop/blob/HEAD/.github/CODEOWNERS');
  });

  it.each(['.github/CODEOWNERS', 'CODEOWNERS', 'docs/CODEOWNERS'])('finds it at %s', async (place) => {
    const { finding } = await asking(only(place, file('* @acme/all')));

    expect(found(finding).result).toMatchObject({ codeowners: place, ownedCount: 3 });
  });

  it('says so when the repository has none, and fails when the repository is hidden', async () => {
    const none = await asking(only('nowhere', null));
    const hidden = await asking(() => ({ status: 404, body: {} }));

    expect(none.finding).toMatchObject({ kind: 'empty', searched: expect.stringContaining('there is none') });
    expect(failure(hidden.finding).reason).toContain('no such thing, or hidden');
  });

  it('reads a file too large for the contents API from its blob', async () => {
    const large = { type: 'file', sha: sha('6'), encoding: 'none', content: '' };
    const { finding } = await asking((asked) =>
      asked.path.endsWith(`/git/blobs/${sha('6')}`) ? { body: file('* @acme/all') } : only('CODEOWNERS', large)(asked),
    );

    expect(found(finding).result).toMatchObject({ ownedCount: 3 });
  });

  it('says which lines GitHub skips', async () => {
    const { finding } = await asking(
      only('CODEOWNERS', file('[Section] @a\n* @acme/all\n!*.md @b\n*.ts not-an-owner')),
    );

    expect(found(finding).result).toMatchObject({ skippedLines: [1, 3, 4], ownedCount: 3 });
    expect(found(finding).view.untrusted).toContain('lines GitHub skips as invalid: 1, 3, 4');
  });

  it('decides against twenty thousand hostile rules in seconds, and skips what is worse', () => {
    const text = Array.from({ length: 20_000 }, () => '**/a*a*a*/**/b*b*b* @acme/all').join('\n');
    const rules = parseOwners(text);
    const startedAtMs = performance.now();

    const rule = ruleFor(rules, `${'a'.repeat(60)}/${'b/'.repeat(40)}c`);

    expect(rule).toBeNull();
    expect(parseOwners(`${'*a'.repeat(9)} @acme/all`).skippedLines).toEqual([1]);
    expect(performance.now() - startedAtMs).toBeLessThan(5_000);
  });
});

// From GitHub's page on code owners, and gitignore's rules where it refers to them.
it.each`
  pattern           | path                           | matches
  ${'*'}            | ${'a/b/c.ts'}                  | ${true}
  ${'*.js'}         | ${'app/src/main.js'}           | ${true}
  ${'*.js'}         | ${'main.jsx'}                  | ${false}
  ${'/build/logs/'} | ${'build/logs/a/b.log'}        | ${true}
  ${'/build/logs/'} | ${'x/build/logs/a.log'}        | ${false}
  ${'/build/logs/'} | ${'build/logs'}                | ${false}
  ${'docs/*'}       | ${'docs/getting-started.md'}   | ${true}
  ${'docs/*'}       | ${'docs/build-app/trouble.md'} | ${false}
  ${'apps/'}        | ${'x/apps/y/z.ts'}             | ${true}
  ${'apps/'}        | ${'apps'}                      | ${false}
  ${'/docs/'}       | ${'docs/a.md'}                 | ${true}
  ${'/apps/github'} | ${'apps/github/a/b.ts'}        | ${true}
  ${'/apps/github'} | ${'apps/github'}               | ${true}
  ${'/apps/github'} | ${'apps/githubber/a.ts'}       | ${false}
  ${'**/logs'}      | ${'build/logs/a.log'}          | ${true}
  ${'**/logs'}      | ${'logs/a.log'}                | ${true}
  ${'a/**/b'}       | ${'a/b'}                       | ${true}
  ${'a/**/b'}       | ${'a/x/y/b/c.ts'}              | ${true}
  ${'a/**'}         | ${'a/x/y.ts'}                  | ${true}
  ${'a/**'}         | ${'a'}                         | ${false}
  ${'/*'}           | ${'README.md'}                 | ${true}
  ${'/*'}           | ${'src/a.ts'}                  | ${false}
  ${'src/*.ts'}     | ${'src/a.ts'}                  | ${true}
  ${'src/*.ts'}     | ${'src/x/a.ts'}                | ${false}
  ${'README.md'}    | ${'deep/README.md'}            | ${true}
  ${'Readme.md'}    | ${'README.md'}                 | ${false}
  ${'a?c.ts'}       | ${'abc.ts'}                    | ${true}
  ${'a?c.ts'}       | ${'a/c.ts'}                    | ${false}
  ${'my\\ docs/'}   | ${'my docs/a.md'}              | ${true}
  ${'/'}            | ${'a.ts'}                      | ${false}
`('CODEOWNERS $pattern and $path: $matches', ({ pattern, path, matches }) => {
  const rule = ruleFor(parseOwners(`${pattern} @acme/team`), path);

  expect(rule !== null).toBe(matches);
});

it.each`
  text                                       | path          | expected
  ${'* @a\n*.ts @b\n'}                       | ${'x.ts'}     | ${['@b']}
  ${'*.ts @b\n* @a\n'}                       | ${'x.ts'}     | ${['@a']}
  ${'* @a\n/secret/\n'}                      | ${'secret/x'} | ${[]}
  ${'* @a # and @b\n'}                       | ${'x'}        | ${['@a']}
  ${'# * @a\n'}                              | ${'x'}        | ${null}
  ${'\\#x @a\n'}                             | ${'#x'}       | ${null}
  ${'* @a\r\n*.ts\t@org/team\ta@b.test\r\n'} | ${'x.ts'}     | ${['@org/team', 'a@b.test']}
  ${'[a-z].ts @a\n'}                         | ${'x.ts'}     | ${null}
  ${'!x.ts @a\n'}                            | ${'x.ts'}     | ${null}
`('reads $text for $path', ({ text, path, expected }) => {
  expect(ruleFor(parseOwners(text), path)?.owners ?? null).toEqual(expected);
});
