/** What a browser sends -> what the flow understands. Bytes enter here. */
import { z } from 'zod';
import { cardActionIds } from '../../core/card.ts';
import type { Place } from '../../core/incident.ts';
import { taint } from '../../core/tainted.ts';
import type { Actor, Inbound } from '../../ports.ts';

/** Characters in one message; longer text belongs in a file or a link. */
export const textMax = 4_000;

const nonce = z.string().regex(/^[\w-]{8,64}$/u);
const envelope = { csrf: z.string(), as: z.string(), nonce };

export const messageForm = z.object({ ...envelope, text: z.string(), root: z.string().min(1).max(200).optional() });

export const clickForm = z.object({
  ...envelope,
  message: z.string().min(1).max(200),
  action: z.enum(cardActionIds),
  value: z.string().max(2_000),
  reason: z.string().max(500).optional(),
  confirmed: z.literal('1').optional(),
});

export const decisionForm = z.object({
  ...envelope,
  digest: z.string().regex(/^[0-9a-f]{64}$/u),
  decision: z.enum(['approve', 'reject', 'break-glass']),
  read: z.literal('on').optional(),
  reason: z.string().max(500).default(''),
});

export const runbookForm = z.object({ ...envelope, seal: z.string().max(500) });

export const rerunForm = z.object(envelope);

export const personForm = z.object({ csrf: z.string(), account: z.string(), back: z.string().optional() });

export type Spoken = {
  readonly key: string;
  readonly place: Place;
  readonly actor: Actor;
  readonly bot: boolean;
  readonly text: string;
  readonly atMs: number;
};

/**
 * `/sre ...` is a command, a text that names the bot is a mention, everything else is a message. The flow gets the line
 * without the `/sre` or the name; a monitor only ever says messages.
 */
export function parseSpoken({ key, place, actor, bot, text, atMs }: Spoken): Inbound {
  const command = /^\/sre(?=\s|$)/iu.exec(text.trimStart());
  const mention = /(?<![\w@])@causeway(?![\w-])[,:]?/iu;
  const heard = { key, place, actor, atMs };
  if (bot) return { ...heard, type: 'message', bot, text: taint(text) };
  if (command) return { ...heard, type: 'command', text: taint(text.trimStart().slice(command[0].length).trim()) };
  if (mention.test(text)) return { ...heard, type: 'mention', text: taint(text.replace(mention, ' ').trim()) };
  return { ...heard, type: 'message', bot, text: taint(text) };
}
