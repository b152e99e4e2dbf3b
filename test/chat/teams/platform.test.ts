import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { isServiceUrl } from '../../../src/chat/teams/connector.ts';
import { createReferences } from '../../../src/chat/teams/references.ts';
import { renderActivity } from '../../../src/chat/teams/render.ts';
import type { Card } from '../../../src/core/card.ts';
import { proposalCard, samplePlanRow, statusCard } from '../../support/sample-story.ts';
import {
  activityFrom,
  channel,
  createMemoryOutbox,
  people,
  startTeamsWorld,
  type TeamsWorld,
  tenant,
} from './teams-world.ts';

const place = { platform: 'teams', tenant, channel } as const;
const dana = { platform: 'teams', tenant, account: 'aad-dana' } as const;
const accountOf = (person: string): string | null => people.find(({ id }) => id === person)?.accounts['teams'] ?? null;
const wire = (shown: Card): string => JSON.stringify(renderActivity(shown, accountOf));
const card = proposalCard(samplePlanRow());

let world: TeamsWorld;
const outbox = createMemoryOutbox();
beforeAll(async () => {
  world = await startTeamsWorld(outbox);
  await world.listen();
  await world.deliver(activityFrom(world.serviceUrl));
});
afterAll(() => world.stop());
beforeEach(() => {
  world.sent.length = 0;
  world.failures.length = 0;
  world.members.clear();
});

it('puts exactly what the renderer made on the wire, in the thread, once per key', async () => {
  const thread = { ...place, root: '1700000000001' };
  const first = await world.platform.post(thread, card, 't1-k1');
  const second = await world.platform.post(thread, card, 't1-k1');
  expect(second).toEqual(first);
  expect(world.sent).toEqual([
    {
      method: 'POST',
      path: `/emea/v3/conversations/${channel};messageid=1700000000001/activities`,
      body: wire(card),
      authorization: expect.stringMatching(/^Bearer \S+\.\S+\.\S+$/u),
    },
  ]);
});

it('edits in place, and never backwards', async () => {
  const ref = await world.platform.post(place, statusCard(1), 'status');
  await world.platform.update(ref, statusCard(3), 2);
  await world.platform.update(ref, statusCard(2), 1);
  expect(world.sent.slice(1)).toMatchObject([
    { method: 'PUT', path: `/emea/v3/conversations/${channel}/activities/${ref.id}`, body: wire(statusCard(3)) },
  ]);
});

it.each([412, 429, 502, 504])('tries again after %i, without a second message id', async (status) => {
  world.failures.push(status, status);
  const ref = await world.platform.post(place, card, `retry-${status}`);
  expect(world.sent).toHaveLength(3);
  expect(ref.id).toBe('m3');
});

it('gives up after five attempts, and at once on a plain no', async () => {
  world.failures.push(429, 429, 429, 429, 429);
  await expect(world.platform.post(place, card, 't4-k1')).rejects.toMatchObject({ status: 429 });
  world.failures.push(403);
  await expect(world.platform.post(place, card, 't4-k2')).rejects.toMatchObject({ status: 403 });
  expect(world.sent).toHaveLength(6);
});

it('asks for a new token once when the connector refuses the kept one', async () => {
  world.failures.push(401);
  await world.platform.post(place, card, 't5-k1');
  expect(world.sent).toHaveLength(2);
});

it('whispers in the one-to-one chat, once, and never in the channel', async () => {
  await world.platform.whisper(dana, place, card, 't6-w1');
  await world.platform.whisper(dana, place, card, 't6-w1');
  expect(world.sent.map(({ path }) => path)).toEqual([
    '/emea/v3/conversations',
    '/emea/v3/conversations/a:direct/activities',
  ]);
  expect(JSON.parse(world.sent[0]?.body ?? '')).toMatchObject({ isGroup: false, members: [{ id: 'aad-dana' }] });
});

it('drops a whisper that Teams does not allow', async () => {
  world.failures.push(403);
  await world.platform.whisper(dana, place, card, 't7-w1');
  expect(world.sent.map(({ path }) => path)).toEqual(['/emea/v3/conversations']);
});

it.each`
  member                                                              | standing
  ${{ name: 'Dana', userRole: 'user', tenantId: tenant }}             | ${'member'}
  ${{ name: 'Dana', userRole: 'guest', tenantId: tenant }}            | ${'guest'}
  ${{ name: 'Dana', userRole: 'user', tenantId: 'other' }}            | ${'stranger'}
  ${{ name: 'Dana', userRole: 'anonymous' }}                          | ${'stranger'}
  ${{ name: 'Dana', userPrincipalName: 'dana_x.com#EXT#@acme.test' }} | ${'guest'}
  ${{ name: 'Dana' }}                                                 | ${'guest'}
`('knows $standing from $member', async ({ member, standing }: { member: object; standing: string }) => {
  world.members.set('aad-dana', member);
  expect(await world.platform.account(dana)).toEqual({ name: 'Dana', standing });
});

it('calls somebody who left inactive and somebody it never heard a stranger', async () => {
  expect((await world.platform.account(dana)).standing).toBe('inactive');
  expect((await world.platform.account({ ...dana, account: 'aad-x' })).standing).toBe('stranger');
});

it('shares a document as a card with its text', async () => {
  await world.platform.share(place, { name: 'p.md', mediaType: 'text/markdown', text: '# Cause\nthe pool' }, 't10-d1');
  expect(world.sent[0]?.body).toContain('# Cause\\nthe pool');
});

it('still knows after a restart where a channel lives and where an account was seen', async () => {
  const references = createReferences(outbox);
  expect(await references.serviceUrlOf(place)).toBe(world.serviceUrl);
  expect(await references.serviceUrlOf({ ...place, channel: '19:new@thread.tacv2' })).toBe(world.serviceUrl);
  expect(await references.seenAt(dana)).toEqual({ place, serviceUrl: world.serviceUrl });
});

it('says what to do when nothing ever came from a tenant', async () => {
  const elsewhere = { ...place, tenant: 'other' };
  await expect(world.platform.post(elsewhere, card, 't12-k1')).rejects.toThrow('mention the bot there once');
});

it.each`
  url                                                | allowed
  ${'https://smba.trafficmanager.net/emea/'}         | ${true}
  ${'https://smba.infra.gcc.teams.microsoft.com/x/'} | ${true}
  ${'https://europe.webchat.botframework.com/'}      | ${false}
  ${'http://smba.trafficmanager.net/emea/'}          | ${false}
  ${'https://smba.trafficmanager.net:8443/'}         | ${false}
  ${'https://user@smba.trafficmanager.net/'}         | ${false}
  ${'https://smba.trafficmanager.net.evil.test/'}    | ${false}
  ${'https://evil.test/smba.trafficmanager.net'}     | ${false}
  ${'not a url'}                                     | ${false}
`('sends our token to $url: $allowed', ({ url, allowed }: { url: string; allowed: boolean }) => {
  expect(isServiceUrl(url, [])).toBe(allowed);
});
