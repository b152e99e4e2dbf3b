import { z } from 'zod';
import type { Audience } from '../../core/readers.ts';
import type { SlackClient } from './client.ts';

const info = z.object({
  channel: z.object({
    is_shared: z.boolean().default(false),
    is_ext_shared: z.boolean().default(false),
    is_pending_ext_shared: z.boolean().default(false),
    is_private: z.boolean(),
  }),
});
const members = z.object({
  members: z.array(z.string()),
  response_metadata: z.object({ next_cursor: z.string().optional() }).nullish(),
});

const pagesMax = 5;

/**
 * Who can read a channel: its members where it is private. A public channel can be read by everybody in the workspace,
 * and one shared with another organisation by people nobody here knows.
 */
export async function readAudience(client: SlackClient, channel: string, self: string): Promise<Audience> {
  const asked = { method: 'conversations.info', urgent: true, arguments: { channel } } as const;
  const { channel: found } = info.parse(await client.call(asked));
  if (found.is_shared || found.is_ext_shared || found.is_pending_ext_shared || !found.is_private)
    return { kind: 'unknown' };
  const accounts: string[] = [];
  let cursor = '';
  for (let page = 0; page < pagesMax; page += 1) {
    const sent = { channel, limit: 1_000, ...(cursor === '' ? {} : { cursor }) };
    const answer = members.parse(await client.call({ method: 'conversations.members', urgent: true, arguments: sent }));
    accounts.push(...answer.members.filter((account) => account !== self));
    cursor = answer.response_metadata?.next_cursor ?? '';
    if (cursor === '') return { kind: 'accounts', accounts };
  }
  return { kind: 'unknown' };
}
