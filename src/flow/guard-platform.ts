/** The last door before a chat: what an audience may not read is withheld from what it is shown. */
import type { Card } from '../core/card.ts';
import type { Catalogue } from '../core/catalogue.ts';
import type { Place } from '../core/incident.ts';
import { type Audience, mayRead, type Restricted, type Restriction, restrictedFor } from '../core/readers.ts';
import { withheldWords, withholdDiff, withholdFrom } from '../core/withhold.ts';
import type { Actor, ChatPlatform, Document, Store } from '../ports.ts';

type Guarding = { readonly store: Pick<Store, 'lastIncidentAt' | 'evidence'>; readonly catalogue: Catalogue };

/** The platform itself where the catalogue restricts nothing: then nobody is asked who is in a channel. */
export function guardPlatform(platform: ChatPlatform, guarding: Guarding): ChatPlatform {
  if ((guarding.catalogue.restricted ?? []).length === 0) return platform;
  const shown = async (place: Place, card: Card): Promise<Card> => {
    const { restricted, may } = await restrictedIn(platform, guarding, place);
    return withholdDiff(
      withholdFrom(card, restricted),
      (guarding.catalogue.restricted ?? []).filter((of) => !may(of)),
    );
  };
  return {
    ...platform,
    post: async (place, card, key) => platform.post(place, await shown(place, card), key),
    update: async (ref, card, version) => platform.update(ref, await shown(ref.place, card), version),
    // biome-ignore lint/complexity/useMaxParams: the port has four.
    whisper: async (actor, place, card, key) => {
      const restricted = await restrictedTo(guarding, place, actor);
      return platform.whisper(actor, place, withholdFrom(card, restricted), key);
    },
    share: async (place, document, key) =>
      platform.share(
        place,
        withheldDocument(document, (await restrictedIn(platform, guarding, place)).restricted),
        key,
      ),
  };
}

type Reach = { readonly restricted: Restricted; readonly may: (of: Restriction) => boolean };

async function restrictedIn(platform: ChatPlatform, { store, catalogue }: Guarding, place: Place): Promise<Reach> {
  const incident = await store.lastIncidentAt(place);
  const evidence = incident ? await store.evidence(incident.id) : [];
  const may = mayRead(catalogue, platform.name, await audienceOf(platform, place));
  return { restricted: restrictedFor(evidence, catalogue, may), may };
}

/** A platform that cannot say who is there has an audience nobody knows. */
const audienceOf = (platform: ChatPlatform, place: Place): Promise<Audience> =>
  platform.audience?.(place).catch((): Audience => ({ kind: 'unknown' })) ?? Promise.resolve({ kind: 'unknown' });

async function restrictedTo({ store, catalogue }: Guarding, place: Place, actor: Actor): Promise<Restricted> {
  const incident = await store.lastIncidentAt(place);
  if (!incident) return new Map();
  const audience: Audience = { kind: 'accounts', accounts: [actor.account] };
  return restrictedFor(await store.evidence(incident.id), catalogue, mayRead(catalogue, actor.platform, audience));
}

/** A document is shared whole or not at all: its sentences cannot be told apart safely. */
function withheldDocument(document: Document, restricted: Restricted): Document {
  if (restricted.size === 0) return document;
  const notes = [...restricted].map(([id, readers]) => `- ${withheldWords(id, readers)}`).join('\n');
  const text = `This document is withheld here; read it on the incident page.\n\n${notes}\n`;
  return document.mediaType === 'application/json'
    ? { ...document, text: JSON.stringify({ withheld: [...restricted.keys()] }) }
    : { ...document, text };
}
