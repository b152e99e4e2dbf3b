import type { Card, Line } from '../../core/card.ts';
import { sentence } from './words.ts';

/** A short answer to one question or command. */
export function replyCard(fallback: string, lines: readonly Line[], title?: Line): Card {
  const [lead, ...rest] = lines;
  return {
    kind: 'reply',
    fallback: sentence(fallback),
    ...(title ? { title } : {}),
    ...(lead ? { lead } : {}),
    ...(rest.length > 0 ? { details: { summary: 'Details', open: true, lines: rest, code: [] } } : {}),
  };
}

/** Something could not be done: what, what it blocks, what to do. */
export function noticeCard(what: string, fix: string): Card {
  return { kind: 'notice', fallback: sentence(what), lead: [{ strong: what }], foot: [fix] };
}
