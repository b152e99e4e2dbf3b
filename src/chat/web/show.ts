import type { ChatLog, LocalMessage } from '../../chat-log-port.ts';
import type { Catalogue } from '../../core/catalogue.ts';
import type { Place } from '../../core/incident.ts';
import type { Actor, ChatPlatform, Clock, MessageRef } from '../../ports.ts';

export type WebPlatformParts = {
  readonly chatLog: ChatLog;
  readonly clock: Clock;
  readonly people: Catalogue['people'];
};

const bot = { kind: 'bot', id: 'causeway', name: 'Causeway' } as const;
const nothing = { card: null, text: null, document: null, audience: null } as const;

/** The local chat as a platform. Everything is kept in the chat log; open pages follow it by server-sent events. */
export function createWebPlatform({ chatLog, clock, people }: WebPlatformParts): ChatPlatform {
  const say = (place: Place, key: string, message: Partial<LocalMessage>): Promise<LocalMessage> =>
    chatLog.say(key, {
      ...nothing,
      channel: place.channel,
      root: place.root ?? null,
      author: bot,
      atMs: clock.nowMs(),
      ...message,
    });
  return {
    name: 'web',
    post: async (place, card, key) => refOf(await say(place, `post:${key}`, { card })),
    update: (ref, card, version) => chatLog.edit(ref.id, card, version, clock.nowMs()),
    // biome-ignore lint/complexity/useMaxParams: the port has four.
    whisper: async (actor, place, card, key) => {
      await say(place, `whisper:${key}`, { card, audience: audienceOf(people, actor) });
    },
    share: async (place, document, key) => {
      await say(place, `share:${key}`, { document });
    },
    // Everybody who can sign in here can read every channel.
    audience: () =>
      Promise.resolve({ kind: 'accounts', accounts: people.flatMap(({ accounts }) => accounts['web'] ?? []) }),
    account: (actor) => {
      const person = actor.tenant === 'local' ? personAt(people, actor.account) : undefined;
      return Promise.resolve(
        person ? { name: person.name, standing: 'member' } : { name: actor.account, standing: 'stranger' },
      );
    },
  };
}

/** A directory id; an account nobody has gets an audience nobody is, so that a whisper never becomes public. */
const audienceOf = (people: Catalogue['people'], actor: Actor): string =>
  personAt(people, actor.account)?.id ?? `nobody:${actor.account}`;

const personAt = (people: Catalogue['people'], account: string) =>
  people.find(({ accounts }) => accounts['web'] === account);

const refOf = ({ id, channel, root }: LocalMessage): MessageRef => ({
  id,
  place: { platform: 'web', tenant: 'local', channel, ...(root === null ? {} : { root }) },
});
