import type { Logger } from 'pino';
import { z } from 'zod';
import type { Card } from '../../core/card.ts';
import type { Catalogue } from '../../core/catalogue.ts';
import type { Place } from '../../core/incident.ts';
import type { ChatPlatform, MessageRef, Outbox } from '../../ports.ts';
import { readAccount } from './account.ts';
import { readAudience } from './audience.ts';
import { isUncertain, refusalOf, type SlackClient } from './client.ts';
import { createEdits, type Edit, type Edits, isUrgent } from './edits.ts';
import { findPost, markOf } from './find-post.ts';
import { renderCard } from './render.ts';

export type Showing = {
  readonly client: SlackClient;
  readonly outbox: Outbox;
  readonly people: Catalogue['people'];
  readonly team: string;
  /** Our own account: it reads everything and counts for nobody. */
  readonly botUser: string;
  readonly log: Logger;
};

export type SlackPlatform = ChatPlatform & {
  /** Sends the edits that wait for their turn. */
  flush(): Promise<void>;
};

const posted = z.object({ ts: z.string() });
const attempts = 3;

/** Slack as a platform: posts once per key, edits forward only, at Slack's pace. */
export function createSlackPlatform(parts: Showing): SlackPlatform {
  const inFlight = new Map<string, Promise<MessageRef>>();
  const refs = new Map<string, MessageRef>();
  const edits = createEdits((message, edit) => sendEdit(parts, refs.get(message), edit));
  return {
    name: 'slack',
    post(place, card, key) {
      const started = inFlight.get(key) ?? post(parts, { place, card, key }).finally(() => inFlight.delete(key));
      inFlight.set(key, started);
      return started;
    },
    update: (ref, card, version) => submit({ edits, refs }, ref, { card, version }),
    // biome-ignore lint/complexity/useMaxParams: the port has four.
    whisper: (actor, place, card, key) => whisper(parts, { user: actor.account, place, card, key }),
    share: (place, document, key) => share(parts, place, { key, name: document.name, text: document.text }),
    audience: ({ channel }) => readAudience(parts.client, channel, parts.botUser),
    account: (actor) => readAccount(parts.client, parts.team, actor),
    flush: () => edits.flush(),
  };
}

function submit(kept: { edits: Edits; refs: Map<string, MessageRef> }, ref: MessageRef, edit: Edit): Promise<void> {
  const message = `${ref.place.channel} ${ref.id}`;
  kept.refs.set(message, ref);
  return kept.edits.submit(message, edit);
}

type Posting = { readonly place: Place; readonly card: Card; readonly key: string };

async function post(parts: Showing, posting: Posting): Promise<MessageRef> {
  const { place, key } = posting;
  const begun = await parts.outbox.begin(key, place);
  if (begun.state === 'posted') return begun.ref;
  const earlier = begun.state === 'intended' ? await findPost(parts.client, place, markOf(key)) : null;
  const ref = { place, id: earlier ?? (await sendPost(parts, posting)) };
  await parts.outbox.posted(key, ref);
  return ref;
}

/** After an answer that was lost, looks before it posts again. */
async function sendPost(parts: Showing, posting: Posting): Promise<string> {
  const { place, card, key } = posting;
  const { text, blocks } = renderCard(card, { mark: markOf(key), version: 0, people: parts.people });
  const body = { channel: place.channel, text, blocks, ...quiet, ...threadOf(place) };
  const call = { method: 'chat.postMessage', urgent: isUrgent(card), arguments: body } as const;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return posted.parse(await parts.client.call(call)).ts;
    } catch (error) {
      const made = await recover(parts, posting, { error, last: attempt >= attempts });
      if (made !== null) return made;
    }
  }
}

/** The message after all, or null to try again; rejects with the error when that would not help. */
async function recover(
  { client }: Showing,
  { place, key }: Posting,
  { error, last }: { error: unknown; last: boolean },
): Promise<string | null> {
  if (isUncertain(error)) {
    const made = await findPost(client, place, markOf(key));
    if (made === null && last) throw error;
    return made;
  }
  if (last || refusalOf(error) !== 'not_in_channel') throw error;
  await client.call({ method: 'conversations.join', urgent: true, arguments: { channel: place.channel } });
  return null;
}

/** No previews and no guessing of names or links in what we write. */
const quiet = { unfurl_links: false, unfurl_media: false, parse: 'none', link_names: false };

const threadOf = ({ root }: Place): { thread_ts?: string } => (root === undefined ? {} : { thread_ts: root });

/** Records the version before it sends, so that an older one can never follow. Never rejects: see `createEdits`. */
async function sendEdit(
  { client, outbox, people, log }: Showing,
  ref: MessageRef | undefined,
  edit: Edit,
): Promise<void> {
  if (!ref) return;
  try {
    if (!(await outbox.advance(ref, edit.version))) return;
    const { text, blocks } = renderCard(edit.card, { mark: ref.id, version: edit.version, people });
    const sent = { channel: ref.place.channel, ts: ref.id, text, blocks, parse: 'none', link_names: false };
    const call = { method: 'chat.update', urgent: isUrgent(edit.card), arguments: sent } as const;
    await client.call(call).catch((error: unknown) => {
      // An edit can be repeated without harm; once is enough, the next version says the same and more.
      if (isUncertain(error)) return client.call(call);
      throw error;
    });
  } catch (error) {
    log.error({ err: error, message: ref.id, card: edit.card.kind }, 'Could not edit a Slack message');
  }
}

type Whispering = Posting & { readonly user: string };

/** Private and not searchable afterwards: shown again after a crash rather than never. */
async function whisper(parts: Showing, { user, place, card, key }: Whispering): Promise<void> {
  const begun = await parts.outbox.begin(key, place);
  if (begun.state === 'posted') return;
  const { text, blocks } = renderCard(card, { mark: markOf(key), version: 0, people: parts.people });
  const body = { channel: place.channel, user, text, blocks, parse: 'none', link_names: false, ...threadOf(place) };
  try {
    await parts.client.call({ method: 'chat.postEphemeral', urgent: true, arguments: body });
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal === null) throw error;
    parts.log.warn({ refusal, key }, 'Slack would not show a private message');
  }
  await parts.outbox.posted(key, { place, id: `ephemeral:${markOf(key)}` });
}

type Sharing = { readonly key: string; readonly name: string; readonly text: string };

async function share(parts: Showing, place: Place, { key, name, text }: Sharing): Promise<void> {
  const begun = await parts.outbox.begin(key, place);
  if (begun.state === 'posted') return;
  const mark = markOf(key);
  const earlier = begun.state === 'intended' ? await findPost(parts.client, place, mark) : null;
  if (earlier === null) {
    const title = `${name} (${mark.slice(0, 8)})`;
    await parts.client.upload({ channel: place.channel, thread: place.root ?? null, filename: name, title, text });
  }
  await parts.outbox.posted(key, { place, id: earlier ?? `file:${mark}` });
}
