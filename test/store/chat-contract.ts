import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ChatLog, LocalMessage } from '../../src/chat-log-port.ts';
import type { Card } from '../../src/core/card.ts';
import { taint } from '../../src/core/tainted.ts';
import type { Outbox } from '../../src/ports.ts';
import { createChatLog } from '../../src/store/chat-log.ts';
import type { Database } from '../../src/store/open-database.ts';
import { createOutbox } from '../../src/store/outbox.ts';
import type { TestDatabases } from './databases.ts';

const card = (fallback: string): Card => ({ kind: 'status', fallback });

const message = (channel: string, text: string): Parameters<ChatLog['say']>[1] => ({
  channel,
  root: null,
  author: { kind: 'person', id: 'ana', name: 'Ana' },
  card: null,
  text: taint(text),
  document: null,
  audience: null,
  atMs: 5,
});

/** What both databases must do for the local chat and for outbound messages. */
export function chatContract(databases: TestDatabases): void {
  let database: Database;
  let log: ChatLog;
  let outbox: Outbox;
  beforeAll(async () => {
    database = await databases.open();
    log = createChatLog(database);
    outbox = createOutbox(database);
  });
  afterAll(async () => {
    await database.close();
  });

  test('a message is said once per key', async () => {
    const said = await Promise.all(
      Array.from({ length: 8 }, () => log.say('k1', message('once', 'hello \u0000 there'))),
    );
    expect(new Set(said.map(({ id }) => id)).size).toBe(1);
    const stored = await log.messages({ channel: 'once' });
    expect(stored).toEqual([{ ...message('once', 'hello \u0000 there'), ...said[0] }]);
    expect(await log.message(stored[0]?.id ?? '')).toEqual(stored[0]);
    expect(await log.message('m0')).toBeNull();
  });

  test('a client that resumes sees what changed since, in order, edits included', async () => {
    const first = await log.say('r1', message('resume', 'one'));
    const second = await log.say('r2', message('resume', 'two'));
    await log.edit(first.id, card('edited'), 1, 9);
    const changes = await log.messages({ channel: 'resume', afterChanged: first.changed });
    expect(changes.map(({ id }) => id)).toEqual([second.id, first.id]);
    expect(changes[1]).toMatchObject({ card: card('edited'), version: 1, editedAtMs: 9, text: taint('one') });
    expect(await log.messages({ channel: 'resume', limit: 1 })).toMatchObject([{ id: second.id }]);
  });

  test('an edit that is not newer changes nothing', async () => {
    const { id } = await log.say('e1', message('edits', 'x'));
    await log.edit(id, card('second'), 2, 9);
    await log.edit(id, card('late first'), 1, 10);
    await log.edit(id, card('again'), 2, 11);
    expect(await log.message(id)).toMatchObject({ card: card('second'), version: 2, editedAtMs: 9 });
  });

  test('listeners hear of each change once it can be read, until they leave', async () => {
    const heard: (LocalMessage | undefined)[] = [];
    const reads: Promise<void>[] = [];
    const leave = log.onChange((channel, changed) => {
      reads.push(log.messages({ channel, afterChanged: changed - 1, limit: 1 }).then(([row]) => void heard.push(row)));
    });
    const said = await log.say('l1', message('listen', 'x'));
    await log.say('l1', message('listen', 'x'));
    await log.edit(said.id, card('y'), 1, 9);
    leave();
    await log.say('l2', message('listen', 'z'));
    await Promise.all(reads);
    expect(heard).toHaveLength(2);
    expect(heard.at(-1)).toMatchObject({ id: said.id });
  });

  test('channels are listed with their last moment', async () => {
    const { id } = await log.say('c1', message('listed', 'x'));
    await log.edit(id, card('y'), 1, 77);
    expect(await log.channels()).toContainEqual({ channel: 'listed', lastAtMs: 77 });
  });

  test('a post is begun once, and found again after it was made', async () => {
    const place = { platform: 'slack', tenant: 'T1', channel: 'C1' } as const;
    const ref = { place, id: '17.1' };
    const begun = await Promise.all(Array.from({ length: 6 }, () => outbox.begin('post-1', place)));
    expect(begun.filter(({ state }) => state === 'new')).toHaveLength(1);
    expect(begun.filter(({ state }) => state === 'intended')).toHaveLength(5);
    await outbox.posted('post-1', ref);
    await outbox.posted('post-1', { place, id: 'another' });
    expect(await outbox.begin('post-1', place)).toEqual({ state: 'posted', ref });
  });

  test('versions of a message only go forward', async () => {
    const ref = { place: { platform: 'teams', tenant: 't', channel: 'c' }, id: '1' } as const;
    const other = { ...ref, id: '2' };
    expect(await outbox.advance(ref, 2)).toBe(true);
    expect(await outbox.advance(ref, 2)).toBe(false);
    expect(await outbox.advance(ref, 1)).toBe(false);
    expect(await outbox.advance(other, 1)).toBe(true);
    const raced = await Promise.all(Array.from({ length: 6 }, () => outbox.advance(ref, 3)));
    expect(raced.filter(Boolean)).toHaveLength(1);
  });
}
