import { createHmac } from 'node:crypto';
import type { Redactor } from '../ports.ts';
import { mergeSpans, type Span } from './scan.ts';
import { createScanWorker, type ScanWorker } from './scan-worker.ts';

export type RedactorOptions = {
  /** Key of the stable tokens: the same secret gives the same token wherever it appears. */
  readonly tokenKey: string;
  /** The process's own credentials, matched exactly and in disguise. */
  readonly ownCredentials: readonly string[];
  readonly emails?: boolean;
  readonly deadlineMs?: number;
  readonly workerUrl?: URL;
};

/** What stands in place of text that could not be checked. */
export const withheld = '[withheld: redaction timeout]';

const chunkLength = 16_384;
const overlapMin = 512;
const deadlineMsDefault = 250;

/**
 * Masks secrets with `[SECRET:kind:hmac8]`, in a worker with a deadline per 16 KB. What cannot be scanned in time is
 * withheld, never passed on. Does not keep the process alive; `close` ends the worker at once.
 */
export function createRedactor(options: RedactorOptions): Redactor & { close(): Promise<void> } {
  const worker = createScanWorker({
    credentials: options.ownCredentials,
    emails: options.emails ?? false,
    deadlineMs: options.deadlineMs ?? deadlineMsDefault,
    workerUrl: options.workerUrl ?? new URL('./worker.ts', import.meta.url),
  });
  // Base64 and hexadecimal forms are up to twice as long as the credential.
  const overlap = Math.max(overlapMin, ...options.ownCredentials.map((credential) => 3 * credential.length));
  const token = (kind: string, secret: string): string =>
    `[SECRET:${kind}:${createHmac('sha256', options.tokenKey).update(secret).digest('hex').slice(0, 8)}]`;
  return {
    async redact(text) {
      if (text === '') return { text, redactions: 0 };
      const spans = await scanAll(worker, text, overlap);
      return { text: mask(text, spans, token), redactions: spans.length };
    },
    close: () => worker.close(),
  };
}

const withheldKind = 'withheld';

/** Chunks overlap, so that a secret on a border is whole in one of them. */
async function scanAll(worker: ScanWorker, text: string, overlap: number): Promise<readonly Span[]> {
  const spans: Span[] = [];
  const step = Math.max(chunkLength - overlap, chunkLength / 2);
  for (let start = 0; start < text.length; start += step) {
    const end = Math.min(start + step + overlap, text.length);
    const found = await worker.scan(text.slice(start, end));
    if (found === null) spans.push({ start, end, kind: withheldKind });
    else spans.push(...found.map((span) => ({ ...span, start: span.start + start, end: span.end + start })));
    if (end === text.length) break;
  }
  return mergeSpans(spans);
}

function mask(text: string, spans: readonly Span[], token: (kind: string, secret: string) => string): string {
  const parts: string[] = [];
  let from = 0;
  for (const span of spans) {
    const secret = text.slice(span.start, span.end);
    parts.push(text.slice(from, span.start), span.kind === withheldKind ? withheld : token(span.kind, secret));
    from = span.end;
  }
  return [...parts, text.slice(from)].join('');
}
