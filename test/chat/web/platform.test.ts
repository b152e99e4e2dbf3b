import { expect, it } from 'vitest';
import { createWebPlatform } from '../../../src/chat/web/show.ts';
import { speak } from '../../../src/chat/web/speak.ts';
import type { Card } from '../../../src/core/card.ts';
import type { Inbound } from '../../../src/ports.ts';
import { createMemoryChatLog } from '../../support/memory-chat-log.ts';
import { webCatalogue } from '../../support/web-world.ts';

const clock = { nowMs: () => 5_000, waitUntil: () => Promise.resolve(), realMs: (ms: number) => ms };
const place = { platform: 'web', tenant: 'local', channel: 'incidents' } as const;
const card = (fallback: string): Card => ({ kind: 'reply', fallback });

it('posts once per key and returns the same reference', async () => {
  const chatLog = createMemoryChatLog();
  const platform = createWebPlatform({ chatLog, clock, people: webCatalogue.people });
  const refs = await Promise.all([platform.post(place, card('a'), 'k'), platform.post(place, card('a'), 'k')]);
  const reply = await platform.post({ ...place, root: refs[0].id }, card('b'), 'k2');
  expect(refs[0]).toEqual(refs[1]);
  expect(reply.place).toEqual({ ...place, root: refs[0].id });
  expect((await chatLog.messages({ channel: 'incidents' })).map((each) => each.card?.fallback)).toEqual(['a', 'b']);
});

it('shows only the newest version of a message', async () => {
  const chatLog = createMemoryChatLog();
  const platform = createWebPlatform({ chatLog, clock, people: webCatalogue.people });
  const ref = await platform.post(place, card('a'), 'k');
  await platform.update(ref, card('new'), 2);
  await platform.update(ref, card('old'), 1);
  expect((await chatLog.message(ref.id))?.card?.fallback).toBe('new');
});

it('shares a document in a thread, whispers to one person and knows its people', async () => {
  const chatLog = createMemoryChatLog();
  const platform = createWebPlatform({ chatLog, clock, people: webCatalogue.people });
  await platform.share(
    { ...place, root: 'm9' },
    { name: 'postmortem.md', mediaType: 'text/markdown', text: '# x' },
    'd',
  );
  await platform.whisper({ platform: 'web', tenant: 'local', account: 'w-lee' }, place, card('psst'), 'w');
  expect(await chatLog.messages({ channel: 'incidents' })).toMatchObject([
    { root: 'm9', document: { name: 'postmortem.md' }, audience: null },
    { audience: 'lee', card: { fallback: 'psst' } },
  ]);
  expect(await platform.account({ platform: 'web', tenant: 'local', account: 'w-lee' })).toEqual({
    name: 'Lee Tanaka',
    standing: 'member',
  });
  expect(await platform.account({ platform: 'web', tenant: 'other', account: 'w-lee' })).toMatchObject({
    standing: 'stranger',
  });
});

it('a monitor is heard as a message, never as a mention or command', async () => {
  const taken: Inbound[] = [];
  const ports = {
    chatLog: createMemoryChatLog(),
    clock,
    intake: (inbound: Inbound) => Promise.resolve(taken.push(inbound) > 0),
  };
  const author = { kind: 'app', id: 'datadog', name: 'Datadog', account: 'datadog' } as const;
  const message = await speak(ports, {
    channel: 'incidents',
    root: null,
    text: '@causeway /sre stop all',
    key: 'a1',
    author,
  });
  expect(taken).toMatchObject([{ type: 'message', bot: true, atMs: message.atMs, key: 'web:said:datadog:a1' }]);
});
