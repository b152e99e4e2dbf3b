/** Server-sent events: every change of a channel as a fragment that replaces or joins what the page shows. */
import type { ServerResponse } from 'node:http';
import type { LocalMessage } from '../../chat-log-port.ts';
import { channelNames } from './channels.ts';
import { securityHeaders } from './guard.ts';
import type { WebOptions } from './options.ts';
import { renderRoomHead, renderThreadInside } from './pages/channel.ts';
import { renderSide } from './pages/side.ts';
import { renderPin, renderReplies, renderRoomMessage, renderThreadMessage } from './render-message.ts';
import { highRiskPlans, incidentsOf, isVisible, loadRoom, type Room } from './room.ts';
import type { Session } from './session.ts';

export type Stream = {
  readonly options: WebOptions;
  readonly session: Session;
  readonly channel: string;
  /** The last change the page has seen. */
  readonly afterChanged: number;
};

const batchSize = 100;
const incidentsMax = 200;

/**
 * Follows a channel until the browser leaves. The listener is registered before the first read, and reading goes on from
 * the last change that was sent, so nothing falls between. Resolves when the stream is closed.
 */
export async function streamEvents(response: ServerResponse, stream: Stream): Promise<void> {
  const { options, channel } = stream;
  response.writeHead(200, {
    ...securityHeaders,
    'content-type': 'text/event-stream; charset=utf-8',
    'x-accel-buffering': 'no',
  });
  response.write('retry: 2000\n\n');
  const follower = createFollower(stream, (text) => write(response, text));
  const stopListening = options.chatLog.onChange((changed) => {
    if (changed === channel) follower.wake();
  });
  const heartbeat = setInterval(() => {
    response.write(': still here\n\n');
    // Another process may have written: nobody here heard of that.
    follower.wake();
  }, options.heartbeatMs ?? 15_000);
  response.once('close', () => follower.stop());
  try {
    await follower.run();
  } finally {
    clearInterval(heartbeat);
    stopListening();
    response.end();
  }
}

/** Waits until a slow reader has taken what it was sent. */
async function write(response: ServerResponse, text: string): Promise<void> {
  if (response.writableEnded || response.destroyed || response.write(text)) return;
  await new Promise<void>((resolve) => {
    response.once('drain', resolve);
    response.once('close', resolve);
  });
}

type Follower = { run(): Promise<void>; wake(): void; stop(): void };

function createFollower(stream: Stream, send: (text: string) => Promise<void>): Follower {
  let stopped = false;
  let awake = Promise.withResolvers<void>();
  return {
    wake: () => awake.resolve(),
    stop: () => {
      stopped = true;
      awake.resolve();
    },
    run: async () => {
      let seen: Seen = {
        room: await loadRoom(stream.options, stream.session, stream.channel),
        cursor: stream.afterChanged,
        frame: '',
        more: true,
      };
      while (!stopped) {
        awake = Promise.withResolvers<void>();
        seen = await sendChanges(stream, seen, send);
        if (!seen.more && !stopped) await awake.promise;
      }
    },
  };
}

type Seen = { readonly room: Room; readonly cursor: number; readonly frame: string; readonly more: boolean };

/** Sends what changed since the cursor, at most one batch. */
async function sendChanges(stream: Stream, seen: Seen, send: (text: string) => Promise<void>): Promise<Seen> {
  const { options, session, channel } = stream;
  const changes = await options.chatLog.messages({ channel, afterChanged: seen.cursor, limit: batchSize });
  const room = await joined(options, seen.room, changes);
  for (const message of changes) if (isVisible(message, session)) await send(fragmentEvent(room, message));
  const frame = await frameEvent(stream, room);
  if (frame !== seen.frame) await send(frame);
  return { room, frame, cursor: changes.at(-1)?.changed ?? seen.cursor, more: changes.length === batchSize };
}

async function joined(options: WebOptions, room: Room, changes: readonly LocalMessage[]): Promise<Room> {
  const visible = changes.filter((message) => isVisible(message, room.session));
  const byId = new Map([...room.messages, ...visible].map((message) => [message.id, message] as const));
  const messages = [...byId.values()].toSorted((a, b) => a.atMs - b.atMs || a.changed - b.changed);
  const incidents = await incidentsOf(options.store, room.channel);
  const highRisk = new Set([...room.highRisk, ...(await highRiskPlans(options.store, visible))]);
  return { ...room, messages, incidents, highRisk };
}

/** The message, and what else on the page shows it: the reply count of its root, the pinned status. */
function fragmentEvent(room: Room, message: LocalMessage): string {
  const { id, root, card, changed, atMs } = message;
  const parent = room.messages.find((each) => each.id === root);
  const data = {
    id,
    root,
    atMs,
    html: root === null ? renderRoomMessage(room, message).html : renderThreadMessage(room, message).html,
    replies: parent ? renderReplies(room, parent.id).html : null,
    pin: root === null ? renderPin(room, message).html : null,
    thread: parent?.card?.kind === 'status' ? renderThreadInside(room, parent).html : null,
    kind: card?.kind ?? null,
  };
  return `id: ${changed}\nevent: message\ndata: ${JSON.stringify(data)}\n\n`;
}

/** Channel list and room head: they follow incidents, which change with messages. */
async function frameEvent({ options, channel }: Stream, room: Room): Promise<string> {
  const [incidents, channels] = [await options.store.incidents(incidentsMax), await channelNames(options)];
  const data = {
    side: renderSide({ incidents, channels, current: channel }).html,
    head: renderRoomHead(room, options.clock.nowMs()).html,
  };
  return `event: frame\ndata: ${JSON.stringify(data)}\n\n`;
}
