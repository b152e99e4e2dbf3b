import type { Line, Span } from '../../core/card.ts';
import type { Catalogue } from '../../core/catalogue.ts';
import { clamp, defang, plainText, stripHidden } from '../../core/plain-text.ts';
import { verdictLabels } from '../../flow/cards/words.ts';
import { blockLimits, type RichElement, shorten } from './blocks.ts';

export type People = Catalogue['people'];

/** A line as rich text elements, where Slack parses nothing: no mention or link exists that we did not make here. */
export function renderLine(line: Line, people: People): readonly RichElement[] {
  return line.flatMap((span) => renderSpan(span, people)).filter((element) => !isEmpty(element));
}

const isEmpty = (element: RichElement): boolean => element.type === 'text' && element.text === '';

function renderSpan(span: Span, people: People): RichElement[] {
  if (typeof span === 'string') return [words(span)];
  if ('untrusted' in span) return [words(plainText(span))];
  if ('strong' in span) return [{ type: 'text', text: span.strong, style: { bold: true } }];
  if ('code' in span) {
    const text = typeof span.code === 'string' ? span.code : plainText(span.code);
    return [{ type: 'text', text: clamp(text, blockLimits.line), style: { code: true } }];
  }
  if ('evidence' in span) return [{ type: 'text', text: span.evidence, style: { bold: true } }];
  if ('label' in span) return [linked(span)];
  if ('atMs' in span) return [dated(span.atMs)];
  if ('person' in span) return [person(span, people)];
  return [{ type: 'text', text: verdictLabels[span.word], style: { bold: true } }];
}

const words = (text: string): RichElement => ({ type: 'text', text: clamp(text, blockLimits.line) });

/** A link when the address is absolute and of the web, otherwise its label as text. */
function linked({ label, href }: { readonly label: string; readonly href: string }): RichElement {
  const safe = /^https?:\/\/\S+$/u.test(href) && href.length <= 3_000;
  return safe ? { type: 'link', url: href, text: shorten(label, 200) } : words(label);
}

const dated = (atMs: number): RichElement => ({
  type: 'date',
  timestamp: Math.floor(atMs / 1000),
  format: '{time_secs}',
  fallback: utcTime(atMs),
});

function person(span: { person: string; name: string; notify: boolean }, people: People): RichElement {
  const account = people.find(({ id }) => id === span.person)?.accounts['slack'];
  return span.notify && account ? { type: 'user', user_id: account } : words(span.name);
}

/** "14:07:31 UTC", for clients that cannot show a local time. */
export const utcTime = (atMs: number): string => `${new Date(atMs).toISOString().slice(11, 19)} UTC`;

/** A line as one string, for places that take only plain text. What came from outside is defanged, to be safe there too. */
export function flatten(line: Line): string {
  return stripBreaks(line.map(flattenSpan).join(''));
}

const stripBreaks = (text: string): string => text.replace(/\s+/gu, ' ').trim();

function flattenSpan(span: Span): string {
  if (typeof span === 'string') return span;
  if ('untrusted' in span) return defang(span, 400);
  if ('strong' in span) return span.strong;
  if ('code' in span) return typeof span.code === 'string' ? stripHidden(span.code) : defang(span.code, 400);
  if ('evidence' in span) return span.evidence;
  if ('label' in span) return span.label;
  if ('atMs' in span) return utcTime(span.atMs);
  if ('person' in span) return span.name;
  return verdictLabels[span.word];
}
