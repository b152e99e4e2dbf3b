import type { Card, CodeBlock, Line, Span } from './card.ts';
import type { Evidence, EvidenceId } from './evidence.ts';
import type { Hypothesis } from './hypothesis.ts';
import type { Restricted, Restriction } from './readers.ts';
import { taint } from './tainted.ts';

/** "E4 is withheld here: its source is readable by platform-team only; open the incident page". */
export const withheldWords = (id: EvidenceId, readers: readonly string[]): string =>
  `${id} is withheld here: its source is readable by ${readers.join(', ')} only; open the incident page`;

/**
 * A card without what restricted evidence says. An evidence card gives way to the note; of any other card that cites such
 * an item, every text from outside, every chart and every code block goes, and lines that name the item.
 */
export function withholdFrom(card: Card, restricted: Restricted): Card {
  const cited = [...citedIn(card)].filter((id) => restricted.has(id));
  if (cited.length === 0) return card;
  const notes = cited.map((id) => withheldWords(id, restricted.get(id) ?? []));
  const { kind, fallback } = card;
  if (kind === 'evidence') {
    return { kind, fallback: `${cited[0]} is withheld here`, lead: [{ strong: notes.join('. ') }] };
  }
  const cut = (line: Line): Line => (tells(line, cited) ? [withheld] : line.map(cutSpan));
  const { chart: _chart, code: _code, ...rest } = card;
  return {
    ...rest,
    fallback,
    ...(card.lead ? { lead: cut(card.lead) } : {}),
    ...(card.facts ? { facts: card.facts.map(({ label, value }) => ({ label, value: value.map(cutSpan) })) } : {}),
    ...(card.tasks
      ? {
          tasks: {
            ...card.tasks,
            items: card.tasks.items.map((task) => ({ ...task, output: task.output.map(cutSpan) })),
          },
        }
      : {}),
    ...(card.table
      ? { table: { ...card.table, rows: card.table.rows.map((row) => row.map((cell) => cell.map(cutSpan))) } }
      : {}),
    ...(card.details
      ? { details: { ...card.details, lines: card.details.lines.map(cut), code: [] as CodeBlock[] } }
      : {}),
    foot: [...(card.foot ?? []).map(cutSpan), ' · ', notes.join('. ')],
  };
}

/** A card without the changes to repositories that its audience may not read. */
export function withholdDiff(card: Card, unread: readonly Restriction[]): Card {
  const { details } = card;
  const said = JSON.stringify(card);
  if (!details?.code.some(({ language }) => language === 'diff') || !unread.some(({ of }) => said.includes(of)))
    return card;
  return { ...card, details: { ...details, code: [{ label: 'change', language: 'text', text: withheld }] } };
}

const withheld = '[withheld here]';

/** A sentence of ours that names the item tells what it says. */
const tells = (line: Line, ids: readonly EvidenceId[]): boolean =>
  line.some((span) => typeof span === 'string' && ids.some((id) => new RegExp(`\\b${id}\\b`, 'u').test(span)));

function cutSpan(span: Span): Span {
  if (typeof span !== 'object') return span;
  if ('untrusted' in span) return withheld;
  return 'code' in span && typeof span.code !== 'string' ? { code: withheld } : span;
}

/** Every evidence id that stands anywhere in the card. */
function citedIn(card: Card): ReadonlySet<EvidenceId> {
  const found = JSON.stringify(card).match(/\bE[1-9]\d{0,8}\b/gu) ?? [];
  return new Set(found.map((id): EvidenceId => `E${Number(id.slice(1))}`));
}

/** An item as somebody sees it who may not read its source. */
export const withheldItem = (item: Evidence, readers: readonly string[]): Evidence => ({
  ...item,
  headline: [withheldWords(item.id, readers)],
  query: withheld,
  input: null,
  result: null,
  chart: null,
  link: '',
  readings: undefined,
});

/** A cause without the words that rest on restricted items. */
export function withheldCause(hypothesis: Hypothesis, restricted: Restricted): Hypothesis {
  const cite = (citations: Hypothesis['supports']): Hypothesis['supports'] =>
    citations.map((each) => (restricted.has(each.evidence) ? { ...each, why: taint(withheld) } : each));
  const rests = [...hypothesis.supports, ...hypothesis.refutes].some(({ evidence }) => restricted.has(evidence));
  const { supports, refutes } = hypothesis;
  const told = rests ? { mechanism: taint(withheld), wrongIf: taint(withheld) } : {};
  return { ...hypothesis, ...told, supports: cite(supports), refutes: cite(refutes) };
}
