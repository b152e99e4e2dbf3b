import type { Logger } from 'pino';
import { z } from 'zod';
import { refusalOf, type SlackClient } from './client.ts';

const page = z.object({
  channels: z.array(z.object({ id: z.string(), name: z.string(), is_member: z.boolean().default(false) })).default([]),
  response_metadata: z.object({ next_cursor: z.string().optional() }).nullish(),
});

/** Joins a public channel. A refusal is logged, not thrown: people can still invite the app. */
export async function joinChannel(client: SlackClient, channel: string, log: Logger): Promise<void> {
  try {
    await client.call({ method: 'conversations.join', urgent: false, arguments: { channel } });
    log.info({ channel }, 'Joined a Slack channel');
  } catch (error) {
    const refusal = refusalOf(error);
    log.warn(refusal === null ? { channel, err: error } : { channel, refusal }, 'Could not join a Slack channel');
  }
}

/** Joins every matching public channel that was created while nobody listened. */
export async function joinMissedChannels(client: SlackClient, pattern: RegExp, log: Logger): Promise<void> {
  let cursor: string | undefined;
  do {
    const where = { types: 'public_channel', exclude_archived: true, limit: 200, ...(cursor ? { cursor } : {}) };
    const answer = page.parse(await client.call({ method: 'conversations.list', urgent: false, arguments: where }));
    for (const { id, name, is_member: member } of answer.channels) {
      if (!member && pattern.test(name)) await joinChannel(client, id, log);
    }
    cursor = answer.response_metadata?.next_cursor;
  } while (cursor);
}
