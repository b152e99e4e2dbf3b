import { afterEach, describe, expect, it } from 'vitest';
import { buttonsOf, clickOf, eventOf, mentionOf, signed } from '../../support/fake-slack.ts';
import { type SlackWorld, startSlackWorld } from './slack-world.ts';

let world: SlackWorld;
afterEach(() => world.close());

async function listening(): Promise<SlackWorld> {
  world = await startSlackWorld('http');
  await world.listen();
  return world;
}

it('takes a mention once, even when Slack delivers it twice', async () => {
  const { deliver, received } = await listening();
  const mention = mentionOf('Ev1', '<@UBOT> investigate why &lt;checkout&gt; is slow');
  const statuses = [(await deliver(mention)).status, (await deliver(mention)).status];
  expect(statuses).toEqual([200, 200]);
  expect(received).toMatchObject([
    {
      type: 'mention',
      key: 'slack:Ev1',
      place: { platform: 'slack', tenant: 'T1', channel: 'C1' },
      actor: { platform: 'slack', tenant: 'T1', account: 'U1' },
      text: { untrusted: 'investigate why <checkout> is slow' },
    },
  ]);
  expect(Math.abs((received[0]?.atMs ?? 0) - Date.now())).toBeLessThan(5_000);
});

it('refuses bad, stale and future signatures', async () => {
  const { deliver, received, url } = await listening();
  const body = JSON.stringify(mentionOf('Ev2'));
  const forged = await fetch(`${url}/slack/events`, { ...signed({ body }), body: `${body} ` });
  const unsigned = await fetch(`${url}/slack/events`, { method: 'POST', body });
  const stale = await deliver({ body, skewSeconds: -310 });
  const future = await deliver({ body, skewSeconds: 310 });
  expect([forged, unsigned, stale, future].map(({ status }) => status)).toEqual([401, 401, 401, 401]);
  expect(received).toEqual([]);
});

it('gives a replayed request no second look', async () => {
  const { received, url, beforeCommit } = await listening();
  let commits = 0;
  beforeCommit(() => {
    commits += 1;
    return Promise.resolve();
  });
  const request = signed({ body: JSON.stringify(mentionOf('Ev3')) });
  await fetch(`${url}/slack/events`, request);
  const replay = await fetch(`${url}/slack/events`, request);
  expect(replay.status).toBe(200);
  expect(commits).toBe(1);
  expect(received).toHaveLength(1);
});

it('refuses a body above one megabyte and answers nonsense with 400', async () => {
  const { deliver } = await listening();
  const big = await deliver({ body: 'x'.repeat(1_100_000) });
  const nonsense = await deliver({ body: 'not json' });
  expect([big.status, nonsense.status]).toEqual([413, 400]);
});

it('says 503 until it listens, then answers the URL check', async () => {
  world = await startSlackWorld('http');
  const early = await world.deliver(mentionOf('Ev4'));
  await world.listen();
  const check = await world.deliver({ type: 'url_verification', challenge: 'c-1' });
  expect([early.status, early.headers.get('retry-after')]).toEqual([503, '5']);
  expect(await check.json()).toEqual({ challenge: 'c-1' });
});

it('does not say 200 for what could not be stored', async () => {
  const { deliver, received, beforeCommit } = await listening();
  beforeCommit(() => Promise.reject(new Error('the database is gone')));
  const failed = await deliver(mentionOf('Ev5'));
  beforeCommit(() => Promise.resolve());
  const again = await deliver(mentionOf('Ev5'));
  expect([failed.status, again.status]).toEqual([500, 200]);
  expect(received).toHaveLength(1);
});

it('asks for another delivery when storing takes too long, and still counts it once', async () => {
  const { deliver, received, beforeCommit } = await listening();
  beforeCommit(() => new Promise((resolve) => setTimeout(resolve, 2_700)));
  const startedAt = performance.now();
  const slow = await deliver(mentionOf('Ev6'));
  const tookMs = performance.now() - startedAt;
  beforeCommit(() => Promise.resolve());
  const again = await deliver(mentionOf('Ev6'));
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect([slow.status, again.status]).toEqual([503, 200]);
  expect(tookMs).toBeLessThan(2_900);
  expect(received).toHaveLength(1);
});

it('answers long before the three seconds of Slack while work is blocked elsewhere', async () => {
  const { deliver, received, platform, slack } = await listening();
  slack.fail('chat.postMessage', { retryAfterSeconds: 30 });
  const place = { platform: 'slack', tenant: 'T1', channel: 'C1' } as const;
  const blocked = platform.post(place, { kind: 'notice', fallback: 'Blocked' }, 'blocked').catch(() => undefined);
  await deliver(mentionOf('warm-up'));
  const times: number[] = [];
  for (let index = 0; index < 200; index += 1) {
    const startedAt = performance.now();
    await deliver(mentionOf(`Ev-load-${index}`));
    times.push(performance.now() - startedAt);
  }
  times.sort((one, other) => one - other);
  expect(received).toHaveLength(201);
  // 100 ms at p99 on a quiet machine; the bounds leave room for a loaded one.
  expect(times[100]).toBeLessThan(100);
  expect(times[197]).toBeLessThan(1_000);
  void blocked;
});

it('reads the slash command', async () => {
  const { deliver, received } = await listening();
  const form = { command: '/sre', text: 'status', team_id: 'T1', user_id: 'U2', channel_id: 'C9', trigger_id: '7.8' };
  const body = new URLSearchParams(form).toString();
  const answer = await deliver({ body, contentType: 'application/x-www-form-urlencoded' });
  expect(answer.status).toBe(200);
  expect(received).toMatchObject([
    { type: 'command', key: 'slack:command:7.8', text: { untrusted: 'status' }, place: { channel: 'C9' } },
  ]);
});

it('brings a shown button back as a click, once', async () => {
  const { deliver, received, platform, slack } = await listening();
  const place = { platform: 'slack', tenant: 'T1', channel: 'C1' } as const;
  const value = 'plan-1:1:0a1b2c3d';
  const approve = { id: 'approve-plan', label: 'Approve Plan', value, style: 'primary' } as const;
  const reject = { id: 'reject-plan', label: 'Reject Plan', value, style: 'plain' } as const;
  await platform.post(place, { kind: 'proposal', fallback: 'Approval needed', actions: [approve, reject] }, 'ask');
  const [message] = slack.messages;
  const [button] = message ? buttonsOf(message) : [];
  if (!message || !button) throw new Error('no button was shown');
  const payload = JSON.stringify(clickOf(message, button, 'U2'));
  const body = new URLSearchParams({ payload }).toString();
  const contentType = 'application/x-www-form-urlencoded';
  const first = await deliver({ body, contentType });
  const second = await deliver({ body, contentType, skewSeconds: 1 });
  expect([first.status, second.status]).toEqual([200, 200]);
  expect(received).toMatchObject([
    { type: 'click', action: 'approve-plan', value, actor: { account: 'U2', tenant: 'T1' }, place: { channel: 'C1' } },
  ]);
});

describe('a button that asks for a reason', () => {
  const place = { platform: 'slack', tenant: 'T1', channel: 'C1', root: '1.5' } as const;
  const value = 'plan-1:1:0a1b2c3d';
  const contentType = 'application/x-www-form-urlencoded';
  const formOf = (payload: unknown): { body: string; contentType: string } => ({
    body: new URLSearchParams({ payload: JSON.stringify(payload) }).toString(),
    contentType,
  });

  async function clicked(reason: 'optional' | 'required') {
    const current = await listening();
    const button = { id: 'reject-plan', label: 'Reject Plan', value, style: 'plain', reason } as const;
    await current.platform.post(place, { kind: 'proposal', fallback: 'Approval needed', actions: [button] }, 'ask');
    const [message] = current.slack.messages;
    const [shown] = message ? buttonsOf(message) : [];
    if (!message || !shown) throw new Error('no button was shown');
    const click = clickOf(message, { ...shown, text: { text: 'Reject Plan' } } as typeof shown, 'U2');
    return { current, click: { ...click, container: { ...click.container, thread_ts: place.root } } };
  }

  /** What Slack sends when a person sends the form it was told to open. */
  const submitted = (view: Record<string, unknown>, said: string | null) => ({
    type: 'view_submission',
    team: { id: 'T1', domain: 'x' },
    user: { id: 'U2', team_id: 'T1', username: 'x' },
    view: { ...view, id: 'V1', type: 'modal', state: { values: { reason: { reason: { value: said } } } } },
  });

  it.each([
    ['optional', 'already reverted', { untrusted: 'already reverted' }],
    ['optional', null, null],
    ['required', 'nobody else is awake', { untrusted: 'nobody else is awake' }],
  ] as const)('(%s) opens a form and comes back as one click with what was said: %j', async (wanted, said, reason) => {
    const { current, click } = await clicked(wanted);

    expect((await current.deliver(formOf(click))).status).toBe(200);
    expect(current.received).toEqual([]);
    const [opened] = current.slack.callsOf('views.open');
    expect(opened?.body['trigger_id']).toBe('trigger');
    const view = JSON.parse(opened?.body['view'] ?? '{}') as Record<string, unknown>;
    expect(view).toMatchObject({ type: 'modal', blocks: [{ type: 'input', optional: wanted === 'optional' }] });
    const sent = formOf(submitted(view, said));
    expect((await current.deliver(sent)).status).toBe(200);
    await current.deliver({ ...sent, skewSeconds: 1 } as typeof sent);

    expect(current.received).toMatchObject([
      { type: 'click', action: 'reject-plan', value, reason, actor: { account: 'U2', tenant: 'T1' }, place },
    ]);
  });

  it('counts without a reason when Slack will not open the form', async () => {
    const { current, click } = await clicked('optional');
    current.slack.fail('views.open', { error: 'expired_trigger_id' });

    expect((await current.deliver(formOf(click))).status).toBe(200);

    expect(current.received).toMatchObject([{ type: 'click', action: 'reject-plan', value, reason: null }]);
  });

  it('takes no form that is not ours', async () => {
    const current = await listening();
    const view = { callback_id: 'reason', private_metadata: '{"action":"drop-database"}' };
    await current.deliver(formOf(submitted(view, 'x')));
    await current.deliver(formOf(submitted({ ...view, private_metadata: 'not JSON' }, 'x')));
    expect(current.received).toEqual([]);
  });
});

it('ignores itself, edits, and a mention that comes as a message too', async () => {
  const { deliver, received } = await listening();
  await deliver(eventOf('E1', { type: 'message', user: 'UBOT', text: 'mine' }));
  await deliver(eventOf('E2', { type: 'message', user: undefined, bot_id: 'BBOT', text: 'mine' }));
  await deliver(eventOf('E3', { type: 'message', subtype: 'message_changed', text: 'edited' }));
  await deliver(eventOf('E4', { type: 'message', text: 'hey <@UBOT> look' }));
  await deliver(eventOf('E5', { type: 'message', text: 'we restarted it', thread_ts: '1.2', user_team: 'T9' }));
  await deliver(
    eventOf('E6', { type: 'message', subtype: 'bot_message', user: undefined, bot_id: 'B7', text: 'alert' }),
  );
  expect(received).toMatchObject([
    { key: 'slack:E5', type: 'message', bot: false, place: { root: '1.2' }, actor: { tenant: 'T9', account: 'U1' } },
    { key: 'slack:E6', type: 'message', bot: true, actor: { account: 'B7' } },
  ]);
});

it('joins incident channels when they are made, and those it missed', async () => {
  world = await startSlackWorld('http');
  const { slack, deliver, received } = world;
  slack.channels.push(
    { id: 'C2', name: 'inc-42', is_member: false },
    { id: 'C3', name: 'random', is_member: false },
    { id: 'C4', name: 'inc-41', is_member: true },
  );
  await world.listen();
  await deliver(eventOf('E7', { type: 'channel_created', channel: { id: 'C5', name: 'inc-43' } }));
  await deliver(eventOf('E8', { type: 'channel_created', channel: { id: 'C6', name: 'lunch' } }));
  await deliver(eventOf('E9', { type: 'member_joined_channel', user: 'UBOT', channel: 'C5' }));
  await deliver(eventOf('E10', { type: 'member_joined_channel', user: 'U1', channel: 'C5' }));
  await expect
    .poll(() =>
      slack
        .callsOf('conversations.join')
        .map(({ body }) => body['channel'])
        .sort((one, other) => String(one).localeCompare(String(other))),
    )
    .toEqual(['C2', 'C5']);
  expect(received).toMatchObject([{ type: 'joined', key: 'slack:E9', place: { channel: 'C5' } }]);
});
