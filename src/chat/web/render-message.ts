/** One message of the local chat, in the channel or in a thread. Its `id` is what live updates replace. */

import type { LocalMessage } from '../../chat-log-port.ts';
import type { CardKind } from '../../core/card.ts';
import { plainText } from '../../core/plain-text.ts';
import { type Html, html, type Piece } from './html.ts';
import { brandMark, icon } from './icons.ts';
import { channelPath, evidencePath } from './links.ts';
import { type CardContext, renderCard } from './render.ts';
import { renderAction } from './render-action.ts';
import { evidenceChip, renderLine } from './render-line.ts';
import { evidenceHrefIn, incidentBehind, type Room, repliesTo, stepUpIn } from './room.ts';
import { clockTime, timeTag } from './say-time.ts';

const kindLabels: { readonly [Kind in CardKind]: string } = {
  alert: 'Monitor',
  greeting: 'App',
  status: 'Status, edited in place',
  evidence: 'Evidence',
  hypotheses: 'Ranked causes',
  proposal: 'Approval request',
  record: 'Decision',
  'run-log': 'Run log',
  receipt: 'Receipt',
  resolution: 'Resolution',
  postmortem: 'Postmortem',
  reply: 'App',
  notice: 'Notice',
};

/** A message at top level, with the way into its thread. */
export function renderRoomMessage(room: Room, message: LocalMessage): Html {
  return article(message, html`${body(room, message)}${renderReplies(room, message.id)}`);
}

/** A reply. Evidence reads as a list item; what people say reads as in the channel. */
export function renderThreadMessage(room: Room, message: LocalMessage): Html {
  const { card, id, atMs } = message;
  if (card?.kind !== 'evidence') return article(message, body(room, message));
  const context = contextOf(room, message);
  const [first, ...rest] = card.title ?? [];
  const cited = typeof first === 'object' && 'evidence' in first ? first.evidence : null;
  const title =
    cited === null
      ? (card.title ?? [])
      : rest.map((span, index) => (index === 0 && typeof span === 'string' ? span.replace(/^[ ·]+/u, '') : span));
  const incident = incidentBehind(room, message);
  const { title: _shownAbove, ...others } = card;
  return html`<article class="ev" id="m-${id}" data-at="${atMs}" data-evidence tabindex="-1" aria-label="${card.fallback}">
<div class="ev__t">${cited !== null && evidenceChip(cited, (each) => (incident ? evidencePath(incident.id, each) : null))}<h3>${renderLine(title, context.evidenceHref)}</h3>${timeTag(atMs, '')}</div>
${renderCard(others, context)}</article>`;
}

/** "8 replies, last 14:10:58", replaced live. */
export function renderReplies(room: Room, root: string): Html {
  const replies = repliesTo(room, root);
  const last = replies.at(-1);
  const says = replies.length === 1 ? '1 reply' : `${replies.length} replies`;
  const inside = last
    ? html`${icon('chat')}<a href="${channelPath(room.channel, root)}#thread">${says}</a><span class="mute xs">last ${timeTag(last.atMs, '')}</span>`
    : html`<a class="reply-to" href="${channelPath(room.channel, root)}#thread">Reply in thread</a>`;
  return html`<p class="replies" id="r-${root}">${inside}</p>`;
}

/** The living status in two lines, pinned above its thread. */
export function renderPin(room: Room, root: LocalMessage): Html {
  const { card, text } = root;
  const { evidenceHref } = contextOf(room, root);
  const shown = card?.facts?.filter(({ label }) => label === 'Leading cause' || label === 'Next') ?? [];
  return html`<div class="thread__pin" id="pin-${root.id}"><b>${card ? renderLine(card.title ?? [card.fallback], evidenceHref) : text}</b>${shown.map(({ label, value }) => html`<span class="mute">${label}: ${renderLine(value, evidenceHref)}</span>`)}</div>`;
}

function article(message: LocalMessage, inside: Html): Html {
  const { id, author, card, atMs, audience } = message;
  const label = author.kind === 'bot' && card ? kindLabels[card.kind] : authorLabel(author.kind);
  const whisper = audience === null ? null : html`<span class="tag">Only you can see this</span>`;
  return html`<article class="msg${audience === null ? '' : ' msg--whisper'}" id="m-${id}" data-at="${atMs}" data-kind="${card?.kind}" aria-label="${author.name}, ${clockTime(atMs)}">
${face(message)}<div class="msg__body"><p class="msg__by"><b>${author.name}</b>${label && html`<span>${label}</span>`}${timeTag(atMs)}${edited(message)}${whisper}</p>
${inside}</div></article>`;
}

const authorLabel = (kind: LocalMessage['author']['kind']): string | null => (kind === 'person' ? null : 'App');

function edited({ editedAtMs, card }: LocalMessage): Piece {
  return editedAtMs === null || card === null ? null : html`<span>edited ${timeTag(editedAtMs, '')}</span>`;
}

function face({ author: { kind, name } }: LocalMessage): Html {
  if (kind === 'bot') return html`<span class="msg__face msg__face--bot" aria-hidden="true">${brandMark}</span>`;
  return html`<span class="msg__face${kind === 'app' ? ' msg__face--app' : ''}" aria-hidden="true">${initials(name)}</span>`;
}

function initials(name: string): string {
  const words = name.split(/\s+/u).filter((each) => each !== '');
  const [first, last] = [words[0] ?? '?', words.length > 1 ? words.at(-1) : undefined];
  return `${Array.from(first)[0] ?? ''}${Array.from(last ?? '')[0] ?? Array.from(first)[1] ?? ''}`.toUpperCase();
}

function body(room: Room, message: LocalMessage): Html {
  const { card, text, document } = message;
  const shownText = text === null ? null : renderText(plainText(text, 4_000));
  const file =
    document &&
    html`<details class="how"><summary>${document.name}</summary><figure class="code code--wrap"><pre tabindex="0"><code>${document.text}</code></pre></figure></details>`;
  return html`${card ? renderCard(card, contextOf(room, message)) : shownText}${file}`;
}

/** What a person typed; the bot's name stands out. */
function renderText(text: string): Html {
  const parts = text.split(/(@causeway)(?![\w-])/iu);
  return html`<p class="said">${parts.map((part) => (/^@causeway$/iu.test(part) ? html`<span class="at">${part}</span>` : part))}</p>`;
}

function contextOf(room: Room, message: LocalMessage): CardContext {
  const { session, channel } = room;
  const place = { session, channel, message: message.id, stepUp: stepUpIn(room) };
  return {
    evidenceHref: evidenceHrefIn(incidentBehind(room, message)),
    button: (action) => renderAction(action, place),
  };
}
