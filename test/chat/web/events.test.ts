import { afterEach, beforeEach, expect, it } from 'vitest';
import { createWebPlatform } from '../../../src/chat/web/show.ts';
import type { ChatLog } from '../../../src/chat-log-port.ts';
import { taint } from '../../../src/core/tainted.ts';
import { createMemoryChatLog } from '../../support/memory-chat-log.ts';
import { tellStory } from '../../support/sample-story.ts';
import { become, startWebWorld, type Visitor, visit, type WebWorld } from '../../support/web-world.ts';

let world: WebWorld;
let dana: Visitor;
const place = { platform: 'web', tenant: 'local', channel: 'incidents' } as const;

beforeEach(async () => {
  world = await startWebWorld();
  dana = await visit(world.web.url);
});
afterEach(() => world.web.stop());

type Seen = { readonly id: string; readonly event: string; readonly data: Record<string, string | null> };

/** An open stream as a browser reads it. */
async function listen(visitor: Visitor, after: number, headers: Record<string, string> = {}) {
  const leave = new AbortController();
  const response = await fetch(`${world.web.url}/events?channel=incidents&after=${after}`, {
    headers: { cookie: visitor.cookie(), ...headers },
    signal: leave.signal,
  });
  const events: Seen[] = [];
  let raw = '';
  const reading = (async () => {
    let pending = '';
    for await (const chunk of response.body ?? []) {
      const text = new TextDecoder().decode(chunk);
      raw += text;
      pending += text;
      const parts = pending.split('\n\n');
      pending = parts.pop() ?? '';
      events.push(...parts.flatMap(parseEvent));
    }
  })().catch(() => undefined);
  const until = async (enough: () => boolean): Promise<void> => {
    for (let tries = 0; tries < 400 && !enough(); tries += 1) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(enough()).toBe(true);
  };
  return {
    response,
    messages: () => events.filter(({ event }) => event === 'message'),
    frames: () => events.filter(({ event }) => event === 'frame'),
    raw: () => raw,
    until,
    close: async () => {
      leave.abort();
      await reading;
    },
  };
}

function parseEvent(block: string): readonly Seen[] {
  const field = (name: string): string =>
    block
      .split('\n')
      .find((line) => line.startsWith(`${name}: `))
      ?.slice(name.length + 2) ?? '';
  return field('data') === '' ? [] : [{ id: field('id'), event: field('event'), data: JSON.parse(field('data')) }];
}

const say = (text: string, key = text): Promise<unknown> =>
  world.chatLog.say(key, {
    channel: 'incidents',
    root: null,
    author: { kind: 'person', id: 'sam', name: 'Sam Ortiz' },
    card: null,
    text: taint(text),
    document: null,
    audience: null,
    atMs: world.clock.nowMs(),
  });

it('pushes new messages and edits as fragments that name the element they replace', async () => {
  const stream = await listen(dana, 0);
  expect(stream.response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
  const ref = await world.platform.post(place, { kind: 'status', fallback: 'Looking', title: ['Looking'] }, 'status');
  await stream.until(() => stream.messages().length === 1);
  await world.platform.update(ref, { kind: 'status', fallback: 'Found', title: ['Found it'] }, 1);
  await stream.until(() => stream.messages().length === 2);
  expect(stream.messages().map(({ id }) => id)).toEqual(['1', '2']);
  expect(stream.messages()[1]?.data['html']).toContain(`id="m-${ref.id}"`);
  expect(stream.messages()[1]?.data['html']).toContain('Found it');
  await stream.close();
});

it('resumes after the last event without a gap or a repeat', async () => {
  await say('one');
  const first = await listen(dana, 0);
  await first.until(() => first.messages().length === 1);
  const last = first.messages()[0]?.id ?? '';
  await first.close();
  await say('two');
  await say('three');
  const again = await listen(dana, 0, { 'last-event-id': last });
  await again.until(() => again.messages().length === 2);
  await say('four');
  await again.until(() => again.messages().length === 3);
  expect(again.messages().map(({ data }) => /said">([^<]+)/u.exec(data['html'] ?? '')?.[1])).toEqual([
    'two',
    'three',
    'four',
  ]);
  await again.close();
});

it('continues exactly where the page stopped, also over more than one batch', async () => {
  const before = (await dana.get('/c/incidents')).html;
  const after = Number(/data-after="(\d+)"/u.exec(before)?.[1]);
  for (let index = 0; index < 230; index += 1) await say(`line ${index}`);
  const stream = await listen(dana, after);
  await stream.until(() => stream.messages().length === 230);
  expect(stream.messages().map(({ id }) => Number(id))).toEqual(Array.from({ length: 230 }, (_, index) => index + 1));
  await stream.close();
});

it('never sends a whisper to anybody else, by page or by stream', async () => {
  const lee = await visit(world.web.url);
  await become(lee, 'w-lee');
  const [toDana, toLee] = [await listen(dana, 0), await listen(lee, 0)];
  await world.platform.whisper(
    { platform: 'web', tenant: 'local', account: 'w-dana' },
    place,
    { kind: 'notice', fallback: 'for Dana', lead: ['secret-for-dana'] },
    'w1',
  );
  await world.platform.whisper(
    { platform: 'web', tenant: 'local', account: 'nobody-here' },
    place,
    { kind: 'notice', fallback: 'lost', lead: ['secret-for-nobody'] },
    'w2',
  );
  await say('public');
  await toLee.until(() => toLee.messages().length === 1);
  await toDana.until(() => toDana.messages().length === 2);
  expect(toDana.raw()).toContain('secret-for-dana');
  expect(toLee.raw()).not.toContain('secret');
  expect(toDana.raw()).not.toContain('secret-for-nobody');
  expect((await dana.get('/c/incidents')).html).toContain('Only you can see this');
  expect((await lee.get('/c/incidents')).html).not.toContain('secret');
  await Promise.all([toDana.close(), toLee.close()]);
});

it('cannot click a button in a whisper for somebody else', async () => {
  await world.platform.whisper(
    { platform: 'web', tenant: 'local', account: 'w-dana' },
    place,
    { kind: 'notice', fallback: 'x', actions: [{ id: 'brief-me', label: 'Brief Me', value: 'v', style: 'plain' }] },
    'w1',
  );
  const [whisper] = await world.chatLog.messages({ channel: 'incidents' });
  const lee = await visit(world.web.url);
  await become(lee, 'w-lee');
  const fields = { message: whisper?.id ?? '', action: 'brief-me', value: 'v' };
  expect((await lee.post('/c/incidents/clicks', { ...lee.envelope(), ...fields })).status).toBe(404);
  expect((await dana.post('/c/incidents/clicks', { ...dana.envelope(), ...fields })).status).toBe(303);
});

it('updates reply counts, the pinned status and the channel list', async () => {
  const stream = await listen(dana, 0);
  await tellStory(world);
  await stream.until(() => stream.messages().length >= 11);
  await say('after the story');
  await stream.until(
    () =>
      stream.messages().length >= 12 && stream.frames().some(({ data }) => data['side']?.includes('INC-1') ?? false),
  );
  const replies = stream.messages().filter(({ data }) => data['root'] !== null);
  expect(replies.at(-1)?.data['replies']).toContain('6 replies');
  expect(replies[0]?.data['thread']).toContain('thread__pin');
  expect(stream.frames().at(-1)?.data['head']).toContain('Waiting for approval');
  await stream.close();
});

it('stops listening when the browser leaves', async () => {
  const inner = createMemoryChatLog();
  let listeners = 0;
  const chatLog: ChatLog = {
    ...inner,
    onChange: (listener) => {
      listeners += 1;
      const stop = inner.onChange(listener);
      return () => {
        listeners -= 1;
        stop();
      };
    },
  };
  await world.web.stop();
  world = await startWebWorld({ chatLog });
  const stream = await listen(await visit(world.web.url), 0);
  await stream.until(() => listeners === 1 && stream.frames().length > 0);
  await stream.close();
  await stream.until(() => listeners === 0);
  expect(listeners).toBe(0);
});

it('hears what another process wrote, at the latest with the next heartbeat', async () => {
  const inner = createMemoryChatLog();
  await world.web.stop();
  world = await startWebWorld({ chatLog: { ...inner, onChange: () => () => undefined } });
  const stream = await listen(await visit(world.web.url), 0);
  await stream.until(() => stream.frames().length > 0);
  await createWebPlatform({ chatLog: inner, clock: world.clock, people: [] }).post(
    place,
    { kind: 'reply', fallback: 'from elsewhere' },
    'k',
  );
  await stream.until(() => stream.messages().length === 1);
  expect(stream.messages()[0]?.data['html']).toContain('from elsewhere');
  await stream.close();
});

it('keeps a quiet stream alive and ends it when the server stops', async () => {
  const stream = await listen(dana, 0);
  await stream.until(() => stream.raw().split(': still here').length > 3);
  await world.web.stop();
  expect(stream.messages()).toEqual([]);
  await stream.close();
  world = await startWebWorld();
});

it.each([
  ['an unknown channel', '?channel=nowhere&after=0', 404],
  ['a bad number', '?channel=incidents&after=x', 400],
])('refuses a stream: %s', async (_name, query, status) => {
  const response = await fetch(`${world.web.url}/events${query}`, { headers: { cookie: dana.cookie() } });
  expect(response.status).toBe(status);
});
