/** Which service URL serves a channel, and where an account was last seen: learnt from what comes in. */
import type { Place } from '../../core/incident.ts';
import type { Actor, MessageRef, Outbox } from '../../ports.ts';

export type Seen = { readonly place: Place; readonly serviceUrl: string };

export type References = {
  /** Remembers an authenticated delivery. */
  learn(seen: Seen, actor: Actor): Promise<void>;
  /** Throws when nothing ever came from that tenant: the bot must be added to a team or mentioned there first. */
  serviceUrlOf(place: Place): Promise<string>;
  /** Null when this account never sent us anything. */
  seenAt(actor: Actor): Promise<Seen | null>;
};

/**
 * In memory, and the first sighting also in the outbox, so that a restart can go on before anything comes in. The outbox
 * keeps the first value for good; a newer one wins as soon as it is heard again.
 */
export function createReferences(outbox: Outbox): References {
  const known = new Map<string, Seen>();
  const remember = async (key: string, seen: Seen): Promise<void> => {
    const before = known.get(key);
    known.set(key, seen);
    if (before) return;
    await outbox.begin(key, seen.place);
    await outbox.posted(key, { place: seen.place, id: seen.serviceUrl });
  };
  const recall = async (key: string, place: Place): Promise<Seen | null> => {
    const here = known.get(key);
    if (here) return here;
    const stored = await outbox.begin(key, place);
    if (stored.state !== 'posted') return null;
    const seen = seenOf(stored.ref);
    known.set(key, seen);
    return seen;
  };
  return {
    learn: async (seen, actor) => {
      await remember(channelKey(seen.place), seen);
      await remember(tenantKey(seen.place.tenant), seen);
      await remember(accountKey(actor), seen);
    },
    serviceUrlOf: async (place) => {
      const seen = (await recall(channelKey(place), place)) ?? (await recall(tenantKey(place.tenant), place)) ?? null;
      if (seen) return seen.serviceUrl;
      throw new Error('No message ever came from this Teams tenant: mention the bot there once, then try again.');
    },
    seenAt: (actor) => recall(accountKey(actor), { platform: 'teams', tenant: actor.tenant, channel: 'unknown' }),
  };
}

const seenOf = ({ place, id }: MessageRef): Seen => ({ place, serviceUrl: id });
const channelKey = ({ tenant, channel }: Place): string => `teams-reference:channel:${tenant}:${channel}`;
const tenantKey = (tenant: string): string => `teams-reference:tenant:${tenant}`;
const accountKey = ({ tenant, account }: Actor): string => `teams-reference:account:${tenant}:${account}`;
