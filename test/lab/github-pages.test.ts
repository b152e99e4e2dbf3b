import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { history, type Lab, openChange, revertFiles, shop, startLab } from './github-fixture.ts';

describe('the page of a pull request', () => {
  let lab: Lab;
  beforeAll(async () => {
    const hostile = history.map((pull) => ({
      ...pull,
      title: pull.number === 3 ? '<script>alert(1)</script>' : pull.title,
      body: `</pre><img src=x onerror="alert(1)">`,
    }));
    lab = await startLab({ history: hostile });
  });
  afterAll(async () => {
    await lab.github.close();
  });
  const page = async (path: string) => {
    const response = await fetch(`${lab.github.url}${path}`);
    return {
      status: response.status,
      policy: response.headers.get('content-security-policy'),
      text: await response.text(),
    };
  };
  const post = (number: number, origin: string) =>
    fetch(`${lab.github.url}/acme/shop/pull/${number}/merge`, {
      method: 'POST',
      headers: { origin },
      redirect: 'manual',
    });

  it('shows title, body and diff as text, never as markup', async () => {
    const { status, text } = await page('/acme/shop/pull/3');

    expect(status).toBe(200);
    expect(text).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(text).toContain('&lt;/pre&gt;&lt;img src=x onerror=&quot;alert(1)&quot;&gt;');
    expect(text).toContain('+export const timeoutMs = 80;');
    expect(text).not.toMatch(/<script|<img/);
  });

  it('forbids script, other origins and frames', async () => {
    const { policy } = await page('/acme/shop/pull/3');

    expect(policy).toMatch(/^default-src 'none'; style-src 'sha256-[^']+'; form-action 'self'; frame-ancestors 'none'/);
  });

  it('merges on the button of the page, and on no other site', async () => {
    const { number } = await openChange(lab, { branch: 'by-hand', files: { 'README.md': 'by hand\n' } });
    const before = await page(`/acme/shop/pull/${number}`);
    const foreign = await post(number, 'https://evil.example');
    const still = (await lab.reader.pulls.get({ ...shop, pull_number: number })).data.state;
    const own = await post(number, lab.github.url);
    const after = await page(`/acme/shop/pull/${number}`);

    expect(before.text).toContain('Merge pull request</button>');
    expect([foreign.status, still, own.status]).toEqual([403, 'open', 303]);
    expect(after.text).toContain('Merged by dana');
    expect(after.text).not.toContain('<button');
  });

  it('says on the page why a merge was refused', async () => {
    const response = await post(3, lab.github.url);

    expect(response.status).toBe(409);
    expect(await response.text()).toContain('Pull Request is not mergeable');
  });

  it('shows commits, lists and the deployments of a merge', async () => {
    const { number } = await openChange(lab, { branch: 'rollback', files: revertFiles });
    await lab.github.mergePull('acme/shop', number);
    const { data } = await lab.reader.pulls.get({ ...shop, pull_number: number });
    const commit = await page(`/acme/shop/commit/${data.merge_commit_sha}`);
    const pull = await page(`/acme/shop/pull/${number}`);
    const list = await page('/acme/shop/pulls');

    expect(commit.text).toContain('-export const timeoutMs = 80;');
    expect(pull.text).toContain('Deploy cart to prod: queued');
    expect(list.text).toContain(`/acme/shop/pull/${number}`);
  });

  it('answers to its loopback names only', async () => {
    const { request } = await import('node:http');
    const status = await new Promise<number | undefined>((resolve, reject) => {
      request(`${lab.github.url}/acme/shop/pulls`, { headers: { host: 'evil.example' } }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on('error', reject)
        .end();
    });

    expect(status).toBe(421);
    expect((await page('/acme/shop/pull/999')).status).toBe(404);
  });
});
