import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Place } from '../../core/incident.ts';
import type { SlackClient } from './client.ts';

/** What every block id of a post begins with: the same key finds the same message after a crash. */
export const markOf = (key: string): string => createHash('sha256').update(key).digest('hex').slice(0, 20);

const page = z.object({
  messages: z
    .array(
      z.looseObject({
        ts: z.string(),
        blocks: z.array(z.looseObject({ block_id: z.string().optional() })).optional(),
        files: z.array(z.looseObject({ title: z.string().nullish() })).optional(),
      }),
    )
    .default([]),
  response_metadata: z.object({ next_cursor: z.string().optional() }).nullish(),
});
type Message = z.infer<typeof page>['messages'][number];

/** Pages of 200 messages: a post whose answer was lost is near the end of its channel, or in its thread. */
const pages = 5;

const hasMark = (message: Message, mark: string): boolean =>
  message.blocks?.some(({ block_id: id }) => id?.startsWith(`${mark}:`)) ||
  message.files?.some(({ title }) => title?.includes(mark.slice(0, 8))) ||
  false;

/** The timestamp of the message an earlier attempt made, or null when there is none. */
export async function findPost(client: SlackClient, place: Place, mark: string): Promise<string | null> {
  let cursor: string | undefined;
  for (let turn = 0; turn < pages; turn += 1) {
    const where = place.root === undefined ? { channel: place.channel } : { channel: place.channel, ts: place.root };
    const answer = page.parse(
      await client.call({
        method: place.root === undefined ? 'conversations.history' : 'conversations.replies',
        urgent: true,
        arguments: { ...where, limit: 200, ...(cursor ? { cursor } : {}) },
      }),
    );
    const found = answer.messages.find((message) => hasMark(message, mark));
    if (found) return found.ts;
    cursor = answer.response_metadata?.next_cursor;
    if (!cursor) return null;
  }
  return null;
}
