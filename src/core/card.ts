import type { Chart, EvidenceId } from './evidence.ts';
import type { VerdictWord } from './hypothesis.ts';
import type { Tainted } from './tainted.ts';

/**
 * One message, said once for all platforms. Renderers are pure functions of it, and every platform must carry the
 * same facts (parity test). Plain strings are ours; anything from outside is `Tainted`.
 */
export type Span =
  | string
  | Tainted
  | { readonly strong: string }
  | { readonly code: string | Tainted }
  | { readonly evidence: EvidenceId }
  /** A link the bot built from configuration or an evidence record, never from text. */
  | { readonly label: string; readonly href: string }
  | { readonly atMs: number }
  /** A person, by directory id; shown by name. `notify` makes the platform mention them. */
  | { readonly person: string; readonly name: string; readonly notify: boolean }
  | { readonly word: VerdictWord };
export type Line = readonly Span[];

export type TaskState = 'pending' | 'in_progress' | 'complete' | 'error';
export type Task = { readonly id: string; readonly title: Line; readonly state: TaskState; readonly output: Line };

export type CodeBlock = {
  readonly label: string;
  readonly language: 'diff' | 'text' | 'json';
  readonly text: string | Tainted;
};

/** A control. `id` is in the closed registry `cardActionIds`; `value` comes back untrusted. */
export type CardAction = {
  readonly id: CardActionId;
  /** Title Case verb + object, e.g. "Approve Rollback". */
  readonly label: string;
  readonly value: string;
  readonly style: 'primary' | 'plain' | 'danger';
  /** Restates target, effect and undo. Required for `danger` and for approvals. */
  readonly confirm?: {
    readonly title: string;
    readonly text: string;
    readonly accept: string;
    readonly dismiss: string;
  };
  /** Asks for a sentence with the click, where the platform can. Absent: it does not ask. */
  readonly reason?: 'optional' | 'required';
  /** Opens this page of ours instead of sending a click. */
  readonly href?: string;
  /** Closed choices that go along with the click, at most two. What is chosen comes back untrusted. */
  readonly choices?: readonly Choice[];
};

/** `name` is lower-case letters; at most 100 options are shown. */
export type Choice = {
  readonly name: string;
  readonly label: string;
  readonly options: readonly { readonly value: string; readonly label: string }[];
};

/** What a platform calls a choice's field. */
export const choiceField = (name: string): string => `choice_${name}`;

/** The choices among the fields that came back with a click; absent when there were none. */
export function chosenIn(fields: { readonly [field: string]: unknown }): {
  chosen?: { readonly [name: string]: string };
} {
  const chosen = Object.entries(fields).flatMap(([field, value]) => {
    const name = /^choice_(?<name>[a-z]{1,20})$/u.exec(field)?.groups?.['name'];
    return name !== undefined && typeof value === 'string' && value !== '' && value.length <= 150
      ? [[name, value]]
      : [];
  });
  return chosen.length === 0 ? {} : { chosen: Object.fromEntries(chosen) };
}

export const cardActionIds = [
  'approve-plan',
  'review-plan',
  'reject-plan',
  'break-glass',
  'stop-investigation',
  'start-deep',
  'investigate-now',
  'brief-me',
  'rerun-evidence',
  'grade-verdict',
  'name-cause',
  'verify-receipt',
  'undo-plan',
  'fill-runbook',
] as const;
export type CardActionId = (typeof cardActionIds)[number];

/** A button that opens a form where the platform can, and otherwise is a click as any other. */
export const opensForm = (id: CardActionId): boolean => id === 'fill-runbook';

/** The choice beside such a button. */
export const runbookChoice = 'runbook';

export const cardKinds = [
  'alert',
  'greeting',
  'status',
  'evidence',
  'hypotheses',
  'proposal',
  'record',
  'run-log',
  'receipt',
  'resolution',
  'postmortem',
  'reply',
  'notice',
] as const;
export type CardKind = (typeof cardKinds)[number];

export type Card = {
  readonly kind: CardKind;
  /** Notification text, 1 to 300 characters, ours alone; carries the ask when there are actions. */
  readonly fallback: string;
  readonly title?: Line;
  readonly lead?: Line;
  readonly facts?: readonly { readonly label: string; readonly value: Line }[];
  readonly tasks?: { readonly title: string; readonly items: readonly Task[] };
  readonly table?: {
    readonly caption: string;
    readonly columns: readonly string[];
    readonly rows: readonly (readonly Line[])[];
  };
  readonly chart?: Chart;
  readonly code?: readonly CodeBlock[];
  /** Collapsed unless `open`. */
  readonly details?: {
    readonly summary: string;
    readonly open: boolean;
    readonly lines: readonly Line[];
    readonly code: readonly CodeBlock[];
  };
  readonly actions?: readonly CardAction[];
  readonly foot?: Line;
};
