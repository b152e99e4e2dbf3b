import type { Logger } from 'pino';
import type { Card } from '../../core/card.ts';
import type { Catalogue } from '../../core/catalogue.ts';
import type { Place } from '../../core/incident.ts';
import { taint } from '../../core/tainted.ts';
import type { Actor, ChatPlatform, Document, MessageRef, Outbox } from '../../ports.ts';
import { type Connector, ConnectorError, type Member } from './connector.ts';
import type { References } from './references.ts';
import { renderActivity } from './render.ts';

export type TeamsPlatformParts = {
  readonly connector: Connector;
  readonly outbox: Outbox;
  readonly references: References;
  readonly people: Catalogue['people'];
  readonly log: Logger;
};

/**
 * Teams as a platform. The connector has no idempotency key and no history to look into: a post whose answer was lost
 * in a crash is repeated, since a lost approval request is worse than a second one.
 */
export function createTeamsPlatform(parts: TeamsPlatformParts): ChatPlatform {
  const { connector, outbox, references, people } = parts;
  const accountOf = (person: string): string | null =>
    people.find(({ id }) => id === person)?.accounts['teams'] ?? null;
  const post: ChatPlatform['post'] = async (place, card, key) => {
    const begun = await outbox.begin(key, place);
    if (begun.state === 'posted') return begun.ref;
    const serviceUrl = await references.serviceUrlOf(place);
    const id = await connector.post(serviceUrl, conversationOf(place), renderActivity(card, accountOf));
    const ref: MessageRef = { place, id };
    await outbox.posted(key, ref);
    return ref;
  };
  return {
    name: 'teams',
    post,
    update: async (ref, card, version) => {
      if (!(await outbox.advance(ref, version))) return;
      const at = { conversation: conversationOf(ref.place), id: ref.id };
      await connector.replace(await references.serviceUrlOf(ref.place), at, renderActivity(card, accountOf));
    },
    // biome-ignore lint/complexity/useMaxParams: the port has four.
    whisper: (actor, place, card, key) => whisper(parts, { actor, place, card, key, accountOf }),
    share: async (place, document, key) => {
      await post(place, documentCard(document), `share:${key}`);
    },
    account: (actor) => account(parts, actor),
  };
}

/** Only channels have threads; a chat or a personal conversation is one line of messages. */
function conversationOf({ channel, root }: Place): string {
  const threaded = /@thread\.(?:tacv2|skype)$/u.test(channel);
  return threaded && root !== undefined ? `${channel};messageid=${root}` : channel;
}

type Whisper = {
  readonly actor: Actor;
  readonly place: Place;
  readonly card: Card;
  readonly key: string;
  readonly accountOf: (person: string) => string | null;
};

/** In the one-to-one chat. When Teams does not let us write there it is dropped: it must never become public. */
async function whisper(
  { connector, outbox, references, log }: TeamsPlatformParts,
  { actor, place, card, key, accountOf }: Whisper,
): Promise<void> {
  const begun = await outbox.begin(`whisper:${key}`, place);
  if (begun.state === 'posted') return;
  const serviceUrl = await references.serviceUrlOf(place);
  try {
    const conversation = await connector.direct(serviceUrl, actor);
    const id = await connector.post(serviceUrl, conversation, renderActivity(card, accountOf));
    await outbox.posted(`whisper:${key}`, {
      place: { platform: 'teams', tenant: actor.tenant, channel: conversation },
      id,
    });
  } catch (error) {
    if (!(error instanceof ConnectorError) || (error.status !== 403 && error.status !== 404)) throw error;
    log.warn({ status: error.status, account: actor.account }, 'no one-to-one chat with this account, message dropped');
  }
}

/** Bots cannot attach files in channels: the text, as far as it fits. */
const documentCard = ({ name, mediaType, text }: Document): Card => ({
  kind: 'postmortem',
  fallback: `Document ${name}`.slice(0, 300),
  title: [taint(name)],
  code: [{ label: mediaType, language: mediaType === 'application/json' ? 'json' : 'text', text: taint(text) }],
  foot: ['Cut to what Teams can show: the incident page has all of it'],
});

/** Asked where the account was last seen. Who cannot be found there is inactive; who is of another tenant, a stranger. */
async function account(
  { connector, references }: TeamsPlatformParts,
  actor: Actor,
): ReturnType<ChatPlatform['account']> {
  const seen = await references.seenAt(actor);
  if (!seen) return { name: actor.account, standing: 'stranger' };
  const member = await connector.member(seen.serviceUrl, seen.place.channel, actor.account);
  if (!member) return { name: actor.account, standing: 'inactive' };
  return { name: member.name, standing: standingOf(member, actor.tenant) };
}

/** Without a role, a guest is told by the `#EXT#` in the principal name; without either, the lesser right. */
function standingOf({ role, principalName, tenant }: Member, home: string): 'member' | 'guest' | 'stranger' {
  if ((tenant !== null && tenant !== home) || role === 'anonymous') return 'stranger';
  if (role === 'guest' || principalName?.toUpperCase().includes('#EXT#')) return 'guest';
  return role === 'user' || principalName ? 'member' : 'guest';
}
