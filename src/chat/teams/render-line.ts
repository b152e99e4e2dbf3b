import type { Line, Span } from '../../core/card.ts';
import type { VerdictWord } from '../../core/hypothesis.ts';
import { bold, link, outsideText, ownText } from './escape.ts';

export type Mention = {
  readonly type: 'mention';
  readonly text: string;
  readonly mentioned: { readonly id: string; readonly name: string };
};

/** What one rendering of a card needs beside the card, and the mentions it found. */
export type Rendering = {
  /** The Entra object id of a directory person, or null: then the name is shown and nobody is notified. */
  readonly accountOf: (person: string) => string | null;
  readonly limits: Limits;
  readonly mentions: Map<string, Mention>;
};

export type Limits = {
  /** Characters of one span. */
  readonly span: number;
  /** Characters of one code block. */
  readonly code: number;
  /** Tasks, table rows and detail lines. */
  readonly items: number;
};

const verdictLabels: { readonly [Word in VerdictWord]: string } = {
  Confirmed: 'Confirmed',
  Likely: 'Likely',
  Possible: 'Possible',
  Inconclusive: 'Inconclusive',
  NothingWrong: 'Nothing is wrong',
  RuledOut: 'Ruled out',
};

/** One line as Markdown for a TextBlock or fact, which guard its start. */
export const renderLine = (line: Line, rendering: Rendering): string =>
  line.map((span) => renderSpan(span, rendering)).join('');

function renderSpan(span: Span, rendering: Rendering): string {
  const { span: max } = rendering.limits;
  if (typeof span === 'string') return ownText(span, max);
  if ('untrusted' in span) return outsideText(span, max);
  if ('strong' in span) return bold(ownText(span.strong, max));
  if ('code' in span) return typeof span.code === 'string' ? ownText(span.code, max) : outsideText(span.code, max);
  if ('evidence' in span) return ownText(span.evidence, max);
  if ('label' in span) return link(ownText(span.label, max), span.href);
  if ('atMs' in span) return clockTime(span.atMs);
  if ('person' in span) return span.notify ? mention(span, rendering) : ownText(span.name, 80);
  return verdictLabels[span.word];
}

/** Teams matches `<at>` text with an entity of the card; two people of one name get their directory id as well. */
function mention({ person, name }: { person: string; name: string }, { accountOf, mentions }: Rendering): string {
  const account = accountOf(person);
  if (account === null) return ownText(name, 80);
  const plain = name.replace(/[^\p{L}\p{N} .'-]/gu, '').slice(0, 80);
  const taken = mentions.get(`<at>${plain}</at>`);
  const shown = taken && taken.mentioned.id !== account ? `${plain} ${person.replace(/[^\w-]/gu, '')}` : plain;
  const text = `<at>${shown}</at>`;
  mentions.set(text, { type: 'mention', text, mentioned: { id: account, name: shown } });
  return text;
}

/** "14:04:40 UTC". */
export const clockTime = (atMs: number): string =>
  Math.abs(atMs) <= 8.64e15 ? `${new Date(atMs).toISOString().slice(11, 19)} UTC` : 'unknown time';
