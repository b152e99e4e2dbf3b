/** Everything the model reads besides its standing rules. Outside text is framed as data and cannot close its frame. */
import type { Evidence, EvidenceId } from '../core/evidence.ts';
import type { Incident } from '../core/incident.ts';
import type { Json } from '../core/json.ts';
import { atPointer } from '../core/json-pointer.ts';
import { listNumbers } from '../core/list-numbers.ts';
import { plainText } from '../core/plain-text.ts';
import { type Tainted, taint } from '../core/tainted.ts';
import { estimateTokens } from '../core/token-estimate.ts';
import type { InvestigationRequest } from '../flow/investigator.ts';
import type { RankedCause, Ranking } from '../rootcause/ranking.ts';

export const viewCharactersMax = 12_000;
/** With a view of 2,000 tokens, what one result costs the conversation stays bounded. */
const numberTokensMax = 500;
/** All evidence of the first message together. */
const firstTokensMax = 50_000;

/** Outside text without hidden characters, clamped, and without anything that looks like one of our frames. */
const framed = (text: Tainted, max: number): string =>
  plainText(text, max).replace(/<(?=\s*\/?\s*(?:evidence|statement|catalogue|ranking)\b)/giu, '(');

/** The first message: what is known before the model reads anything. */
export function firstMessage(request: InvestigationRequest): string {
  const { incident, brief, ranking, evidence, views } = request;
  const { symptom, question, openedAtMs, onsetMs } = incident;
  return [
    `Incident ${incident.id}, opened ${instant(openedAtMs)}.`,
    symptom
      ? `Symptom: ${symptom.metric} of ${symptom.service} ${symptom.comparator} ${symptom.threshold} at ${instant(symptom.triggeredAtMs)}.`
      : 'No monitor is alerting.',
    onsetMs === null ? 'The onset is not known.' : `Onset: ${instant(onsetMs)}.`,
    `<catalogue>\n${brief}\n</catalogue>`,
    `<ranking>\n${rankingText(ranking)}\n</ranking>`,
    ...evidenceTexts(evidence, views),
    ...(question ? [`<statement>\n${framed(question, 2_000)}\n</statement>`] : []),
    'Find the cause. Read what is missing, then call submit_findings.',
  ].join('\n\n');
}

/** A result of a read the model asked for. */
export function resultText(id: EvidenceId, view: Tainted, result: Json | undefined): string {
  const numbers = result === undefined ? '' : `\n${numbersText(result)}`;
  return `<evidence id="${id}">\n${framed(view, viewCharactersMax)}${numbers}\n</evidence>`;
}

/** What a person said: it may steer where to look, and can be cited as that. */
export const statementText = ({ id, result }: Pick<Evidence, 'id' | 'result'>): string =>
  `<statement id="${id}">\n${framed(taint(saidIn(result)), 2_000)}\n</statement>`;

const saidIn = (result: Json): string => {
  const said = atPointer(result, '/said');
  return typeof said === 'string' ? said : '';
};

/** What a tool answered when it found nothing. Vendors' words may be in it. */
export const outsideReason = (says: string): string => framed(taint(says), 2_000);

/** What a digest model chooses from: rows of one view, numbered from 1. */
export function digestMessage({ symptom, question }: Incident, id: EvidenceId, rows: readonly string[]): string {
  const asked = question ? framed(question, 2_000) : 'What is the cause?';
  const alert = symptom ? `${symptom.metric} of ${symptom.service} ${symptom.comparator} ${symptom.threshold}` : 'none';
  const numbered = rows.map((row, index) => `${index + 1}: ${row}`).join('\n');
  return [
    `Alert: ${alert}.`,
    `<statement>\n${asked}\n</statement>`,
    `<evidence id="${id}">\n${framed(taint(numbered), viewCharactersMax * 2)}\n</evidence>`,
  ].join('\n\n');
}

const instant = (atMs: number): string => new Date(atMs).toISOString();

/** With views while there is room: what is cut off by this can be looked at closer. */
function evidenceTexts(evidence: readonly Evidence[], views: InvestigationRequest['views']): readonly string[] {
  let left = firstTokensMax;
  return evidence.map((item) => {
    const full = evidenceText(item, views.get(item.id) ?? null);
    const tokens = estimateTokens(full);
    if (tokens > left) return evidenceText(item, taint(`(not shown here: look_closer ${item.id})`), false);
    left -= tokens;
    return full;
  });
}

function evidenceText(item: Evidence, view: Tainted | null, numbers = true): string {
  const { id, tool, source, provenance, window } = item;
  const headline = item.headline.map((part) => (typeof part === 'string' ? part : framed(part, 500))).join('');
  return [
    `<evidence id="${id}" tool="${tool}" source="${source}" class="${provenance}" from="${instant(window.fromMs)}" to="${instant(window.toMs)}">`,
    headline,
    ...(view ? [framed(view, viewCharactersMax)] : []),
    ...(numbers ? [numbersText(item.result)] : []),
    '</evidence>',
  ].join('\n');
}

function rankingText({ outcome, because, causes, unusable }: Ranking): string {
  return outside(
    [
      `${outcome}: ${because}`,
      ...causes.slice(0, 8).map(causeText),
      ...unusable.slice(0, 20).map((missing) => `missing: ${missing}`),
    ].join('\n'),
  );
}

/** The engine's sentences quote log templates and titles. */
const outside = (text: string): string => framed(taint(text), viewCharactersMax);

function causeText({ entity, kind, change, score, mechanism, reasons, against }: RankedCause): string {
  const cited = [...new Set([...reasons, ...against].flatMap(({ evidence }) => evidence))].join(' ');
  return `${score.toFixed(2)} ${kind} of ${entity}, change ${change ?? 'none'}: ${mechanism} [${cited}]`;
}

function numbersText(result: Json): string {
  const { lines, rest } = listNumbers(result, numberTokensMax);
  if (lines.length === 0) return 'numbers: none';
  return (
    outside(['numbers:', ...lines].join('\n')) +
    (rest > 0 ? `\n(${rest} more numbers are not listed: look_closer)` : '')
  );
}
