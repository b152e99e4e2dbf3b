import { afterAll, beforeAll, expect, it } from 'vitest';
import type { PlanState } from '../../../src/core/approval.ts';
import { parseTags, textOfHtml } from '../../support/parse-html.ts';
import { samplePlanRow, tellStory } from '../../support/sample-story.ts';
import { startWebWorld, type Visitor, visit, type WebWorld } from '../../support/web-world.ts';

let world: WebWorld;
let dana: Visitor;

beforeAll(async () => {
  world = await startWebWorld();
  await tellStory(world);
  dana = await visit(world.web.url);
});
afterAll(() => world.web.stop());

const paths = [
  '/',
  '/incidents',
  '/c/incidents',
  '/c/incidents?thread=m3',
  '/i/INC-1',
  '/i/INC-1/e/E2',
  '/i/INC-1/postmortem',
  '/approve/plan-1',
  '/stats',
  '/audit',
  '/nowhere',
];

it.each(paths)('%s runs no inline script or style, asks nobody else and protects every form', async (path) => {
  const { html, headers } = await dana.get(path);
  expect(headers.get('content-security-policy')).toBe(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  );
  const tags = parseTags(html);
  const inline = tags
    .flatMap(({ attributes }) => Object.keys(attributes))
    .filter((each) => each === 'style' || each.startsWith('on'));
  const loaded = tags.filter(({ name }) => name === 'script' || name === 'img' || name === 'link');
  expect(inline).toEqual([]);
  expect(loaded.length).toBeGreaterThanOrEqual(3);
  for (const { attributes } of loaded) expect(attributes['src'] ?? attributes['href']).toMatch(/^\/static\//u);
  const posts = html
    .split('<form ')
    .filter((part) => part.startsWith('method="post"') || part.includes('method="post"'));
  for (const form of posts) expect(form.slice(0, form.indexOf('</form>'))).toContain('name="csrf"');
  expect(new Set(tags.flatMap(({ attributes }) => attributes['id'] ?? [])).size).toBe(
    tags.filter(({ attributes }) => 'id' in attributes).length,
  );
  expect(tags.filter(({ name }) => name === 'h1')).toHaveLength(1);
});

it('the incident page tells the story in the order people ask', async () => {
  const text = textOfHtml((await dana.get('/i/INC-1')).html);
  const order = [
    'Checkout p95 latency is high',
    'Likely:',
    'Onset',
    'Detected',
    'First card',
    'Verdict',
    'Approved',
    'Mitigated',
    'Signal',
    'Causes',
    'Configuration change on payments',
    'Would be wrong if',
    'Evidence',
    'payments v42 went live',
    'Gaps',
    'logs:StartQuery',
    'Plan and approvals',
    'Dana Whitfield',
    'Timeline',
    'Verdict: Likely, config-change on payments',
    'Cost',
    'Audit proof',
    '6 entries for INC-1',
  ];
  const main = text.slice(text.indexOf('As of'));
  let at = 0;
  for (const part of order) {
    const found = main.indexOf(part, at);
    expect({ part, inOrder: found >= at }).toEqual({ part, inOrder: true });
    at = found;
  }
  expect(main).toContain('2 min 28 s');
  expect(main).toContain('Alert at 800 ms');
  expect(main).toContain('1 min 30 s before');
});

it('an evidence page carries the query, the window, the digest, the result and the way to the vendor', async () => {
  const { html } = await dana.get('/i/INC-1/e/E3');
  const text = textOfHtml(html);
  for (const fact of [
    'GET /repos/acme/payments/pulls/41',
    '13:52:00 to 14:07:00 UTC',
    '449777124b1466a8ed667d0dd4c06209',
    'max: 20',
    'Smaller pools ahead of the proxy',
    'A, an authenticated control plane',
    'Supports H1',
  ]) {
    expect(text).toContain(fact);
  }
  expect(html).toContain('href="https://app.datadoghq.com/metric/explorer"');
});

it('the plan page shows exactly what would run and to what an approval is bound', async () => {
  const text = textOfHtml((await dana.get('/approve/plan-1')).html);
  for (const fact of [
    '3 of 3, high',
    'max: 20',
    'Open a pull request that reverts #41',
    '"owner": "acme"',
    'base',
    '"abc"',
    samplePlanRow().digest,
    '1 of 2 approved',
    'Requester',
    'Not an owner',
    'Dana Whitfield: counted',
  ]) {
    expect(text).toContain(fact);
  }
});

it.each<[PlanState, string]>([
  ['approved', 'Approved'],
  ['rejected', 'Rejected, nothing ran'],
  ['expired', 'Timed out, nothing ran'],
  ['superseded', 'Replaced by a newer version'],
  ['stale', 'Out of date, nothing ran'],
  ['running', 'Running'],
  ['done', 'Done'],
  ['failed', 'Failed'],
  ['stopped', 'Stopped'],
])('a plan that is %s says so and offers no decision', async (state, says) => {
  const other = await startWebWorld();
  other.rows.plans.push(samplePlanRow({ state }));
  const { html } = await (await visit(other.web.url)).get('/approve/plan-1');
  await other.web.stop();
  expect(textOfHtml(html)).toContain(says);
  expect(html).not.toContain('value="approve"');
});

it('search finds by evidence and says when nothing matches', async () => {
  expect(textOfHtml((await dana.get('/incidents?q=connection+pool')).html)).toContain('1 of 1 incidents match');
  expect(textOfHtml((await dana.get('/incidents?q=zebra')).html)).toContain('0 of 1 incidents match “zebra”');
});

it('an empty channel says what to type and offers it as a button', async () => {
  const other = await startWebWorld();
  const { html } = await (await visit(other.web.url)).get('/c/incidents');
  await other.web.stop();
  expect(textOfHtml(html)).toContain('Nothing has been said here yet');
  expect(html).toContain('name="text" value="@causeway what is wrong with Payments?"');
});

it('the living status is pinned over its thread, which a reader can close', async () => {
  expect((await dana.get('/c/incidents')).html).toContain('class="thread__pin"');
  expect((await dana.get('/c/incidents?thread=none')).html).not.toContain('class="thread__pin"');
});

it('the postmortem reads as a page and downloads as Markdown and JSON', async () => {
  expect((await dana.get('/i/INC-1/postmortem')).html).toContain('<h1>Postmortem of INC-1</h1>');
  const markdown = await dana.get('/i/INC-1/postmortem.md');
  expect(markdown.headers.get('content-disposition')).toBe('attachment; filename="postmortem-INC-1.md"');
  expect(markdown.html).toContain('# Postmortem of INC-1');
  expect(JSON.parse((await dana.get('/i/INC-1/postmortem.json')).html)).toEqual({ id: 'INC-1' });
});

it.each([
  '/c/nowhere',
  '/i/INC-9',
  '/i/INC-1/e/E99',
  '/i/INC-1/e/x',
  '/approve/plan-9',
  '/static/../server.ts',
  '/%E0%A4%A',
  '//',
])('%s is a page that says what is missing', async (path) => {
  const { status, html } = await dana.get(path);
  expect(status).toBe(404);
  expect(textOfHtml(html)).toMatch(/There is no .+ Check the address/u);
});

it('a known page asked the wrong way says how it is used', async () => {
  expect((await dana.post('/stats', {})).status).toBe(405);
});

it('answers probes without a person or a known host', async () => {
  expect(await (await fetch(`${world.web.url}/healthz`)).text()).toBe('ok\n');
  expect(await (await fetch(`${world.web.url}/readyz`)).json()).toEqual({ ready: true, problems: [] });
});

it('is not ready while something keeps it from serving', async () => {
  const other = await startWebWorld({ ready: () => Promise.resolve(['migrating']) });
  const response = await fetch(`${other.web.url}/readyz`);
  await other.web.stop();
  expect([response.status, await response.json()]).toEqual([503, { ready: false, problems: ['migrating'] }]);
});

it('a broken chain is said with its number', async () => {
  const other = await startWebWorld({
    verifyAudit: () => Promise.resolve({ ok: false, firstBadSeq: 17, why: 'hash does not match' }),
  });
  const visitor = await visit(other.web.url);
  const text = textOfHtml(await (await visitor.post('/audit/verify', visitor.envelope())).text());
  await other.web.stop();
  expect(text).toContain('Chain broken at entry 17: hash does not match');
});

it('keeps a failing page a page, and says nothing of the inside', async () => {
  const other = await startWebWorld({ postmortem: () => Promise.reject(new Error('secret inside')) });
  await tellStory(other);
  const { status, html } = await (await visit(other.web.url)).get('/i/INC-1/postmortem');
  await other.web.stop();
  expect(status).toBe(500);
  expect(html).not.toContain('secret inside');
});

it('style and script come with a tag, so that a browser reads them once; all script is under 100 KB', async () => {
  const first = await fetch(`${world.web.url}/static/live.js`);
  expect((await first.text()).length).toBeLessThan(100_000);
  const again = await fetch(`${world.web.url}/static/live.js`, {
    headers: { 'if-none-match': first.headers.get('etag') ?? '' },
  });
  expect(again.status).toBe(304);
});

it('refuses to start with a short secret', async () => {
  await expect(startWebWorld({ secret: 'short' })).rejects.toThrow('at least 32 characters');
});
