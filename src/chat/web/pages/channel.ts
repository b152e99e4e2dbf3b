/** The local chat: channels, one channel, one thread. */
import type { LocalMessage } from '../../../chat-log-port.ts';
import { type Html, html, type Piece } from '../html.ts';
import { icon } from '../icons.ts';
import { channelPath, incidentPath } from '../links.ts';
import { textMax } from '../parse.ts';
import { hiddenFields } from '../render-action.ts';
import { renderPin, renderRoomMessage, renderThreadMessage } from '../render-message.ts';
import { livingStatus, type Room, repliesTo, topLevel } from '../room.ts';
import { calendarDay, duration } from '../say-time.ts';
import type { WebPerson } from '../session.ts';
import { counted, phaseLooks, word } from '../words.ts';
import { renderPage } from './frame.ts';
import { renderSide, type SideView } from './side.ts';

export type ChannelView = {
  readonly room: Room;
  readonly side: SideView;
  readonly people: readonly WebPerson[];
  /** A message id, `none` when the reader closed the panel, or null: the page opens the living status by itself. */
  readonly thread: string | null;
  readonly suggestion: string;
  readonly nowMs: number;
};

const shownMax = 300;

export function renderChannel(view: ChannelView): Html {
  const { room, thread } = view;
  const root = threadRoot(room, thread);
  const css = root ? ` chat--thread${thread === null ? ' chat--auto' : ''}` : '';
  const content = html`<div class="chat${css}" data-channel="${room.channel}" data-after="${room.lastChanged}" data-thread="${thread ?? 'auto'}">
${renderSide(view.side)}
<main class="room" id="main" aria-label="${room.channel}">
${renderRoomHead(room, view.nowMs)}
<div class="log" role="log" aria-label="Messages" tabindex="0" id="log">${renderLog(view)}</div>
${composer(view)}
</main>
${threadPanel(room, root)}
</div>`;
  return renderPage({ title: room.channel, current: 'chat', content });
}

function threadRoot(room: Room, thread: string | null): LocalMessage | undefined {
  if (thread === 'none') return undefined;
  if (thread !== null) return room.messages.find(({ id, root }) => id === thread && root === null);
  const status = livingStatus(room);
  return status && repliesTo(room, status.id).length > 0 ? status : undefined;
}

/** Name, phase and clock of the newest incident; replaced live. */
export function renderRoomHead(room: Room, nowMs: number): Html {
  const incident = room.incidents[0];
  const says =
    incident &&
    html`<p>${word(phaseLooks[incident.phase])} · ${incident.id}${since(incident.onsetMs, incident.phase, nowMs)}</p>`;
  const open =
    incident &&
    html`<a class="btn wide-only" href="${incidentPath(incident.id)}">Open Incident</a><a class="btn btn--bare narrow-only" href="${incidentPath(incident.id)}">Incident</a>`;
  return html`<header class="room__head" id="head">
<a class="btn btn--bare narrow-only" href="#channels" aria-label="Channels">${icon('back')}</a>
<h1>${room.channel}</h1>
${says}
<div class="acts">${open}</div>
</header>`;
}

function since(onsetMs: number | null, phase: string, nowMs: number): Piece {
  return onsetMs === null || phase === 'closed' ? null : html` · ${duration(nowMs - onsetMs)} since onset`;
}

function renderLog({ room, suggestion }: ChannelView): Piece {
  const all = topLevel(room);
  const shown = all.slice(-shownMax);
  const first = shown[0];
  if (!first) return empty(room, suggestion);
  const hidden = all.length - shown.length;
  return html`${hidden > 0 && html`<p class="sys">${hidden} older messages are not shown here.</p>`}<p class="day">${calendarDay(first.atMs)}</p>${shown.map((message) => renderRoomMessage(room, message))}`;
}

function empty(room: Room, suggestion: string): Html {
  return html`<div class="empty" id="empty"><h2>Nothing has been said here yet</h2>
<p>Mention <span class="at">@causeway</span> with a question, or paste an alert. I answer in this channel and put the evidence in a thread.</p>
<form method="post" action="${channelPath(room.channel)}/messages" data-send>${hiddenFields(room.session)}<input type="hidden" name="text" value="${suggestion}"><button class="btn" type="submit">${suggestion}</button></form></div>`;
}

function composer(view: ChannelView): Html {
  const { room, people } = view;
  return html`<div class="composer" id="composer">
<div class="seg"><form method="post" action="/me" class="seg" data-people><input type="hidden" name="csrf" value="${room.session.csrf}"><input type="hidden" name="back" value="${channelPath(room.channel)}"><fieldset class="seg"><legend>You are</legend>${people.map((person) => personChoice(person, room))}</fieldset><noscript><button class="btn" type="submit">Switch</button></noscript></form>
<span class="live" role="status" data-live><noscript><a href="">Reload for new messages</a></noscript></span></div>
<p class="problem" role="alert" data-problem hidden></p>
${messageForm(room, { root: null, label: `Message ${room.channel}`, hint: 'Ask @causeway, or /sre help' })}
</div>`;
}

function personChoice(person: WebPerson, { session }: Room): Html {
  const says = `${person.name.split(' ')[0] ?? person.name}${person.onCall ? ', on call' : ''}`;
  const input =
    person.account === session.person.account
      ? html`<input type="radio" name="account" value="${person.account}" checked>`
      : html`<input type="radio" name="account" value="${person.account}">`;
  return html`<label title="${person.name}">${input}${says}</label>`;
}

type Composer = { readonly root: string | null; readonly label: string; readonly hint: string };

const messageForm = (room: Room, { root, label, hint }: Composer): Html =>
  html`<form method="post" action="${channelPath(room.channel)}/messages" class="composer__row" data-send data-clear>${hiddenFields(room.session)}${root !== null && html`<input type="hidden" name="root" value="${root}">`}<input type="text" name="text" aria-label="${label}" placeholder="${hint}" maxlength="${textMax}" required autocomplete="off"><button class="btn" type="submit">Send</button></form>`;

/** Always on the page, hidden until there is a thread to show. */
function threadPanel(room: Room, root: LocalMessage | undefined): Html {
  if (!root) return html`<aside class="thread" id="thread" aria-label="Thread" hidden></aside>`;
  return html`<aside class="thread" id="thread" aria-label="Thread" data-root="${root.id}">${renderThreadInside(room, root)}</aside>`;
}

/** The content of the thread panel; sent live when the living status gets its first reply. */
export function renderThreadInside(room: Room, root: LocalMessage): Html {
  const replies = repliesTo(room, root.id);
  const evidence = replies.filter(({ card }) => card?.kind === 'evidence').length;
  const close = `${channelPath(room.channel)}?thread=none`;
  return html`<header class="thread__head"><a class="btn btn--bare narrow-only" href="${close}">${icon('back')}Channel</a><h2>Thread</h2><span class="mute small" data-count>${evidence > 0 && counted(evidence, 'evidence item')}</span><div class="acts"><a class="btn btn--bare btn--sq wide-only" href="${close}" aria-label="Close thread">${icon('x')}</a></div></header>
${renderPin(room, root)}
<div class="log" role="log" aria-label="Thread" tabindex="0" id="thread-log">${replies.map((message) => renderThreadMessage(room, message))}</div>
<div class="composer">${messageForm(room, { root: root.id, label: 'Reply in thread', hint: 'Reply in thread' })}</div>`;
}
