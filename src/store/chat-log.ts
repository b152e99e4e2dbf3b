import { type Kysely, sql } from 'kysely';
import { z } from 'zod';
import type { ChatLog, LocalMessage } from '../chat-log-port.ts';
import type { Card } from '../core/card.ts';
import type { Database } from './open-database.ts';
import { storedTainted } from './stored-incident.ts';
import { storedKey } from './stored-key.ts';
import type { Tables } from './tables.ts';

/** Cards are ours, and only our renderers read them: their shape is not checked again. */
const storedCard = z.custom<Card>((value) => typeof value === 'object' && value !== null && 'fallback' in value);

const storedMessage: z.ZodType<Omit<LocalMessage, 'id' | 'version' | 'changed'>> = z.object({
  channel: z.string(),
  root: z.string().nullable(),
  author: z.object({ kind: z.enum(['person', 'bot', 'app']), id: z.string(), name: z.string() }),
  card: storedCard.nullable(),
  text: storedTainted.nullable(),
  document: z
    .object({ name: z.string(), mediaType: z.enum(['text/markdown', 'application/json']), text: z.string() })
    .nullable(),
  audience: z.string().nullable(),
  atMs: z.number(),
  editedAtMs: z.number().nullable(),
});

const storedRow = z.object({
  id: z.string(),
  version: z.number(),
  changed: z.coerce.number(),
  document: storedMessage,
});

function parseMessage(row: unknown): LocalMessage {
  const { document, ...columns } = storedRow.parse(row);
  return { ...document, ...columns };
}

type Listener = (channel: string, changed: number) => void;

/** Where the local chat keeps its messages. Listeners hear of the changes made through this object. */
export function createChatLog(database: Database): ChatLog {
  const listeners = new Set<Listener>();
  const tell = (message: LocalMessage | null): void => {
    if (message !== null) for (const listener of listeners) listener(message.channel, message.changed);
  };
  const rows = () => database.reader().selectFrom('local_message').selectAll();
  return {
    async say(key, message) {
      const { made, stored } = await insert(database, {
        key: storedKey(key),
        message: { ...message, editedAtMs: null },
      });
      if (made) tell(stored);
      return stored;
    },
    // biome-ignore lint/complexity/useMaxParams: the port has four.
    async edit(id, card, version, atMs) {
      tell(await edit(database, { id, card, version, atMs }));
    },
    async messages({ channel, afterChanged = 0, limit }) {
      const mine = rows().where('channel', '=', channel).where('changed', '>', String(afterChanged)).orderBy('changed');
      return (await (limit === undefined ? mine : mine.limit(limit)).execute()).map(parseMessage);
    },
    async message(id) {
      const row = await rows().where('id', '=', id).executeTakeFirst();
      return row === undefined ? null : parseMessage(row);
    },
    async channels() {
      const last = rows().distinctOn('channel').orderBy('channel').orderBy('changed', 'desc');
      return (await last.execute()).map(parseMessage).map(({ channel, atMs, editedAtMs }) => ({
        channel,
        lastAtMs: Math.max(atMs, editedAtMs ?? 0),
      }));
    },
    onChange(listener) {
      const own: Listener = (channel, changed) => listener(channel, changed);
      listeners.add(own);
      return () => void listeners.delete(own);
    },
  };
}

/** The counter's row lock makes the order of `changed` the order of commits: nobody who resumes by it misses one. */
async function nextChange(writer: Kysely<Tables>): Promise<number> {
  const count = writer.updateTable('local_change').set({ changed: sql`changed + 1` });
  return Number((await count.returning('changed').executeTakeFirstOrThrow()).changed);
}

type Saying = { readonly key: string; readonly message: Omit<LocalMessage, 'id' | 'changed' | 'version'> };

function insert(database: Database, { key, message }: Saying): Promise<{ made: boolean; stored: LocalMessage }> {
  return database.transact(async (transaction) => {
    const writer = database.writer(transaction);
    const changed = await nextChange(writer);
    const known = await writer.selectFrom('local_message').selectAll().where('key', '=', key).executeTakeFirst();
    if (known !== undefined) return { made: false, stored: parseMessage(known) };
    const stored: LocalMessage = { ...message, id: `m${changed}`, changed, version: 0 };
    const { channel } = message;
    const row = { id: stored.id, key, channel, document: JSON.stringify(message), version: 0, changed };
    await writer.insertInto('local_message').values(row).execute();
    return { made: true, stored };
  });
}

type Edit = { readonly id: string; readonly card: Card; readonly version: number; readonly atMs: number };

function edit(database: Database, { id, card, version, atMs }: Edit): Promise<LocalMessage | null> {
  return database.transact(async (transaction) => {
    const writer = database.writer(transaction);
    const changed = await nextChange(writer);
    const row = await writer.selectFrom('local_message').selectAll().where('id', '=', id).executeTakeFirst();
    if (row === undefined || row.version >= version) return null;
    const { id: _id, version: _version, changed: _changed, ...document } = parseMessage(row);
    const edited = { ...document, card, editedAtMs: atMs };
    const columns = { document: JSON.stringify(edited), version, changed };
    await writer.updateTable('local_message').set(columns).where('id', '=', id).execute();
    return { ...edited, id, version, changed };
  });
}
