import type { ChatLog, LocalMessage } from '../../src/chat-log-port.ts';

/** The chat log's port in memory: once per key, edits only forward, one growing number for every change. */
export function createMemoryChatLog(): ChatLog {
  const byKey = new Map<string, string>();
  const messages = new Map<string, LocalMessage>();
  const listeners = new Set<(channel: string, changed: number) => void>();
  let changes = 0;
  const put = (message: LocalMessage): LocalMessage => {
    messages.set(message.id, message);
    for (const listener of listeners) listener(message.channel, message.changed);
    return message;
  };
  const next = (): number => {
    changes += 1;
    return changes;
  };
  return {
    say: (key, message) => {
      const first = messages.get(byKey.get(key) ?? '');
      if (first) return Promise.resolve(first);
      const changed = next();
      const id = `m${changed}`;
      byKey.set(key, id);
      return Promise.resolve(put({ ...message, id, changed, version: 0, editedAtMs: null }));
    },
    // biome-ignore lint/complexity/useMaxParams: the port has four.
    edit: (id, card, version, atMs) => {
      const message = messages.get(id);
      if (message && version > message.version) put({ ...message, card, version, editedAtMs: atMs, changed: next() });
      return Promise.resolve();
    },
    messages: ({ channel, afterChanged = 0, limit = 500 }) =>
      Promise.resolve(
        [...messages.values()]
          .filter((message) => message.channel === channel && message.changed > afterChanged)
          .toSorted((a, b) => a.changed - b.changed)
          .slice(0, limit),
      ),
    message: (id) => Promise.resolve(messages.get(id) ?? null),
    channels: () => {
      const last = new Map<string, number>();
      for (const { channel, atMs } of messages.values()) last.set(channel, Math.max(atMs, last.get(channel) ?? 0));
      return Promise.resolve([...last].map(([channel, lastAtMs]) => ({ channel, lastAtMs })));
    },
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
