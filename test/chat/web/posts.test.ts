import { request } from 'node:http';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { plainText } from '../../../src/core/plain-text.ts';
import { buttonOf } from '../../support/plan-button.ts';
import { samplePlanRow, tellStory } from '../../support/sample-story.ts';
import { become, startWebWorld, type Visitor, visit, type WebWorld, webCatalogue } from '../../support/web-world.ts';

let world: WebWorld;
let dana: Visitor;
const json = { accept: 'application/json' };
const place = { platform: 'web', tenant: 'local', channel: 'incidents' } as const;

beforeEach(async () => {
  world = await startWebWorld();
  dana = await visit(world.web.url);
});
afterEach(() => world.web.stop());

const said = async (): Promise<readonly string[]> =>
  (await world.chatLog.messages({ channel: 'incidents' })).flatMap(({ text }) => (text ? [plainText(text)] : []));

it('shows what a person says and hands it to the flow, once for a double submit', async () => {
  const fields = { ...dana.envelope(), text: '@causeway why is checkout slow?' };
  const answers = await Promise.all([
    dana.post('/c/incidents/messages', fields),
    dana.post('/c/incidents/messages', fields),
  ]);
  expect(answers.map(({ status }) => status)).toEqual([303, 303]);
  expect(answers[0]?.headers.get('location')).toBe('/c/incidents');
  expect(await said()).toEqual(['@causeway why is checkout slow?']);
  expect(world.taken).toMatchObject([
    {
      type: 'mention',
      place,
      actor: { platform: 'web', tenant: 'local', account: 'w-dana' },
      text: { untrusted: 'why is checkout slow?' },
    },
  ]);
});

it('takes the same words again when they are sent as a new act', async () => {
  await dana.post('/c/incidents/messages', { ...dana.envelope(), text: 'still slow' });
  await dana.post('/c/incidents/messages', { ...dana.envelope(), text: 'still slow' });
  expect(await said()).toEqual(['still slow', 'still slow']);
  expect(world.taken).toHaveLength(2);
});

it.each([
  ['@causeway: look at the database', 'mention', 'look at the database'],
  ['please @Causeway look', 'mention', 'please   look'],
  ['/sre status', 'command', 'status'],
  ['/sre', 'command', ''],
  ['/srestatus', 'message', '/srestatus'],
  ['mail me@causeway.example', 'message', 'mail me@causeway.example'],
  ['the deploy is done', 'message', 'the deploy is done'],
])('understands %j as a %s', async (text, type, heard) => {
  await dana.post('/c/incidents/messages', { ...dana.envelope(), text });
  expect(world.taken).toMatchObject([{ type, text: { untrusted: heard } }]);
});

it('keeps a reply in its thread', async () => {
  const root = await world.platform.post(place, { kind: 'status', fallback: 'Looking' }, 'status');
  const answer = await dana.post('/c/incidents/messages', {
    ...dana.envelope(),
    text: 'I saw that too',
    root: root.id,
  });
  expect(answer.headers.get('location')).toBe(`/c/incidents?thread=${root.id}`);
  expect(world.taken).toMatchObject([{ type: 'message', place: { ...place, root: root.id } }]);
});

it('speaks as the person chosen, and a page of the person before cannot act any more', async () => {
  const before = dana.envelope();
  await become(dana, 'w-lee');
  const stale = await dana.post('/c/incidents/messages', { ...before, text: 'as Dana' }, json);
  expect(stale.status).toBe(409);
  expect(await stale.json()).toMatchObject({ title: 'You are now Lee Tanaka' });
  await dana.post('/c/incidents/messages', { ...dana.envelope(), text: 'as Lee' });
  expect((await world.chatLog.messages({ channel: 'incidents' })).map(({ author }) => author.name)).toEqual([
    'Lee Tanaka',
  ]);
});

it.each([
  { name: 'too long', fields: { text: 'x'.repeat(4_001) }, status: 413, title: /4001 characters, 4000 is the limit/u },
  { name: 'empty', fields: { text: '   ' }, status: 400, title: /empty/u },
  { name: 'an unknown thread', fields: { text: 'hi', root: 'm404' }, status: 404, title: /no such message/u },
  { name: 'a bad nonce', fields: { text: 'hi', nonce: '!' }, status: 400, title: /incomplete/u },
  { name: 'no token', fields: { text: 'hi', csrf: '' }, status: 403, title: /too old/u },
  { name: 'a foreign token', fields: { text: 'hi', csrf: 'A'.repeat(43) }, status: 403, title: /too old/u },
])('refuses a message: $name', async ({ fields, status, title }) => {
  const answer = await dana.post('/c/incidents/messages', { ...dana.envelope(), ...fields }, json);
  expect(answer.status).toBe(status);
  expect(await answer.json()).toMatchObject({
    ok: false,
    title: expect.stringMatching(title),
    fix: expect.stringMatching(/\w/u),
  });
  expect(await said()).toEqual([]);
  expect(world.taken).toEqual([]);
});

it('refuses a channel that does not exist', async () => {
  const answer = await dana.post('/c/nowhere/messages', { ...dana.envelope(), text: 'hi' });
  expect(answer.status).toBe(404);
  expect(await answer.text()).toContain('There is no channel nowhere');
  expect(world.taken).toEqual([]);
});

it('refuses a body of more than 64 KiB and a body that is no form', async () => {
  expect((await dana.post('/c/incidents/messages', { ...dana.envelope(), text: 'x'.repeat(70_000) })).status).toBe(413);
  expect((await dana.post('/c/incidents/messages', dana.envelope(), { 'content-type': 'text/plain' })).status).toBe(
    415,
  );
  expect(world.taken).toEqual([]);
});

it('refuses a forged or missing person cookie', async () => {
  const fields = new URLSearchParams({ ...dana.envelope(), text: 'hi' });
  const [account, id, signature] = dana.cookie().split('=')[1]?.split('.') ?? [];
  const lee = Buffer.from('w-lee').toString('base64url');
  for (const cookie of ['', `causeway_person=${lee}.${id}.${signature}`, `causeway_person=${account}.${id}.AAAA`]) {
    const answer = await fetch(`${world.web.url}/c/incidents/messages`, {
      method: 'POST',
      body: fields,
      headers: { cookie },
    });
    expect(answer.status).toBe(403);
  }
  expect(world.taken).toEqual([]);
});

it('refuses a post from another site and a page under another host name', async () => {
  const fields = { ...dana.envelope(), text: 'hi' };
  expect((await dana.post('/c/incidents/messages', fields, { origin: 'https://evil.example' })).status).toBe(403);
  expect((await dana.post('/c/incidents/messages', fields, { origin: 'null' })).status).toBe(403);
  expect((await dana.post('/c/incidents/messages', fields, { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
  const rebound = await new Promise<number | undefined>((resolve, reject) => {
    request({ port: world.web.port, host: '127.0.0.1', path: '/', headers: { host: 'evil.example' } }, (response) =>
      resolve(response.resume().statusCode),
    )
      .on('error', reject)
      .end();
  });
  expect(rebound).toBe(421);
  expect((await dana.post('/c/incidents/messages', fields, { origin: world.web.url })).status).toBe(303);
  expect(world.taken).toHaveLength(1);
});

it('cannot become somebody without a web account, nor be sent to another site', async () => {
  expect((await dana.post('/me', { csrf: dana.csrf(), account: 'U1' })).status).toBe(400);
  expect((await dana.post('/me', { csrf: 'x', account: 'w-lee' })).status).toBe(403);
  const away = await dana.post('/me', { csrf: dana.csrf(), account: 'w-lee', back: '//evil.example' });
  expect(away.headers.get('location')).toBe('/');
});

it('passes a click on once, with what the button carries', async () => {
  const message = await world.platform.post(
    place,
    {
      kind: 'greeting',
      fallback: 'Hello',
      actions: [{ id: 'brief-me', label: 'Brief Me', value: 'INC-1', style: 'plain' }],
    },
    'greeting',
  );
  const fields = { ...dana.envelope(), message: message.id, action: 'brief-me', value: 'INC-1' };
  await Promise.all([dana.post('/c/incidents/clicks', fields, json), dana.post('/c/incidents/clicks', fields, json)]);
  expect(world.taken).toMatchObject([
    { type: 'click', action: 'brief-me', value: 'INC-1', place, actor: { account: 'w-dana' }, reason: null },
  ]);
});

it('refuses a click on a button the message does not show: other value, other channel, edited away', async () => {
  const card = {
    kind: 'greeting',
    fallback: 'Hello',
    actions: [{ id: 'brief-me', label: 'Brief Me', value: 'INC-1', style: 'plain' }],
  } as const;
  const message = await world.platform.post(place, card, 'greeting');
  const fields = { message: message.id, action: 'brief-me', value: 'INC-1' };
  const click = (change: Record<string, string>, channel = 'incidents'): Promise<Response> =>
    dana.post(`/c/${channel}/clicks`, { ...dana.envelope(), ...fields, ...change }, json);
  expect((await click({ value: 'INC-2' })).status).toBe(409);
  expect((await click({ action: 'approve-plan' })).status).toBe(409);
  expect((await click({ action: 'drop-database' })).status).toBe(400);
  expect((await click({ message: 'm404' })).status).toBe(404);
  expect((await click({}, 'other')).status).toBe(404);
  await world.platform.update(message, { kind: 'record', fallback: 'Done' }, 1);
  expect((await click({})).status).toBe(409);
  expect(world.taken).toEqual([]);
});

it('asks before a button that needs confirmation, without script on a page of its own', async () => {
  await tellStory(world, samplePlanRow({ plan: { ...samplePlanRow().plan, risk: 2 } }));
  const { html } = await dana.get('/c/incidents');
  const value = /name="value" value="(plan-1\.1\.[0-9a-f]{8}\.[\w.-]+)"/u.exec(html)?.[1] ?? '';
  const message =
    (await world.chatLog.messages({ channel: 'incidents' })).find(({ card }) => card?.kind === 'proposal')?.id ?? '';
  const fields = { ...dana.envelope(), message, action: 'approve-plan', value };
  const question = await dana.post('/c/incidents/clicks', fields);
  expect(question.status).toBe(200);
  expect(await question.text()).toContain('Opens one pull request. Undo: close it.');
  expect(world.taken).toEqual([]);
  expect((await dana.post('/c/incidents/clicks', { ...fields, confirmed: '1' })).status).toBe(303);
  expect(world.taken).toMatchObject([{ type: 'click', action: 'approve-plan', value }]);
});

it('asks for a reason in place, and takes the click with it or, where it may be left out, without', async () => {
  const value = 'plan-1:1:89e3b525';
  const reject = { id: 'reject-plan', label: 'Reject Plan', value, style: 'plain', reason: 'optional' } as const;
  const card = { kind: 'proposal', fallback: 'Approval needed', actions: [reject] } as const;
  const message = await world.platform.post(place, card, 'asking');
  const { html } = await dana.get('/c/incidents');
  expect(html).toMatch(
    /<details class="ask"><summary[^>]*>Reject Plan<\/summary><form[^>]*>.*name="reason" maxlength/su,
  );
  const fields = { message: message.id, action: 'reject-plan', value, confirmed: '1' };

  await dana.post('/c/incidents/clicks', { ...dana.envelope(), ...fields, reason: 'already reverted' });
  await dana.post('/c/incidents/clicks', { ...dana.envelope(), ...fields, reason: '' });

  expect(world.taken).toMatchObject([
    { action: 'reject-plan', value, reason: { untrusted: 'already reverted' } },
    { action: 'reject-plan', value, reason: null },
  ]);
});

it('sends the approver of a high-risk plan to its page, whatever the form says', async () => {
  const row = samplePlanRow();
  await tellStory(world, row);
  const message = (await world.chatLog.messages({ channel: 'incidents' })).find(
    ({ card }) => card?.kind === 'proposal',
  );
  const value = message?.card?.actions?.[0]?.value ?? '';
  const answer = await dana.post(
    '/c/incidents/clicks',
    { ...dana.envelope(), message: message?.id ?? '', action: 'approve-plan', value, confirmed: '1' },
    json,
  );
  expect(await answer.json()).toEqual({ open: '/approve/plan-1' });
  expect(world.taken).toEqual([]);
  expect((await dana.get('/c/incidents')).html).toContain('href="/approve/plan-1"');
});

it('takes a decision from the plan page: read, with a reason, bound to the digest', async () => {
  const row = samplePlanRow();
  await tellStory(world, row);
  await become(dana, 'w-lee');
  await dana.get('/approve/plan-1');
  const decide = (change: Record<string, string>): Promise<Response> =>
    dana.post('/approve/plan-1', {
      ...dana.envelope(),
      digest: row.digest,
      decision: 'approve',
      read: 'on',
      reason: 'Seen with Dana',
      ...change,
    });
  const unread = await dana.post('/approve/plan-1', {
    ...dana.envelope(),
    digest: row.digest,
    decision: 'approve',
    reason: 'x',
  });
  expect([
    unread.status,
    (await decide({ reason: ' ' })).status,
    (await decide({ digest: 'a'.repeat(64) })).status,
  ]).toEqual([400, 400, 409]);
  expect(world.taken).toEqual([]);
  const answer = await decide({});
  expect(answer.headers.get('location')).toBe('/approve/plan-1?sent=1');
  expect(world.taken).toMatchObject([
    {
      type: 'click',
      action: 'approve-plan',
      value: buttonOf(row),
      signedIn: { person: 'lee', method: 'local' },
      place,
      actor: { account: 'w-lee' },
      reason: { untrusted: 'Seen with Dana' },
    },
  ]);
});

it('lets a member of the group break the glass for a high-risk plan on its page only, with a reason', async () => {
  await world.web.stop();
  world = await startWebWorld({ catalogue: { ...webCatalogue, breakGlass: 'payments-oncall' } });
  dana = await visit(world.web.url);
  const row = samplePlanRow();
  await tellStory(world, row);
  const value = buttonOf(row, 'break-glass');
  const offer = { id: 'break-glass', label: 'Break Glass', value, style: 'danger', reason: 'required' } as const;
  const message = await world.platform.post(place, { kind: 'notice', fallback: 'Glass', actions: [offer] }, 'offer');
  const click = { message: message.id, action: 'break-glass', value, confirmed: '1', reason: 'x' };
  const answer = await dana.post('/c/incidents/clicks', { ...dana.envelope(), ...click }, json);
  expect(await answer.json()).toEqual({ open: '/approve/plan-1' });
  expect((await dana.get('/approve/plan-1')).html).toContain('value="break-glass"');
  const decide = (change: Record<string, string>): Promise<Response> =>
    dana.post('/approve/plan-1', { ...dana.envelope(), digest: row.digest, decision: 'break-glass', ...change });
  expect((await decide({ read: 'on', reason: ' ' })).status).toBe(400);
  expect((await decide({ reason: 'nobody else is awake' })).status).toBe(400);
  expect(world.taken).toEqual([]);
  await decide({ read: 'on', reason: 'nobody else is awake' });
  expect(world.taken).toMatchObject([{ action: 'break-glass', value, reason: { untrusted: 'nobody else is awake' } }]);
  await become(dana, 'w-sam');
  expect((await dana.get('/approve/plan-1')).html).not.toContain('value="break-glass"');
});

it('rejects from the plan page without reading, and takes nothing for a settled plan', async () => {
  const row = samplePlanRow();
  world.rows.plans.push(row);
  await dana.post('/approve/plan-1', { ...dana.envelope(), digest: row.digest, decision: 'reject', reason: '' });
  expect(world.taken).toMatchObject([{ action: 'reject-plan', reason: null }]);
  world.rows.plans.splice(0, 1, samplePlanRow({ state: 'rejected' }));
  const late = await dana.post('/approve/plan-1', { ...dana.envelope(), digest: row.digest, decision: 'reject' }, json);
  expect(late.status).toBe(409);
  expect(world.taken).toHaveLength(1);
});

it('asks for a re-run of evidence in the incident channel', async () => {
  await tellStory(world);
  const answer = await dana.post('/i/INC-1/e/E3/rerun', dana.envelope());
  expect(answer.headers.get('location')).toBe('/c/incidents');
  expect(world.taken).toMatchObject([{ type: 'click', action: 'rerun-evidence', value: 'INC-1:E3', place }]);
  expect((await dana.post('/i/INC-9/e/E3/rerun', dana.envelope())).status).toBe(404);
});

it('verifies the audit chain only when asked by a form of ours', async () => {
  await tellStory(world);
  expect((await dana.post('/audit/verify', { csrf: 'x' })).status).toBe(403);
  const answer = await dana.post('/audit/verify', dana.envelope());
  expect(await answer.text()).toMatch(/Chain intact,<\/span> 6 entries/u);
});
