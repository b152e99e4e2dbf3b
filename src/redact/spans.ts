import type { Window } from './windows.ts';

/** `[start, end)` in UTF-16 units of the scanned text. */
export type Span = Window & { readonly kind: string; readonly personal: boolean };

/** In order, without overlaps: where two meet, the longer names the union. Personal data inside a secret is the secret. */
export function mergeSpans(spans: readonly Span[]): readonly Span[] {
  const secrets = joined(spans.filter(({ personal }) => !personal));
  const others = spans.filter((span) => span.personal && !secrets.some((secret) => cuts(secret, span)));
  return others.length === 0 ? secrets : joined([...secrets, ...others]);
}

/** Overlaps without lying wholly inside: `p4ss@db.example.test` after `://app:` is a password, not a mailbox. */
const cuts = (secret: Span, span: Span): boolean =>
  secret.start < span.end && secret.end > span.start && !(secret.start > span.start && secret.end < span.end);

function joined(spans: readonly Span[]): readonly Span[] {
  const ordered = spans.toSorted((one, other) => one.start - other.start || other.end - one.end);
  const merged: Span[] = [];
  for (const span of ordered) {
    const last = merged.at(-1);
    if (last === undefined || span.start >= last.end) merged.push(span);
    else {
      const named = span.end - span.start > last.end - last.start ? span : last;
      merged[merged.length - 1] = { ...named, start: last.start, end: Math.max(last.end, span.end) };
    }
  }
  return merged;
}

const token = /\[(?:SECRET|PII):[a-z-]{1,30}:[0-9a-f]{8}\]|\[withheld: redaction timeout\]/gu;

/** What is masked already stays: only the text around it is still to be masked. */
export function withoutTokens(spans: readonly Span[], text: string): readonly Span[] {
  if (spans.length === 0) return spans;
  const tokens = [...text.matchAll(token)].map((match) => ({ start: match.index, end: match.index + match[0].length }));
  if (tokens.length === 0) return spans;
  return spans
    .flatMap((span) => subtract(span, tokens))
    .filter((span) => /[\p{L}\p{N}_]/u.test(text.slice(span.start, span.end)));
}

function subtract(span: Span, tokens: readonly Window[]): readonly Span[] {
  const pieces: Span[] = [];
  let { start } = span;
  for (const hole of tokens) {
    if (hole.end <= start || hole.start >= span.end) continue;
    if (hole.start > start) pieces.push({ ...span, start, end: hole.start });
    start = Math.max(start, hole.end);
  }
  return start < span.end ? [...pieces, { ...span, start }] : pieces;
}
