import { afterEach, expect, it } from 'vitest';
import { createMemoryOutbox, type SlackWorld, startSlackWorld } from './slack-world.ts';

let world: SlackWorld;
afterEach(() => world.close());

const place = { platform: 'slack', tenant: 'T1', channel: 'C1' } as const;
const actor = { platform: 'slack', tenant: 'T1', account: 'U1' } as const;
const says = (fallback: string) => ({ kind: 'reply', fallback }) as const;
const working = (fallback: string) =>
  ({
    kind: 'status',
    fallback,
    tasks: { title: 'Reading', items: [{ id: 'a', title: ['a'], state: 'in_progress', output: [] }] },
  }) as const;

it('posts once per key, in the thread it was given', async () => {
  world = await startSlackWorld('http');
  const { platform, slack } = world;
  const [one, two] = await Promise.all([
    platform.post(place, says('Hello'), 'k1'),
    platform.post(place, says('Hello'), 'k1'),
  ]);
  const reply = await platform.post({ ...place, root: one.id }, says('In thread'), 'k2');
  expect(two).toEqual(one);
  expect(slack.messages).toMatchObject([
    { ts: one.id, text: 'Hello' },
    { ts: reply.id, thread_ts: one.id },
  ]);
  expect(slack.messages).toHaveLength(2);
});

it('posts once when it crashed between the post and its record', async () => {
  const outbox = createMemoryOutbox();
  let crash = true;
  const crashing = { ...outbox, posted: () => (crash ? Promise.reject(new Error('crash')) : Promise.resolve()) };
  world = await startSlackWorld('http', {
    outbox: { ...crashing, posted: (key, ref) => (crash ? crashing.posted() : outbox.posted(key, ref)) },
  });
  const { platform, slack } = world;
  const [, root] = [await platform.post(place, says('x'), 'k0').catch(() => null), slack.messages[0]?.ts ?? ''];
  await expect(platform.post({ ...place, root }, says('y'), 'k1')).rejects.toThrow('crash');
  crash = false;
  const first = await platform.post(place, says('x'), 'k0');
  const second = await platform.post({ ...place, root }, says('y'), 'k1');
  expect(slack.messages.map(({ ts }) => ts)).toEqual([first.id, second.id]);
});

it('looks before it posts again when the answer was lost', async () => {
  world = await startSlackWorld('http');
  world.slack.fail('chat.postMessage', 'lose');
  const ref = await world.platform.post(place, says('Hello'), 'k1');
  expect(world.slack.messages.map(({ ts }) => ts)).toEqual([ref.id]);
});

it('joins a public channel it was not in, and says why when Slack refuses for good', async () => {
  world = await startSlackWorld('http');
  world.slack.fail('chat.postMessage', { error: 'not_in_channel' });
  await world.platform.post(place, says('Hello'), 'k1');
  world.slack.fail('chat.postMessage', { error: 'is_archived' });
  await expect(world.platform.post({ ...place, channel: 'C2' }, says('Hello'), 'k2')).rejects.toMatchObject({
    data: { error: 'is_archived' },
  });
  expect(world.slack.callsOf('conversations.join')).toHaveLength(1);
});

it('edits forward only, and lets the last of quick edits win', async () => {
  world = await startSlackWorld('http');
  const { platform, slack } = world;
  const ref = await platform.post(place, says('v0'), 'k1');
  await platform.update(ref, says('v5'), 5);
  await platform.update(ref, working('v6'), 6);
  await platform.update(ref, working('v7'), 7);
  await platform.update(ref, working('v4'), 4);
  await platform.update(ref, says('v8'), 8);
  const edits = slack.callsOf('chat.update');
  expect(edits.map(({ body }) => body['text'])).toEqual(['v5', 'v8']);
  expect((edits[1]?.atMs ?? 0) - (edits[0]?.atMs ?? 0)).toBeGreaterThanOrEqual(2_900);
  expect(slack.messages[0]?.blocks[0]).toMatchObject({ block_id: `${ref.id}:lead:v8` });
});

it('sends a waiting edit before it stops', async () => {
  world = await startSlackWorld('http');
  const { platform, slack } = world;
  const ref = await platform.post(place, says('v0'), 'k1');
  await platform.update(ref, says('v1'), 1);
  await platform.update(ref, working('v2'), 2);
  await world.listen();
  await world.stop();
  expect(slack.messages[0]?.text).toBe('v2');
});

it('lets an approval through while status edits are rate limited', async () => {
  world = await startSlackWorld('http');
  const { platform, slack } = world;
  const ref = await platform.post(place, says('status'), 'k1');
  slack.fail('chat.update', { retryAfterSeconds: 2 });
  const startedAt = performance.now();
  const edit = platform.update(ref, says('status 2'), 1);
  await expect.poll(() => slack.callsOf('chat.update').length).toBe(1);
  await platform.post(place, { kind: 'proposal', fallback: 'Approval needed' }, 'k2');
  await platform.whisper(actor, place, says('Recorded'), 'k3');
  const tookMs = performance.now() - startedAt;
  await edit;
  expect(tookMs).toBeLessThan(1_000);
  expect(slack.messages.map(({ text }) => text)).toEqual(['status 2', 'Approval needed']);
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(1_990);
});

it('whispers to one person, once, and survives that person having left', async () => {
  world = await startSlackWorld('http');
  const { platform, slack } = world;
  await platform.whisper(actor, { ...place, root: '1.1' }, says('Only you'), 'k1');
  await platform.whisper(actor, place, says('Only you'), 'k1');
  slack.fail('chat.postEphemeral', { error: 'user_not_in_channel' });
  await platform.whisper(actor, place, says('Gone'), 'k2');
  expect(
    slack.callsOf('chat.postEphemeral').map(({ body }) => [body['user'], body['thread_ts'], body['text']]),
  ).toEqual([
    ['U1', '1.1', 'Only you'],
    ['U1', undefined, 'Gone'],
  ]);
});

it('shares a document in the thread, once', async () => {
  world = await startSlackWorld('http');
  const { platform, slack } = world;
  const document = { name: 'postmortem-INC-1.md', mediaType: 'text/markdown', text: '# What happened' } as const;
  await platform.share({ ...place, root: '1.1' }, document, 'k1');
  await platform.share({ ...place, root: '1.1' }, document, 'k1');
  expect(slack.uploads).toHaveLength(1);
  expect(slack.uploads[0]).toContain('# What happened');
  expect(slack.callsOf('files.completeUploadExternal')[0]?.body).toMatchObject({ channel_id: 'C1', thread_ts: '1.1' });
});

it('tells members from guests, strangers and people who left', async () => {
  world = await startSlackWorld('http');
  const { platform, slack } = world;
  const user = (id: string, more: object) =>
    slack.users.set(id, { id, team_id: 'T1', real_name: `Name ${id}`, ...more });
  user('U1', {});
  user('U2', { is_restricted: true });
  user('U3', { is_ultra_restricted: true });
  user('U4', { deleted: true });
  user('U5', { team_id: 'T9' });
  user('U6', { is_stranger: true });
  user('U7', { is_bot: true });
  user('U8', { team_id: 'T8', enterprise_user: { teams: ['T8', 'T1'] } });
  const ids = ['U1', 'U2', 'U3', 'U4', 'U5', 'U6', 'U7', 'U8', 'U404'];
  const known = await Promise.all(ids.map((account) => platform.account({ ...actor, account })));
  expect(known.map(({ standing }) => standing)).toEqual([
    'member',
    'guest',
    'guest',
    'inactive',
    'stranger',
    'stranger',
    'stranger',
    'member',
    'stranger',
  ]);
  expect(known[0]?.name).toBe('Name U1');
});
