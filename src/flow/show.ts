/** The only way a card leaves: redacted, posted once per key, and audited. */
import type { Card } from '../core/card.ts';
import type { Place } from '../core/incident.ts';
import type { Actor, MessageRef } from '../ports.ts';
import { createEditVersions } from './edit-version.ts';
import { redacted } from './redacted.ts';
import type { World } from './world.ts';

export type Showing = {
  readonly place: Place;
  readonly card: Card;
  readonly key: string;
  readonly incident: string | null;
};

export async function post(world: World, { place, card, key, incident }: Showing): Promise<MessageRef> {
  const { json } = await redacted(world.redactor, card);
  const ref = await world.platform(place.platform).post(place, json, key);
  await world.store.audit(null, {
    kind: 'message.posted',
    incident,
    actor: 'causeway',
    atMs: world.clock.nowMs(),
    body: { key, card: card.kind, message: ref.id, thread: place.root ?? null, fallback: json.fallback },
  });
  return ref;
}

const nextVersion = createEditVersions();

/** Edits a message in place; the newest always wins. */
export async function update(world: World, ref: MessageRef, card: Card): Promise<void> {
  const { json } = await redacted(world.redactor, card);
  await world.platform(ref.place.platform).update(ref, json, nextVersion(world.clock.nowMs()));
}

export async function whisper(
  world: World,
  to: { actor: Actor; place: Place },
  shown: { card: Card; key: string },
): Promise<void> {
  const { json } = await redacted(world.redactor, shown.card);
  await world.platform(to.place.platform).whisper(to.actor, to.place, json, shown.key);
}

/** The thread that hangs from a message. */
export const threadOf = (ref: MessageRef): Place => ({ ...ref.place, root: ref.place.root ?? ref.id });
