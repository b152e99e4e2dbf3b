import type { Card } from '../../core/card.ts';

export type Edit = { readonly card: Card; readonly version: number };

/** Milliseconds between two edits of one message: three seconds, more when many share fifty edits a minute. */
export const editIntervalMs = (activeMessages: number): number => Math.max(3_000, activeMessages * 1_500);

/** An approval request and its record are edited at once; work in progress can wait. */
export const isUrgent = ({ kind }: Card): boolean =>
  kind === 'proposal' || kind === 'record' || kind === 'resolution' || kind === 'notice';

/** Shows work that goes on: a newer version will follow, so its loss costs nothing. */
export const isPassing = ({ tasks }: Card): boolean =>
  tasks?.items.some(({ state }) => state === 'pending' || state === 'in_progress') ?? false;

export type Edits = {
  /** The last version wins. Resolves when shown or overtaken; at once for passing versions that must wait. */
  submit(message: string, edit: Edit): Promise<void>;
  /** Sends what is still waiting. */
  flush(): Promise<void>;
};

type Slot = {
  lastMs: number;
  latest: Edit | null;
  sending: Promise<void> | null;
  /** Ends the pause before the next edit. */
  wake: () => void;
};

const newSlot = (): Slot => ({
  lastMs: Number.NEGATIVE_INFINITY,
  latest: null,
  sending: null,
  wake: () => undefined,
});

/** Edits of messages, at most one per message and interval. `send` must not reject. */
export function createEdits(
  send: (message: string, edit: Edit) => Promise<void>,
  nowMs: () => number = () => performance.now(),
): Edits {
  const slots = new Map<string, Slot>();
  const active = (): number => [...slots.values()].filter(({ lastMs }) => nowMs() - lastMs < 60_000).length;

  const pauseBeforeNext = (slot: Slot): Promise<void> =>
    slot.latest && isUrgent(slot.latest.card)
      ? Promise.resolve()
      : pause(slot, slot.lastMs + editIntervalMs(active()) - nowMs());

  const drain = async (message: string, slot: Slot): Promise<void> => {
    while (slot.latest) {
      await pauseBeforeNext(slot);
      const edit: Edit = slot.latest;
      slot.latest = null;
      slot.lastMs = nowMs();
      await send(message, edit);
    }
    slot.sending = null;
  };

  const start = (message: string, slot: Slot): Promise<void> => {
    slot.sending ??= drain(message, slot);
    return slot.sending;
  };

  return {
    async submit(message, edit) {
      const slot = slots.get(message) ?? newSlot();
      slots.set(message, slot);
      if (slot.latest && slot.latest.version >= edit.version) return;
      const mustWait = slot.sending !== null || nowMs() - slot.lastMs < editIntervalMs(active());
      slot.latest = edit;
      if (isUrgent(edit.card)) slot.wake();
      const sent = start(message, slot);
      if (!mustWait || !isPassing(edit.card)) await sent;
    },
    async flush() {
      for (const { wake } of slots.values()) wake();
      await Promise.all([...slots.values()].flatMap(({ sending }) => sending ?? []));
    },
  };
}

function pause(slot: Slot, delayMs: number): Promise<void> {
  if (delayMs <= 0) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, delayMs);
    slot.wake = () => {
      clearTimeout(timer);
      resolve();
    };
  });
}
