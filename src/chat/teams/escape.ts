/** Text for Adaptive Card elements that parse Markdown, so that nothing in it is read as markup. */
import { clamp, defang, stripHidden } from '../../core/plain-text.ts';
import type { Tainted } from '../../core/tainted.ts';

/**
 * Keeps Markdown, HTML entities, mention tags and template expressions from being read as such. Line breaks become
 * spaces, so that no list or heading can begin inside.
 */
const escapeMarkdown = (text: string): string =>
  text
    .replace(/\s+/gu, ' ')
    .replace(/[\\`*_~[\]|]/gu, '\\$&')
    .replace(/<(?=[\p{L}/!?])/gu, '<\u200a')
    .replace(/&(?=#?\w)/gu, '&\u200a')
    .replace(/\{(?=\{)/gu, '{\u200a')
    .replace(/\$(?=\{)/gu, '$\u200a');

/** Text from outside: also without anything a client could turn into a link or mention. */
export const outsideText = (text: Tainted, max: number): string => escapeMarkdown(defang(text, max));

/** Our own words. */
export const ownText = (text: string, max: number): string => escapeMarkdown(clamp(stripHidden(text), max));

/** Bold, with the white space outside: Markdown does not close emphasis after a space. */
export function bold(text: string): string {
  const inner = text.trim();
  if (inner === '') return text;
  const start = text.indexOf(inner);
  return `${text.slice(0, start)}**${inner}**${text.slice(start + inner.length)}`;
}

/** The whole text of one element: what would begin a list, heading or quote no longer does. */
export const guardLineStart = (text: string): string =>
  text.replace(/^(\s*)([-+#>])/u, '$1\\$2').replace(/^(\s*\d+)([.)])/u, '$1\\$2');

/** A Markdown link to an absolute web address that we built, or only its label. */
export function link(label: string, href: string): string {
  const url = URL.canParse(href) ? new URL(href) : null;
  if (!url || !['http:', 'https:'].includes(url.protocol)) return label;
  return `[${label}](${url.href.replaceAll('(', '%28').replaceAll(')', '%29')})`;
}
