/** The one way HTML is made: everything put into a template is escaped unless it is itself made by a template. */
import { plainText } from '../../core/plain-text.ts';
import type { Tainted } from '../../core/tainted.ts';

export type Html = { readonly html: string };
export type Piece = Html | Tainted | string | number | null | undefined | false | readonly Piece[];

/** Only objects made here count as HTML, so that `{"html": "<script>"}` from a stored row does not. */
const made = new WeakSet<object>();

/** Tagged template. Values may stand in text or inside a double-quoted attribute, nowhere else. */
export function html(parts: TemplateStringsArray, ...pieces: readonly Piece[]): Html {
  const text = parts.reduce((before, part, index) => before + renderPiece(pieces[index - 1]) + part);
  const result: Html = { html: text };
  made.add(result);
  return result;
}

const entities: { readonly [character: string]: string } = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
};

const escapeText = (text: string): string => text.replace(/[&<>"'`]/gu, (found) => entities[found] ?? '');

function renderPiece(piece: Piece): string {
  if (piece === null || piece === undefined || piece === false) return '';
  if (typeof piece === 'string') return escapeText(piece);
  if (typeof piece === 'number') return String(piece);
  if (isList(piece)) return piece.map(renderPiece).join('');
  if (made.has(piece)) return 'html' in piece ? piece.html : '';
  if ('untrusted' in piece) return escapeText(plainText(piece));
  throw new Error('only text, numbers, Tainted text and the results of html`` can be put into a page');
}

const isList = (piece: Piece): piece is readonly Piece[] => Array.isArray(piece);
