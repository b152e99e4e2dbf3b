import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { alertMs, faultyNumber, history, iso, type Lab, quoteBefore, shop, startLab } from './github-fixture.ts';

describe('the history, read through the real SDK', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await startLab();
  });
  afterAll(async () => {
    await lab.github.close();
  });

  it('lists merged pull requests newest first in the time of the lab', async () => {
    const { data } = await lab.reader.pulls.list({ ...shop, state: 'closed', sort: 'updated', direction: 'desc' });

    expect(data.map(({ number }) => number)).toEqual([4, 3, 2, 1]);
    expect(data.map(({ merged_at }) => merged_at)).toEqual(
      [4, 3, 2, 1].map((number) =>
        iso(history.find((pull) => pull.number === number && pull.repository === 'acme/shop')?.mergedAtMs ?? 0),
      ),
    );
    expect(data.every(({ merge_commit_sha }) => /^[0-9a-f]{40}$/.test(merge_commit_sha ?? ''))).toBe(true);
  });

  it('pages lists with links that lead back to the front', async () => {
    const numbers = await lab.reader.paginate(lab.reader.pulls.list, { ...shop, state: 'all', per_page: 3 });
    const shas = await lab.reader.paginate(lab.reader.repos.listCommits, { ...shop, per_page: 2 });

    expect(numbers.map(({ number }) => number)).toEqual([4, 3, 2, 1]);
    expect(new Set(shas.map(({ sha }) => sha)).size).toBe(shas.length);
    expect(shas.length).toBeGreaterThanOrEqual(5);
  });

  it('filters commits by their own dates', async () => {
    const since = iso(alertMs - 90 * 60_000);
    const until = iso(alertMs - 30 * 60_000);
    const { data } = await lab.reader.repos.listCommits({ ...shop, since, until });
    const dates = data.map(({ commit }) => commit.committer?.date ?? '');

    expect(data.some(({ commit }) => commit.message.includes('Give up on slow quotes sooner'))).toBe(true);
    expect(dates.every((date) => date >= since && date <= until)).toBe(true);
  });

  it('filters commits by path', async () => {
    const { data } = await lab.reader.repos.listCommits({ ...shop, path: 'services/cart/src/quote.ts' });

    expect(data.length).toBeGreaterThanOrEqual(2);
    expect(data.at(-1)?.commit.message).toBe('Import');
  });

  it('gives the real diff of a merge, and the same files for its pull request', async () => {
    const pull = (await lab.reader.pulls.get({ ...shop, pull_number: faultyNumber })).data;
    const commit = (await lab.reader.repos.getCommit({ ...shop, ref: pull.merge_commit_sha ?? '' })).data;
    const files = (await lab.reader.pulls.listFiles({ ...shop, pull_number: faultyNumber })).data;
    const compared = await lab.reader.repos.compareCommitsWithBasehead({
      ...shop,
      basehead: `${pull.base.sha}...${pull.head.sha}`,
    });

    const paths = ['services/cart/src/limits/limit.ts', 'services/cart/src/quote.ts'];
    for (const list of [commit.files, files, compared.data.files])
      expect(list?.map(({ filename }) => filename)).toEqual(paths);
    expect(files[1]?.patch).toContain('-export const timeoutMs = 800;\n+export const timeoutMs = 80;');
    expect(pull).toMatchObject({ merged: true, additions: 2, deletions: 1, changed_files: 2, state: 'closed' });
    expect(pull.user.login).toBe('ana');
  });

  it('serves a unified diff for the diff media type', async () => {
    const { data } = await lab.reader.pulls.get({ ...shop, pull_number: faultyNumber, mediaType: { format: 'diff' } });

    expect(data).toEqual(
      expect.stringContaining('--- a/services/cart/src/quote.ts\n+++ b/services/cart/src/quote.ts\n@@ -1,4 +1,4 @@'),
    );
  });

  it('keeps blobs under the ids git gives them', async () => {
    const pull = (await lab.reader.pulls.get({ ...shop, pull_number: faultyNumber })).data;
    const tree = (await lab.reader.git.getTree({ ...shop, tree_sha: pull.base.sha, recursive: '1' })).data.tree;
    const entry = tree.find(({ path }) => path === 'services/cart/src/quote.ts');
    const id = createHash('sha1').update(`blob ${quoteBefore.length}\0${quoteBefore}`).digest('hex');
    const blob = (await lab.reader.git.getBlob({ ...shop, file_sha: id })).data;

    expect(entry?.sha).toBe(id);
    expect(Buffer.from(blob.content, 'base64').toString()).toBe(quoteBefore);
  });

  it('knows which pull request brought a commit', async () => {
    const pull = (await lab.reader.pulls.get({ ...shop, pull_number: faultyNumber })).data;
    const merged = await lab.reader.repos.listPullRequestsAssociatedWithCommit({
      ...shop,
      commit_sha: pull.merge_commit_sha ?? '',
    });

    expect(merged.data.map(({ number }) => number)).toEqual([faultyNumber]);
  });

  it('shows deployments of the history with their service, commit and statuses', async () => {
    const { data } = await lab.reader.repos.listDeployments({ ...shop, environment: 'prod' });
    const pull = (await lab.reader.pulls.get({ ...shop, pull_number: faultyNumber })).data;
    const statuses = await lab.reader.repos.listDeploymentStatuses({ ...shop, deployment_id: data[0]?.id ?? 0 });

    expect(data.map(({ payload }) => payload)).toEqual([{ service: 'cart' }, { service: 'orders' }]);
    expect(data[0]).toMatchObject({ sha: pull.merge_commit_sha, created_at: iso(alertMs - 40 * 60_000 + 30_000) });
    expect(statuses.data.map(({ state }) => state)).toEqual(['success', 'in_progress', 'queued']);
    expect(statuses.data[0]?.created_at).toBe(iso(alertMs - 40 * 60_000 + 100_000));
  });

  it('has one environment, the one it deploys to', async () => {
    const { data } = await lab.reader.repos.getAllEnvironments(shop);

    expect(data.environments?.map(({ name }) => name)).toEqual(['prod']);
  });

  it('has merge commits and squashes, with the branch of a merge in its second parent', async () => {
    const { data } = await lab.reader.pulls.list({ ...shop, state: 'closed' });
    const merges = await Promise.all(
      data.map(
        async ({ merge_commit_sha }) =>
          (await lab.reader.git.getCommit({ ...shop, commit_sha: merge_commit_sha ?? '' })).data,
      ),
    );
    const parents = merges.map((commit) => commit.parents.length);

    expect(new Set(parents)).toEqual(new Set([1, 2]));
  });

  it('says not found for what it does not serve, instead of something wrong', async () => {
    await expect(lab.reader.issues.listLabelsForRepo(shop)).rejects.toMatchObject({ status: 404 });
    await expect(lab.reader.repos.get({ owner: 'acme', repo: 'nope' })).rejects.toMatchObject({ status: 404 });
  });
});

describe('tokens', () => {
  it('lets the read token read and not write', async () => {
    const lab = await startLab();
    const sha = (await lab.reader.git.getRef({ ...shop, ref: 'heads/main' })).data.object.sha;
    const refused = lab.reader.git.createRef({ ...shop, ref: 'refs/heads/mine', sha });
    await expect(refused).rejects.toMatchObject({ status: 403 });
    await expect(lab.reader.pulls.merge({ ...shop, pull_number: 1 })).rejects.toMatchObject({ status: 403 });
    await expect(lab.writer.git.getRef({ ...shop, ref: 'heads/mine' })).rejects.toMatchObject({ status: 404 });
    await lab.github.close();
  });

  it('knows no other token', async () => {
    const lab = await startLab();
    await expect(lab.client('ghp_somebody').repos.get(shop)).rejects.toMatchObject({ status: 401 });
    expect((await fetch(`${lab.github.url}/repos/acme/shop`)).status).toBe(401);
    await lab.github.close();
  });
});
