/** Who can read a Slack channel: its members where that is certain, otherwise nobody knows. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { botUser } from '../../support/fake-slack.ts';
import { type SlackWorld, startSlackWorld } from './slack-world.ts';

let world: SlackWorld;
beforeEach(async () => {
  world = await startSlackWorld('http');
});
afterEach(() => world.close());

const place = { platform: 'slack', tenant: 'T1', channel: 'C1' } as const;
const closed = { is_private: true };
const unknown = { kind: 'unknown' };

const ask = (info: object, ...pages: readonly (readonly string[])[]) => {
  world.slack.audiences.set('C1', { info, pages });
  return world.platform.audience?.(place);
};

it('is the members of a private channel, of every page, without ourselves', async () => {
  expect(await ask(closed, ['U1', botUser], ['U2'], ['U3'])).toEqual({
    kind: 'accounts',
    accounts: ['U1', 'U2', 'U3'],
  });
});

it.each([
  ['a public channel', { is_private: false }],
  ['a channel shared with another organisation', { ...closed, is_ext_shared: true }],
  ['a channel shared with another workspace', { ...closed, is_shared: true }],
  ['a channel that is about to be shared', { ...closed, is_pending_ext_shared: true }],
])('is not known for %s', async (_name, info) => {
  expect(await ask(info, ['U1'])).toEqual(unknown);
});

it('is not known when there are more members than are read', async () => {
  expect(await ask(closed, ...Array.from({ length: 6 }, (_, page) => [`U${page}`]))).toEqual(unknown);
});

it('is an error when Slack does not say, so that nobody is taken to be there', async () => {
  await expect(world.platform.audience?.(place)).rejects.toThrow('channel_not_found');
});
