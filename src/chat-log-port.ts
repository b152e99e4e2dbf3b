import type { Card } from './core/card.ts';
import type { Tainted } from './core/tainted.ts';
import type { Document } from './ports.ts';

/** A message of the local chat (`chat/web`). `changed` grows with every insert or edit anywhere: clients resume by it. */
export type LocalMessage = {
  readonly id: string;
  readonly channel: string;
  /** Message id this one replies to, or null at top level. */
  readonly root: string | null;
  readonly author: { readonly kind: 'person' | 'bot' | 'app'; readonly id: string; readonly name: string };
  readonly card: Card | null;
  readonly text: Tainted | null;
  readonly document: Document | null;
  /** Only this person sees it (directory id); null for everybody. */
  readonly audience: string | null;
  readonly atMs: number;
  readonly editedAtMs: number | null;
  readonly version: number;
  readonly changed: number;
};

/** Where the local chat keeps its messages. */
export type ChatLog = {
  /** Inserts once per `key`; returns the message that key made first. */
  say(key: string, message: Omit<LocalMessage, 'id' | 'changed' | 'version' | 'editedAtMs'>): Promise<LocalMessage>;
  /** Ignored when `version` is not above the stored one. */
  edit(id: string, card: Card, version: number, atMs: number): Promise<void>;
  /** Messages of a channel changed after `changed`, oldest change first. */
  messages(filter: { channel: string; afterChanged?: number; limit?: number }): Promise<readonly LocalMessage[]>;
  message(id: string): Promise<LocalMessage | null>;
  channels(): Promise<readonly { readonly channel: string; readonly lastAtMs: number }[]>;
  /** Calls back after each committed change; returns the unsubscribe function. */
  onChange(listener: (channel: string, changed: number) => void): () => void;
};
