import { setImmediate } from 'node:timers/promises';
import { stripHidden } from '../core/plain-text.ts';
import { addReceipts, type RedactionReceipt } from '../core/redaction-receipt.ts';
import { disguiseFactor } from './needles.ts';
import { createScanWorker, type ScanWorker } from './scan-worker.ts';
import { mergeSpans, type Span } from './spans.ts';
import { type Naming, tokensOf, withheldKind } from './tokens.ts';

export type RedactorOptions = {
  /** Key of the stable tokens: the same secret gives the same token wherever it appears. */
  readonly tokenKey: string;
  /** The process's own credentials and canaries, matched exactly and in disguise. */
  readonly ownCredentials: readonly string[];
  /** Masks personal data too: `[PII:kind:hmac8]`. On unless switched off. */
  readonly personalData?: boolean;
  /** Masks IP addresses too. Off unless asked for: who called whom is what an incident is about. */
  readonly ipAddresses?: boolean;
  readonly deadlineMs?: number;
  readonly workerUrl?: URL;
};

export type Redaction = {
  readonly text: string;
  readonly redactions: number;
  readonly receipt: RedactionReceipt;
};

/** A `Redactor` that says what it masked. */
export type CountingRedactor = {
  redact(text: string): Promise<Redaction>;
  /** Compiles the rules now, so that the first text does not wait for that (half a second). */
  start(): Promise<void>;
  close(): Promise<void>;
};

const chunkLength = 16_384;
const overlapMin = 512;
const deadlineMsDefault = 250;
/** After so many tokens the caller's loop gets its turn: each is a hash. */
const breath = 64;
/** What stands before a secret and tells it is no longer than this. */
const labelLength = 300;

/**
 * Masks secrets with `[SECRET:kind:hmac8]` and personal data with `[PII:kind:hmac8]`, in a worker with a deadline per
 * 16 KB. What cannot be scanned in time is withheld, never passed on. Does not keep the process alive; `close` ends the
 * worker at once.
 */
export function createRedactor(options: RedactorOptions): CountingRedactor {
  const worker = createScanWorker({
    credentials: options.ownCredentials,
    personalData: options.personalData ?? true,
    ipAddresses: options.ipAddresses ?? false,
    deadlineMs: options.deadlineMs ?? deadlineMsDefault,
    workerUrl: options.workerUrl ?? new URL('./worker.ts', import.meta.url),
  });
  const longest = Math.max(overlapMin, ...options.ownCredentials.map(({ length }) => disguiseFactor * length));
  const overlap = Math.min(longest, chunkLength / 2);
  const naming = tokensOf(options.tokenKey);
  return {
    redact: (text) => redactShown(text, { worker, overlap, naming }),
    start: () => worker.start(),
    close: () => worker.close(),
  };
}

type Means = { readonly worker: ScanWorker; readonly overlap: number; readonly naming: Naming };

/** Whoever shows a text takes out what does not show: where that uncovers something, it is taken out before. */
async function redactShown(text: string, means: Means): Promise<Redaction> {
  const { hidden, ...once } = await redactText(text, means);
  if (!hidden) return once;
  const { hidden: _still, ...again } = await redactText(stripHidden(once.text), means);
  if (again.redactions === 0) return once;
  return {
    ...again,
    redactions: once.redactions + again.redactions,
    receipt: addReceipts([once.receipt, again.receipt]),
  };
}

/** Chunk by chunk: what no later chunk can change is written at once, so that the caller's loop is never held long. */
async function redactText(
  text: string,
  { worker, overlap, naming }: Means,
): Promise<Redaction & { readonly hidden: boolean }> {
  const writer = createWriter(text, naming);
  let pending: readonly Span[] = [];
  let hidden = false;
  for (let start = 0; start < text.length; ) {
    const end = Math.min(start + chunkLength, text.length);
    const scanned = await worker.scan(text.slice(start, end));
    const found = scanned?.spans ?? null;
    hidden ||= scanned?.hidden ?? false;
    const next = end === text.length ? end : nextStart({ start, end: end - overlap }, found ?? [], end - start);
    pending = mergeSpans([...pending, ...placed(found, { text, start, end, next })]);
    const settled = pending.filter((span) => span.end <= next || next === text.length);
    for (let from = 0; from < settled.length; from += breath) {
      if (from > 0) await setImmediate();
      writer.write(settled.slice(from, from + breath));
    }
    pending = pending.slice(settled.length);
    start = next;
  }
  return { ...writer.end(), hidden };
}

/**
 * Chunks overlap, so that a secret on a border is whole in one of them. One that reaches the end of its chunk is tried
 * again from its label on.
 */
function nextStart(
  usual: { readonly start: number; readonly end: number },
  found: readonly Span[],
  size: number,
): number {
  const cut = found.find((span) => span.end === size && span.start - labelLength > size / 4);
  return cut === undefined ? usual.end : Math.min(usual.end, usual.start + cut.start - labelLength);
}

type Chunk = { readonly text: string; readonly start: number; readonly end: number; readonly next: number };

/** In the whole text. One too long for any chunk goes on through whatever could still be part of it. */
function placed(found: readonly Span[] | null, { text, start, end }: Chunk): readonly Span[] {
  // What tells the rest of a cut secret may be in the piece that is withheld: the run it ends in goes with it.
  if (found === null) return [{ start, end: endOfRun(text, end), kind: withheldKind, personal: false }];
  return found.map((span) => {
    const isCut = start + span.end === end && end < text.length && span.start <= (end - start) / 4 + labelLength;
    return { ...span, start: start + span.start, end: isCut ? endOfRun(text, end) : start + span.end };
  });
}

function endOfRun(text: string, from: number): number {
  const run = /[\w+/=\s\\.~%-]*/uy;
  run.lastIndex = from;
  return from + (run.exec(text)?.[0].length ?? 0);
}

function createWriter(text: string, naming: Naming): { write(spans: readonly Span[]): void; end(): Redaction } {
  const parts: string[] = [];
  const receipt = new Map<string, number>();
  let from = 0;
  let redactions = 0;
  return {
    write(spans) {
      for (const span of spans) {
        parts.push(text.slice(from, span.start), naming(span, text.slice(span.start, span.end)));
        receipt.set(span.kind, (receipt.get(span.kind) ?? 0) + 1);
        from = span.end;
        redactions += 1;
      }
    },
    end: () => ({
      text: [...parts, text.slice(from)].join(''),
      redactions,
      receipt: addReceipts([Object.fromEntries(receipt)]),
    }),
  };
}
