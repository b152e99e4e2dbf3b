import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Card } from '../../../src/core/card.ts';
import { hasChromium, launchChromium } from '../../support/chromium.ts';
import { samplePlanRow, tellStory } from '../../support/sample-story.ts';
import { startWebWorld, type WebWorld } from '../../support/web-world.ts';

const place = { platform: 'web', tenant: 'local', channel: 'incidents' } as const;
const greeting: Card = {
  kind: 'greeting',
  fallback: 'I am reading what changed.',
  lead: ['I am reading what changed.'],
  actions: [{ id: 'brief-me', label: 'Brief Me', value: 'INC-1', style: 'plain' }],
};

describe.skipIf(!hasChromium)(`in a real browser${hasChromium ? '' : ' (left out: no /usr/bin/chromium)'}`, () => {
  let browser: Browser;
  let world: WebWorld;
  let page: Page;
  let broken: string[];

  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser.close());
  beforeEach(async () => {
    world = await startWebWorld();
    broken = [];
    page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    page.on('pageerror', (error) => broken.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error' && !message.text().includes('ERR_')) broken.push(message.text());
    });
  });
  afterEach(async () => {
    await page.close();
    await world.web.stop();
    // An error in our script fails whichever test met it.
    if (broken.length > 0) throw new Error(broken.join('\n'));
  });

  it('a mention brings a card live, and its button reaches the flow once', async () => {
    world.onInbound = async ({ type }) => {
      if (type === 'mention') await world.platform.post(place, greeting, 'greeting');
    };
    await page.goto(`${world.web.url}/c/incidents`);
    await page.getByText('Live', { exact: true }).waitFor();
    await page.getByLabel('Message incidents').fill('@causeway why is checkout slow?');
    await page.getByLabel('Message incidents').press('Enter');
    await page.getByText('I am reading what changed.').waitFor();
    expect(await page.getByText('Nothing has been said here yet').count()).toBe(0);
    expect(await page.getByLabel('Message incidents').inputValue()).toBe('');
    await page.getByRole('button', { name: 'Brief Me' }).dblclick();
    await expect.poll(() => world.taken.filter(({ type }) => type === 'click').length).toBe(1);
    expect(world.taken.map(({ type }) => type)).toEqual(['mention', 'click']);
  });

  it('the button of an empty channel asks the question', async () => {
    await page.goto(`${world.web.url}/c/incidents`);
    await page.getByRole('button', { name: /what is wrong with Payments/u }).click();
    await page.locator('.said').waitFor();
    expect(world.taken).toMatchObject([{ type: 'mention', text: { untrusted: 'what is wrong with Payments?' } }]);
  });

  it('the status opens its thread by itself, and an edit replaces it in place', async () => {
    await page.goto(`${world.web.url}/c/incidents`);
    await page.getByText('Live', { exact: true }).waitFor();
    const status: Card = {
      kind: 'status',
      fallback: 'Looking',
      title: ['Checkout is slow'],
      facts: [{ label: 'Next', value: ['Reading'] }],
    };
    const ref = await world.platform.post(place, status, 'status');
    await world.platform.post(
      { ...place, root: ref.id },
      { kind: 'evidence', fallback: 'E1', title: [{ evidence: 'E1' }, ' · the pool is full'] },
      'e1',
    );
    await page.locator('#thread .ev').waitFor();
    await world.platform.update(ref, { ...status, facts: [{ label: 'Next', value: ['1 approval'] }] }, 1);
    await page.locator('#thread .thread__pin', { hasText: '1 approval' }).waitFor();
    expect(await page.locator('#log .msg').count()).toBe(1);
    expect(await page.locator('#thread .ev').count()).toBe(1);
  });

  it('asks in a dialog before a button that needs it, and Go Back does nothing', async () => {
    await tellStory(world, samplePlanRow({ plan: { ...samplePlanRow().plan, risk: 2 } }));
    await page.goto(`${world.web.url}/c/incidents`);
    await page.locator('#log').getByRole('button', { name: 'Approve Plan' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Go Back' }).click();
    expect(world.taken).toEqual([]);
    await page.locator('#log').getByRole('button', { name: 'Approve Plan' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Approve Plan' }).click();
    await expect.poll(() => world.taken).toMatchObject([{ type: 'click', action: 'approve-plan' }]);
  });

  it('switching person changes who speaks', async () => {
    await page.goto(`${world.web.url}/c/incidents`);
    await page.getByText('Lee', { exact: true }).click();
    await page.waitForFunction("document.querySelector('input[name=account]:checked').value === 'w-lee'");
    await page.getByLabel('Message incidents').fill('the deploy was mine');
    await page.getByRole('button', { name: 'Send' }).first().click();
    await page.locator('.msg__by', { hasText: 'Lee Tanaka' }).waitFor();
    expect(world.taken).toMatchObject([{ type: 'message', actor: { account: 'w-lee' } }]);
  });

  it('says that the connection is lost, and catches up when the server is back', async () => {
    await page.goto(`${world.web.url}/c/incidents`);
    await page.getByText('Live', { exact: true }).waitFor();
    await page.context().setOffline(true);
    await world.web.stop();
    await page.getByText('Connection lost, retrying').waitFor();
    world = await startWebWorld({}, world);
    await world.platform.post(place, greeting, 'while away');
    await page.context().setOffline(false);
    await page.getByText('I am reading what changed.').waitFor();
    await page.getByText('Live', { exact: true }).waitFor();
    expect(await page.locator('#log .msg').count()).toBe(1);
  });

  it('j and k walk the evidence, / finds the search, a opens the approval page without approving', async () => {
    await tellStory(world);
    await page.goto(`${world.web.url}/i/INC-1`);
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.keyboard.press('k');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('E1');
    await page.keyboard.press('/');
    await page.keyboard.type('ja');
    expect(await page.getByRole('searchbox').inputValue()).toBe('ja');
    await page.getByRole('heading', { level: 1 }).click();
    await page.keyboard.press('a');
    await page.waitForURL('**/approve/plan-1');
    expect(world.taken).toEqual([]);
  });

  it('no page is wider than a phone', async () => {
    const width = 390;
    await tellStory(world);
    await page.setViewportSize({ width, height: 844 });
    for (const path of [
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
    ]) {
      await page.goto(`${world.web.url}${path}`);
      const shown = await page.evaluate('document.documentElement.scrollWidth');
      expect({ path, shown }).toEqual({ path, shown: width });
    }
  });
});
