/** Goal: a runbook is filled in on a page that works without script, sent once, and asked of people as if typed. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Incident } from '../../../src/core/incident.ts';
import { plainText } from '../../../src/core/plain-text.ts';
import { taint } from '../../../src/core/tainted.ts';
import { hasChromium, launchChromium } from '../../support/chromium.ts';
import { answersFor, everyKind, formCatalogue, formStage, shipped } from '../../support/form-stage.ts';
import { startWebWorld, type Visitor, visit, type WebWorld } from '../../support/web-world.ts';

const stage = formStage();
let world: WebWorld;
let lee: Visitor;
beforeAll(async () => {
  const { forms, intake, chatLog, clock, world: flow } = stage();
  const { store, catalogue } = flow;
  const people = formCatalogue.people;
  world = await startWebWorld({ forms, intake, chatLog, clock, store, catalogue, localPeople: people });
});
afterAll(() => world.web.stop());
beforeEach(async () => {
  lee = await visit(world.web.url);
  await lee.post('/me', { csrf: lee.csrf(), account: 'w-lee', back: '/c/incidents' });
  await lee.get('/c/incidents');
});

const incident = (): Promise<Incident> => stage().incidentAt({ platform: 'web', tenant: 'local' });
const pageOf = ({ id }: Incident, runbook: string): string => `/i/${id}/runbooks/${runbook}`;

async function open(at: Incident, runbook: string): Promise<{ readonly html: string; readonly seal: string }> {
  const { status, html } = await lee.get(pageOf(at, runbook));
  expect({ status, html: status === 200 ? '' : html }).toEqual({ status: 200, html: '' });
  return { html, seal: /name="seal" value="([^"]+)"/u.exec(html)?.[1] ?? '' };
}

const asFields = (answers: { readonly [input: string]: string }) =>
  Object.fromEntries(Object.entries(answers).map(([name, value]) => [`field_${name}`, value]));

/** To the page of the runbook its seal names. */
const send = (at: Incident, seal: string, answers: { readonly [input: string]: string }) =>
  lee.post(pageOf(at, seal.split('.')[1] ?? ''), { ...lee.envelope(), seal, ...asFields(answers) });

const cardsIn = async ({ place }: Incident): Promise<string> =>
  JSON.stringify(await stage().chatLog.messages({ channel: place.channel }));

it.each(shipped.map((runbook) => [runbook.name, runbook] as const))(
  '%s opens with its inputs',
  async (name, runbook) => {
    const { html } = await open(await incident(), name);
    const fields = [...html.matchAll(/<(?:input|select)[^>]* name="(?<name>field_[^"]+)"/gu)].map(
      ({ groups }) => groups?.['name'],
    );
    expect(fields).toEqual(Object.keys(runbook.inputs).map((input) => `field_${input}`));
    for (const field of fields) expect(html).toContain(`<label for="${field}">`);
  },
);

it.each(['every-kind', 'undo-rollout', 'raise-provider-quota'])(
  '%s, sent, asks for approval in the channel',
  async (name) => {
    const at = await incident();
    const runbook = [everyKind, ...shipped].find((each) => each.name === name) ?? everyKind;
    const answers = answersFor(runbook);
    const { seal } = await open(at, name);

    const sent = await send(at, seal, answers);

    expect([sent.status, sent.headers.get('location')]).toEqual([303, `/c/${at.place.channel}`]);
    await expect.poll(() => cardsIn(at)).toContain('approve-plan');
    const said = Object.entries(answers).map(([input, value]) => `${input}=${value}`);
    expect(await stage().titles(at)).toEqual([`${runbook.title} (${said.join(', ')})`]);
  },
);

describe('the page', () => {
  it('keeps what was typed, says what is wrong at its field, and asks for nothing', async () => {
    const at = await incident();
    const { seal } = await open(at, 'every-kind');

    const wrong = await send(at, seal, { note: 'x y=z "<b>"', flag: 'New', share: '2', where: 'blue', force: '' });
    const html = await wrong.text();

    expect(wrong.status).toBe(422);
    expect(html).toContain('3 fields need another value. Nothing was requested.');
    expect(html).toContain('value="x y=z &quot;&lt;b&gt;&quot;"');
    expect(html).toContain('value="New"');
    expect(html).toContain('<option value="blue" selected>');
    expect(html).toMatch(/aria-describedby="field_flag-hint field_flag-error" aria-invalid="true"/u);
    expect(html).toContain('Not allowed: give a number from 0 to 1');
    expect(html).toContain('Fill this in: give yes or no');
    expect(await stage().titles(at)).toEqual([]);

    const again = /name="seal" value="([^"]+)"/u.exec(html)?.[1] ?? '';
    await send(at, again, { note: 'x y=z', flag: 'new', share: '1', where: 'blue', force: 'false' });
    await expect
      .poll(() => stage().titles(at))
      .toEqual([`${everyKind.title} (note=x y=z, flag=new, share=1, where=blue, force=false)`]);
  });

  it('asks once, however often it is sent', async () => {
    const at = await incident();
    const { seal } = await open(at, 'every-kind');
    const answers = { note: '', flag: 'a', share: '1', where: 'blue', force: 'true' };
    const statuses = await Promise.all([1, 2, 3].map(async () => (await send(at, seal, answers)).status));
    expect(statuses).toEqual([303, 303, 303]);
    await expect.poll(() => stage().titles(at)).toHaveLength(1);
    await send(at, seal, { ...answers, flag: 'b' });
    await expect.poll(() => cardsIn(at)).toContain('approve-plan');
    expect(await stage().titles(at)).toHaveLength(1);
  });

  it('refuses altered seals, other incidents, other people and foreign pages', async () => {
    const [at, other] = [await incident(), await incident()];
    const { seal } = await open(at, 'every-kind');
    const answers = { note: '', flag: 'a', share: '1', where: 'blue', force: 'true' };
    const moved = seal.replace(at.id, other.id);
    const statuses = [
      (await send(other, moved, answers)).status,
      (await send(other, seal, answers)).status,
      (await send(at, `${seal.slice(0, -1)}${seal.endsWith('A') ? 'B' : 'A'}`, answers)).status,
      (await lee.post(pageOf(at, 'every-kind'), { ...lee.envelope(), csrf: 'x', seal, ...asFields(answers) })).status,
    ];
    await lee.post('/me', { csrf: lee.csrf(), account: 'w-dana', back: '/c/incidents' });
    await lee.get('/c/incidents');
    statuses.push((await send(at, seal, answers)).status);
    expect(statuses).toEqual([403, 404, 403, 403, 403]);
    expect([...(await stage().titles(at)), ...(await stage().titles(other))]).toEqual([]);
  });

  it('does not open for a closed incident, an unknown runbook, or an incident of another platform', async () => {
    const [at, slack] = [await incident(), await stage().incidentAt({ platform: 'slack', tenant: 'T1' })];
    const unknown = await lee.get(pageOf(at, 'drop-database'));
    const foreign = await lee.get(pageOf(slack, 'every-kind'));
    await stage().close(at);
    const closed = await lee.get(pageOf(at, 'every-kind'));
    expect([unknown.status, foreign.status, closed.status]).toEqual([403, 404, 403]);
    expect(closed.html).toContain('A runbook needs an open incident');
  });

  it('takes no secret, and does not show it again', async () => {
    const at = await incident();
    const { seal } = await open(at, 'every-kind');
    const { redactor } = stage().world;
    Object.assign(stage().world, {
      redactor: { redact: async (text: string) => ({ text: text.replace('hunter2', '[masked]'), redactions: 1 }) },
    });
    const wrong = await send(at, seal, { note: 'hunter2', flag: 'a', share: '1', where: 'blue', force: 'true' });
    Object.assign(stage().world, { redactor });
    const html = await wrong.text();
    expect(html).toContain('This looks like a secret or personal data');
    expect(html).not.toContain('hunter2');
    expect(await stage().titles(at)).toEqual([]);
  });
});

describe('the way to the page', () => {
  /** Says it in the incident's channel and presses the Fill In button of the answer. */
  async function ask(at: Incident, text: string, chosen = {}) {
    const { intake } = stage();
    const actor = { platform: 'web', tenant: 'local', account: 'w-lee' } as const;
    const key = `ask-${at.id}`;
    await intake({ type: 'command', key, place: at.place, actor, text: taint(text), atMs: world.clock.nowMs() });
    await expect.poll(() => cardsIn(at)).toContain('fill-runbook');
    const [message] = await stage().chatLog.messages({ channel: at.place.channel });
    const action = message?.card?.actions?.find(({ id }) => id === 'fill-runbook');
    if (!message || !action) throw new Error('no button was shown');
    const fields = { ...lee.envelope(), message: message.id, action: action.id, value: action.value, ...chosen };
    return lee.post(`/c/${at.place.channel}/clicks`, fields);
  }

  it('is a button on the answer to a runbook without its values', async () => {
    const at = await incident();
    expect((await ask(at, 'runbook every-kind')).headers.get('location')).toBe(pageOf(at, 'every-kind'));
  });

  it('is a choice and a button on the list of runbooks', async () => {
    const at = await incident();
    const pressed = await ask(at, 'runbook list', { choice_runbook: 'purge-cache' });
    expect(pressed.headers.get('location')).toBe(pageOf(at, 'purge-cache'));
  });

  it('says so when nothing was chosen', async () => {
    const pressed = await ask(await incident(), 'runbook list', { choice_runbook: '' });
    expect([pressed.status, (await pressed.text()).includes('No runbook was chosen')]).toEqual([400, true]);
  });
});

it('shows what the incident suggests, and says so', async () => {
  const at = await incident();
  await stage().world.store.keepOnTape(at.id, 'first/runbook-facts', { facts: { flag: 'new-pay' }, cites: [] });
  const { html } = await open(at, 'every-kind');
  expect(html).toContain('Flag (suggested by this incident)');
  expect(html).toContain('value="new-pay"');
});

describe.skipIf(!hasChromium)(`in a real browser${hasChromium ? '' : ' (left out: no /usr/bin/chromium)'}`, () => {
  it('is filled in by keyboard alone, without script, and is no wider than a phone', async () => {
    const at = await incident();
    const browser = await launchChromium();
    const page = await browser.newPage({ viewport: { width: 390, height: 844 }, javaScriptEnabled: false });
    await page.goto(`${world.web.url}${pageOf(at, 'every-kind')}`);
    await page.getByLabel('Note').focus();
    await page.keyboard.type('two words');
    await page.keyboard.press('Tab');
    await page.keyboard.type('NEW');
    for (const key of ['Tab', 'Tab', 'Tab', 'ArrowDown']) await page.keyboard.press(key);
    await page.keyboard.press('Enter');
    await page.getByRole('alert').waitFor();
    expect(await page.getByLabel('Note').inputValue()).toBe('two words');
    expect(await page.locator('[aria-invalid=true]').count()).toBe(1);
    const boxes = await Promise.all((await page.locator('.field > *, .note').all()).map((each) => each.boundingBox()));
    expect(boxes.filter((box) => box === null || box.x + box.width > 390)).toEqual([]);
    await page.getByLabel('Flag').fill('new');
    await page.getByRole('button', { name: 'Request Run' }).click();
    await page.waitForURL(`**/c/${at.place.channel}`);
    await browser.close();
    await expect.poll(() => stage().titles(at)).toHaveLength(1);
    expect(plainText(taint((await stage().titles(at))[0] ?? ''))).toContain('note=two words, flag=new');
  });
});
