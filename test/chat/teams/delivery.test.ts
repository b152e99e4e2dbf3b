import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startTeams } from '../../../src/chat/teams/start.ts';
import { taint } from '../../../src/core/tainted.ts';
import { noForms } from '../../support/no-forms.ts';
import {
  activityFrom,
  channel,
  createMemoryOutbox,
  nowMs,
  startTeamsWorld,
  type TeamsWorld,
  tenant,
} from './teams-world.ts';

let world: TeamsWorld;
beforeAll(async () => {
  world = await startTeamsWorld();
  await world.listen();
});
afterAll(() => world.stop());
beforeEach(() => {
  world.taken.length = 0;
});

describe('who is let in', () => {
  it('takes a delivery with a good token', async () => {
    expect((await world.deliver(activityFrom(world.serviceUrl))).status).toBe(200);
    expect(world.taken).toHaveLength(1);
  });

  it.each`
    what                   | change
    ${'wrong audience'}    | ${{ aud: 'other' }}
    ${'wrong issuer'}      | ${{ iss: 'https://evil.example' }}
    ${'expired'}           | ${{ exp: 1_600_000_000 }}
    ${'not valid yet'}     | ${{ nbf: 4_000_000_000 }}
    ${'wrong service URL'} | ${{ serviceurl: 'https://evil.example' }}
    ${'no service URL'}    | ${{ serviceurl: undefined }}
    ${'an emulator token'} | ${{ iss: 'https://sts.windows.net/d6d49420-f39b-4df7-a1dc-d59a935871db/' }}
  `('refuses a token: $what', async ({ change }: { change: object }) => {
    const answered = await world.deliver(activityFrom(world.serviceUrl), `Bearer ${await world.token(change)}`);
    expect(answered.status).toBe(401);
    expect(world.taken).toEqual([]);
  });

  it.each([null, 'Bearer x.y.z', 'Bearer', 'Basic eDp5', 'Bearer a b c'])('refuses the header %s', async (header) => {
    expect((await world.deliver(activityFrom(world.serviceUrl), header)).status).toBe(401);
    expect(world.taken).toEqual([]);
  });

  it('refuses a token whose signature was made by another key', async () => {
    const [head = '', body = ''] = (await world.token()).split('.');
    const forged = `${head}.${body}.${Buffer.alloc(256, 7).toString('base64url')}`;
    expect((await world.deliver(activityFrom(world.serviceUrl), `Bearer ${forged}`)).status).toBe(401);
    expect(world.taken).toEqual([]);
  });

  it('refuses another tenant, whoever vouches for it', async () => {
    const foreign = { conversation: { id: 'a:1', tenantId: 'other' }, channelData: {} };
    expect((await world.deliver(activityFrom(world.serviceUrl, foreign))).status).toBe(403);
    expect(world.taken).toEqual([]);
  });

  it('refuses a service URL that is not the Bot Framework', async () => {
    const url = 'https://smba.trafficmanager.net.evil.example/';
    const token = await world.token({ serviceurl: url });
    expect((await world.deliver(activityFrom(url), `Bearer ${token}`)).status).toBe(403);
    expect(world.taken).toEqual([]);
  });

  it('says 400 to what is no activity', async () => {
    expect((await world.deliver({ type: 'message' })).status).toBe(400);
  });

  it('does not start without credentials', async () => {
    const options = {
      environment: { appId: 'x', appPassword: undefined, tenantId: null },
      intake: async () => true,
      outbox: createMemoryOutbox(),
      forms: noForms,
      clock: { nowMs: () => 0, waitUntil: () => Promise.resolve(), realMs: (ms: number) => ms },
      people: [],
      log: pino({ level: 'silent' }),
    };
    await expect(startTeams(options)).rejects.toThrow('MICROSOFT_APP_PASSWORD');
  });
});

describe('what comes in', () => {
  it('reads a mention once, without our name', async () => {
    await world.deliver(activityFrom(world.serviceUrl));
    await world.deliver(activityFrom(world.serviceUrl));
    expect(world.taken).toEqual([
      {
        type: 'mention',
        key: `teams:${channel};messageid=1700000000001:1700000000001`,
        place: { platform: 'teams', tenant, channel },
        actor: { platform: 'teams', tenant, account: 'aad-dana' },
        text: taint('investigate checkout'),
        atMs: nowMs,
      },
    ]);
  });

  it('keeps the thread of a reply', async () => {
    await world.deliver(activityFrom(world.serviceUrl, { id: '1700000000009' }));
    expect(world.taken[0]?.place).toEqual({ platform: 'teams', tenant, channel, root: '1700000000001' });
  });

  it('reads a message without a mention, and names the people in it', async () => {
    const text = 'ask <at>Lee</at>: p95 &lt; 300?';
    await world.deliver(activityFrom(world.serviceUrl, { text, entities: [] }));
    expect(world.taken).toMatchObject([{ type: 'message', bot: false, text: taint('ask Lee: p95 < 300?') }]);
  });

  it('never lets a bot mention us', async () => {
    await world.deliver(activityFrom(world.serviceUrl, { from: { id: '28:monitor', name: 'Monitor' } }));
    expect(world.taken).toMatchObject([{ type: 'message', bot: true, actor: { account: '28:monitor' } }]);
  });

  it('reads an approval and says at once that it is being recorded', async () => {
    const action = { type: 'Action.Execute', verb: 'approve-plan', data: { value: 'plan-1:1:89e3b525' } };
    const click = { type: 'invoke', name: 'adaptiveCard/action', id: 'i1', value: { action }, replyToId: 'm1' };
    const answered = await world.deliver(activityFrom(world.serviceUrl, click));
    expect(answered.status).toBe(200);
    expect(await answered.json()).toMatchObject({
      statusCode: 200,
      type: 'application/vnd.microsoft.card.adaptive',
      value: {
        type: 'AdaptiveCard',
        body: [{ text: expect.stringContaining('Recording your approval') }],
        actions: [],
      },
    });
    expect(world.taken).toMatchObject([
      {
        type: 'click',
        action: 'approve-plan',
        value: 'plan-1:1:89e3b525',
        reason: null,
        actor: { account: 'aad-dana' },
      },
    ]);
  });

  it.each([
    ['with the reason that was typed', 'already reverted', taint('already reverted')],
    ['without one', '', null],
  ])('reads a rejection %s', async (_, typed, reason) => {
    const data = { value: 'plan-1:1:89e3b525', reason: typed };
    const action = { type: 'Action.Execute', verb: 'reject-plan', data };
    const click = { type: 'invoke', name: 'adaptiveCard/action', id: 'i1', value: { action }, replyToId: 'm1' };
    await world.deliver(activityFrom(world.serviceUrl, click));
    expect(world.taken).toMatchObject([{ type: 'click', action: 'reject-plan', reason }]);
  });

  it('reads the same approval from a client that only submits', async () => {
    const value = { verb: 'approve-plan', value: 'plan-1:1:89e3b525' };
    await world.deliver(activityFrom(world.serviceUrl, { value, text: undefined, entities: [] }));
    expect(world.taken).toMatchObject([{ type: 'click', action: 'approve-plan', value: 'plan-1:1:89e3b525' }]);
  });

  it.each`
    what                    | change
    ${'a verb not ours'}    | ${{ value: { action: { verb: 'drop-database', data: { value: 'x' } } } }}
    ${'no value'}           | ${{ value: { action: { verb: 'approve-plan', data: {} } } }}
    ${'nobody Entra knows'} | ${{ from: { id: '29:x' }, value: { action: { verb: 'approve-plan', data: { value: 'x' } } } }}
  `('takes no click with $what', async ({ change }: { change: object }) => {
    const click = { type: 'invoke', name: 'adaptiveCard/action', ...change };
    const answered = await world.deliver(activityFrom(world.serviceUrl, click));
    expect(await answered.json()).toMatchObject({ statusCode: 400 });
    expect(world.taken).toEqual([]);
  });

  it('hears that it was added, and that a channel was made', async () => {
    const update = { type: 'conversationUpdate', text: undefined, entities: [] };
    const added = { ...update, id: 'u1', membersAdded: [{ id: '28:11111111-1111-4111-8111-111111111111' }] };
    const made = {
      ...update,
      id: 'u2',
      channelData: { eventType: 'channelCreated', channel: { id: '19:new', name: 'inc-7' } },
    };
    await world.deliver(activityFrom(world.serviceUrl, added));
    await world.deliver(activityFrom(world.serviceUrl, made));
    expect(world.taken).toMatchObject([
      { type: 'joined', place: { channel } },
      { type: 'joined', place: { channel: '19:new' }, channelName: taint('inc-7') },
    ]);
  });
});

it('answers 503 until it listens', async () => {
  const early = await startTeamsWorld();
  const refused = await early.deliver(activityFrom(early.serviceUrl));
  await early.listen();
  const accepted = await early.deliver(activityFrom(early.serviceUrl));
  await early.stop();
  expect([refused.status, refused.headers.get('retry-after'), accepted.status]).toEqual([503, '5', 200]);
});
