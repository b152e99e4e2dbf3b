import type { ChatLog, LocalMessage } from '../../chat-log-port.ts';
import { taint } from '../../core/tainted.ts';
import type { Clock, Intake } from '../../ports.ts';
import { parseSpoken } from './parse.ts';

export type Said = {
  readonly channel: string;
  readonly root: string | null;
  readonly text: string;
  /** Unique per act of speaking: a repeat shows and does nothing new. */
  readonly key: string;
  /** A person with their `web` account, or a monitor. */
  readonly author: {
    readonly kind: 'person' | 'app';
    readonly id: string;
    readonly name: string;
    readonly account: string;
  };
};

/** Shows what somebody said in the channel, then hands it to the flow. Both happen once per key. */
export async function speak(
  { chatLog, intake, clock }: { readonly chatLog: ChatLog; readonly intake: Intake; readonly clock: Clock },
  { channel, root, text, key, author }: Said,
): Promise<LocalMessage> {
  const { account, ...shown } = author;
  const message = await chatLog.say(`said:${account}:${key}`, {
    channel,
    root,
    author: shown,
    card: null,
    text: taint(text),
    document: null,
    audience: null,
    atMs: clock.nowMs(),
  });
  await intake(
    parseSpoken({
      key: `web:said:${account}:${key}`,
      place: { platform: 'web', tenant: 'local', channel, ...(root === null ? {} : { root }) },
      actor: { platform: 'web', tenant: 'local', account },
      bot: author.kind === 'app',
      text,
      atMs: message.atMs,
    }),
  );
  return message;
}
