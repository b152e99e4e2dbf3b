/** The GitHub tools over real git objects: the lab's history behind GitHub's protocol. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Finding, Tool } from '../../src/tool.ts';
import { integration } from '../../tools/github/integration.ts';
import { tool as changes } from '../../tools/github-changes.ts';
import { tool as compare } from '../../tools/github-compare.ts';
import { tool as diff } from '../../tools/github-diff.ts';
import { tool as findSymbol } from '../../tools/github-find-symbol.ts';
import { tool as issues } from '../../tools/github-issues.ts';
import { tool as owners } from '../../tools/github-owners.ts';
import { tool as runs } from '../../tools/github-workflow-runs.ts';
import { alertMs, faultyNumber, iso, type Lab, shop, startLab } from '../lab/github-fixture.ts';
import { states } from './integration-checks.ts';
import { ask, found } from './shop.ts';

let lab: Lab;
let mergeSha = '';
let beforeSha = '';

beforeAll(async () => {
  lab = await startLab();
  const { data } = await lab.reader.pulls.get({ ...shop, pull_number: faultyNumber });
  mergeSha = data.merge_commit_sha ?? '';
  beforeSha = data.base.sha;
});
afterAll(async () => {
  await lab.github.close();
});

const asking = (tool: Tool, input: object): Promise<Finding> =>
  ask(tool, {
    environment: { GITHUB_TOKEN: lab.github.readToken, GITHUB_API_URL: lab.github.url, GITHUB_WEB_URL: lab.github.url },
    input: { repository: 'acme/shop', ...input },
  });

const twoDays = { from: iso(alertMs - 2 * 86_400_000), to: iso(alertMs) };
const quotePath = 'services/cart/src/quote.ts';

it('reads what changed', async () => {
  const finding = found(await asking(changes, { ...twoDays, ci: true }));

  expect(finding.signals.changes).toMatchObject([
    { kind: 'deploy', repository: 'acme/shop' },
    { id: 'acme/shop#2', kind: 'pull-request', diff: expect.stringContaining('+export const place = 2;') },
  ]);
});

it('cuts a real diff to the asked path', async () => {
  const input = { pull: faultyNumber, paths: [`/app/${quotePath}`], symbols: ['timeoutMs'] };
  const finding = found(await asking(diff, input));

  expect(finding.result).toMatchObject({ fileCount: 2, hunksOnPath: 1, service: 'cart' });
  expect(finding.view.untrusted.split('\n').slice(2, 5)).toEqual([
    `+++ ${quotePath}`,
    '@@ -1,4 +1,4 @@',
    '-export const timeoutMs = 800;',
  ]);
});

it('compares forward and back over real commits', async () => {
  const forward = found(await asking(compare, { base: beforeSha, head: mergeSha }));
  const back = found(await asking(compare, { base: mergeSha, head: beforeSha }));

  const pullRequests = [{ number: faultyNumber, title: 'Give up on slow quotes sooner' }];
  const services = [{ service: 'cart', fileCount: 2 }];
  expect(forward.result).toMatchObject({ direction: 'adds', commitCount: 1, pullRequests, services });
  expect(back.result).toMatchObject({ direction: 'undoes', commitCount: 1, pullRequests, services });
});

it('finds the line of a frame in a real tree, and who wrote each line around it', async () => {
  const finding = found(await asking(findSymbol, { sha: mergeSha.slice(0, 10), file: '/app/src/quote.ts', line: 1 }));

  expect(finding.result).toMatchObject({
    sha: mergeSha,
    places: [{ path: quotePath, lines: [{ line: 1, text: 'export const timeoutMs = 80;' }, {}, {}, {}] }],
    writers: [
      { line: 1, sha: mergeSha, pullNumber: faultyNumber },
      { line: 2, title: 'Import', pullNumber: null },
      { line: 3, title: 'Import' },
    ],
  });
});

it('finds the definition of a name in a real tree', async () => {
  const finding = found(await asking(findSymbol, { service: 'cart', symbol: 'quote.retries' }));

  expect(finding.result).toMatchObject({
    chosen: 'default branch',
    places: [{ path: quotePath, line: 2, defines: true }],
  });
});

it('says that nothing failed and nobody owns', async () => {
  expect(await asking(runs, twoDays)).toMatchObject({ kind: 'empty' });
  expect(await asking(owners, { paths: ['a.ts'] })).toMatchObject({ kind: 'empty' });
});

it('finds no issues in a shop where nobody writes any', async () => {
  expect(await asking(issues, twoDays)).toMatchObject({ kind: 'empty' });
});

it('is examined without complaint', async () => {
  const environment = { GITHUB_TOKEN: lab.github.readToken, GITHUB_API_URL: lab.github.url };
  const connected = integration.connect(integration.environment.parse(environment));
  const context = {
    signal: new AbortController().signal,
    nowMs: Date.now(),
    environment: 'prod',
    repositories: ['acme/shop'],
    namespaces: [],
    logGroups: [],
  };

  const checks = await connected.examine(context);

  expect(states(checks)).toEqual(['reachable ok', 'clock ok', 'scopes unknown', 'read ok', 'write refused ok']);
});
