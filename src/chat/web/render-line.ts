import type { Line, Span } from '../../core/card.ts';
import type { EvidenceId } from '../../core/evidence.ts';
import { type Html, html } from './html.ts';
import { safeHref } from './links.ts';
import { timeTag } from './say-time.ts';
import { verdictWord } from './words.ts';

/** Where an evidence id leads, or null when the page knows no incident for it. */
export type EvidenceHref = (id: EvidenceId) => string | null;

export const renderLine = (line: Line, evidenceHref: EvidenceHref): Html =>
  html`${line.map((span) => renderSpan(span, evidenceHref))}`;

function renderSpan(span: Span, evidenceHref: EvidenceHref): Html {
  if (typeof span === 'string') return html`${span}`;
  if ('untrusted' in span) return html`${span}`;
  if ('strong' in span) return html`<b>${span.strong}</b>`;
  if ('code' in span) return html`<code>${span.code}</code>`;
  if ('evidence' in span) return evidenceChip(span.evidence, evidenceHref);
  if ('label' in span) return link(span.label, span.href);
  if ('atMs' in span) return timeTag(span.atMs);
  if ('person' in span) return span.notify ? html`<span class="at">@${span.name}</span>` : html`${span.name}`;
  return verdictWord(span.word);
}

/** `E3`, the only form a citation takes. */
export function evidenceChip(id: string, evidenceHref: (id: EvidenceId) => string | null): Html {
  const href = isEvidenceId(id) ? evidenceHref(id) : null;
  return href === null ? html`<span class="e">${id}</span>` : html`<a class="e" href="${href}">${id}</a>`;
}

/** A link when the address is web or ours, otherwise the label and the address as text. */
export function link(label: string, href: string): Html {
  const safe = safeHref(href);
  return safe === null ? html`${label} (${href})` : html`<a href="${safe}" rel="noreferrer">${label}</a>`;
}

const isEvidenceId = (id: string): id is EvidenceId => /^E\d+$/u.test(id);
