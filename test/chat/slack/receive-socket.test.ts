import { afterEach, expect, it } from 'vitest';
import { mentionOf } from '../../support/fake-slack.ts';
import { type SlackWorld, startSlackWorld } from './slack-world.ts';

let world: SlackWorld;
afterEach(() => world.close());

async function connected(): Promise<SlackWorld> {
  world = await startSlackWorld('socket');
  await world.listen();
  return world;
}

it('receives nothing before it listens', async () => {
  world = await startSlackWorld('socket');
  expect(world.slack.sockets.size).toBe(0);
  expect(world.router).toBeNull();
});

it('acknowledges a mention after it is stored, and takes a second delivery as the same', async () => {
  const { slack, received, beforeCommit } = await connected();
  const storedWhenAcknowledged: number[] = [];
  beforeCommit(async () => {
    await new Promise((resolve) => setTimeout(resolve, 50));
    storedWhenAcknowledged.push(slack.acknowledged.length);
  });
  slack.emit('env-1', 'events_api', mentionOf('Ev1'));
  await expect.poll(() => slack.acknowledged).toEqual(['env-1']);
  slack.emit('env-2', 'events_api', mentionOf('Ev1'));
  await expect.poll(() => slack.acknowledged).toEqual(['env-1', 'env-2']);
  expect(received.map(({ key }) => key)).toEqual(['slack:Ev1']);
  expect(storedWhenAcknowledged).toEqual([0, 1]);
});

it('loses nothing when the connection drops while it stores', async () => {
  const { slack, received, beforeCommit } = await connected();
  let release: () => void = () => undefined;
  beforeCommit(
    () =>
      new Promise((resolve) => {
        release = resolve;
      }),
  );
  slack.emit('env-1', 'events_api', mentionOf('Ev1'));
  await new Promise((resolve) => setTimeout(resolve, 100));
  slack.dropConnections();
  release();
  beforeCommit(() => Promise.resolve());
  await expect.poll(() => slack.sockets.size, { timeout: 10_000 }).toBe(1);
  await new Promise((resolve) => setTimeout(resolve, 200));
  slack.emit('env-2', 'events_api', mentionOf('Ev1'));
  slack.emit('env-3', 'events_api', mentionOf('Ev2'));
  await expect.poll(() => slack.acknowledged.length).toBeGreaterThanOrEqual(2);
  expect(slack.acknowledged).toEqual(expect.arrayContaining(['env-2', 'env-3']));
  expect(received.map(({ key }) => key)).toEqual(['slack:Ev1', 'slack:Ev2']);
});

it('does not acknowledge what could not be stored', async () => {
  const { slack, received, beforeCommit } = await connected();
  beforeCommit(() => Promise.reject(new Error('the database is gone')));
  slack.emit('env-1', 'events_api', mentionOf('Ev1'));
  await new Promise((resolve) => setTimeout(resolve, 150));
  beforeCommit(() => Promise.resolve());
  slack.emit('env-2', 'events_api', mentionOf('Ev1'));
  await expect.poll(() => slack.acknowledged).toEqual(['env-2']);
  expect(received).toHaveLength(1);
});

it('takes commands and clicks over the socket', async () => {
  const { slack, received } = await connected();
  const form = { command: '/sre', text: 'help', team_id: 'T1', user_id: 'U1', channel_id: 'C1', trigger_id: '1.1' };
  slack.emit('env-1', 'slash_commands', form);
  await expect.poll(() => slack.acknowledged).toEqual(['env-1']);
  expect(received).toMatchObject([{ type: 'command', text: { untrusted: 'help' } }]);
});
