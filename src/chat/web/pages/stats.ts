import type { Calibration, Share } from '../../../core/calibration.ts';
import { type VerdictWord, verdictWords } from '../../../core/hypothesis.ts';
import { loweringsOf, tellingMin, wilsonInterval } from '../../../core/track-record.ts';
import { type Html, html, type Piece } from '../html.ts';
import { costOf, type IncidentRecord, milestonesOf } from '../incident-record.ts';
import { incidentPath } from '../links.ts';
import { duration } from '../say-time.ts';
import { causeKindWords, counted, verdictWord } from '../words.ts';
import { renderColumn, renderPage } from './frame.ts';

/** What was said, how right people found it, and what it cost, over the newest incidents. */
export function renderStats(records: readonly IncidentRecord[], grade: Calibration): Html {
  const costs = records.map(({ rows }) => costOf(rows));
  const cards = records.flatMap((record) => spanOf(record, 'First card') ?? []);
  const dollars = costs.reduce((sum, cost) => sum + cost.dollars, 0);
  const plans = records.flatMap((record) => record.plans);
  const content = html`<header class="top"><h1>How fast I answered, how much I said, what it cost</h1><p class="mute">The newest ${counted(records.length, 'incident')}.</p></header>
<dl class="big">
<div><dt>First card, median</dt><dd>${medianOf(cards, duration)}</dd><dd>after the incident was opened</dd></div>
<div><dt>Channel posts, median</dt><dd>${medianOf(
    costs.map(({ posts }) => posts),
    String,
  )}</dd><dd>everything else is in the thread</dd></div>
<div><dt>Model cost</dt><dd>$${dollars.toFixed(2)}</dd><dd>in total</dd></div>
<div><dt>Plans approved</dt><dd>${plans.filter(({ approvals, state }) => approvals.length > 0 && state !== 'rejected').length} of ${plans.length}</dd><dd>${plans.filter(({ state }) => state === 'rejected' || state === 'expired').length} rejected or timed out</dd></div>
</dl>
<section aria-labelledby="s-words"><h2 id="s-words">Verdicts</h2><div class="panel"><dl class="facts facts--3">${verdictWords.map((each) => html`<div><dt>${verdictWord(each)}</dt><dd><b>${records.filter((record) => leadingWord(record) === each).length}</b></dd></div>`)}</dl></div></section>
<section aria-labelledby="s-right"><h2 id="s-right">How right</h2><div class="panel">${graded(grade)}</div></section>
<section aria-labelledby="s-inc"><h2 id="s-inc">Incidents</h2><div class="panel">${table(records)}</div></section>`;
  return renderPage({ title: 'Stats', current: 'stats', content: renderColumn(content) });
}

/** A kind or a service with fewer grades is not listed. */
const listedMin = 3;

function graded(calibration: Calibration): Html {
  const { words, kinds, services, missed, brier } = calibration;
  if (words.length === 0)
    return html`<p class="mute">No verdict was graded yet. The closing message of an incident has the buttons.</p>`;
  const rows = words.map(
    (each) =>
      html`<div><dt>${verdictWord(each.word)}</dt><dd><b>${each.right} of ${each.said}</b> right${rangeNote(each)}</dd></div>`,
  );
  const lowered = loweringsOf(calibration).map(
    ({ word, kind, to, said, right }) =>
      html`<p class="small">Of ${causeKindWords[kind]} I say ${verdictWord(to)} where I would have said ${verdictWord(word)}: ${right} of ${said} were right.</p>`,
  );
  return html`<dl class="facts facts--3">${rows}</dl>
${shares(
  'Per kind of cause',
  kinds.map((each) => ({ ...each, name: causeKindWords[each.kind] })),
)}
${shares(
  'Per service named',
  services.map((each) => ({ ...each, name: each.service })),
)}
${missed.length > 0 && html`<h3>What it really was</h3><ul>${missed.map(({ said, real, times }) => html`<li>Said ${causeKindWords[said]}, was ${causeKindWords[real]}: ${times}</li>`)}</ul>`}
${lowered}${brier === null ? '' : html`<p class="mute">Brier score ${brier.toFixed(3)}; 0 is perfect, always saying half is .25</p>`}`;
}

function rangeNote(share: Share): string {
  const interval = share.said < tellingMin ? null : wilsonInterval(share);
  if (interval === null) return ', too few to say';
  return `, between ${Math.round(interval.low * 100)} and ${Math.round(interval.high * 100)} %`;
}

function shares(title: string, all: readonly (Share & { readonly name: string })[]): Piece {
  const listed = all.filter(({ said }) => said >= listedMin);
  if (listed.length === 0) return null;
  const rows = listed.map(
    (each) =>
      html`<div><dt>${each.name}</dt><dd><b>${each.right} of ${each.said}</b> right${rangeNote(each)}</dd></div>`,
  );
  return html`<h3>${title}</h3><dl class="facts facts--3">${rows}</dl>`;
}

function table(records: readonly IncidentRecord[]): Html {
  const rows = records.map((record) => {
    const { posts, threadPosts, dollars } = costOf(record.rows);
    const verdict = leadingWord(record);
    const mitigated = spanOf(record, 'Mitigated');
    const { id, symptom } = record.incident;
    return html`<tr role="row"><th role="rowheader" scope="row"><a href="${incidentPath(id)}">${id}</a> ${symptom?.title}</th><td role="cell">${verdict ? verdictWord(verdict) : 'None yet'}</td><td role="cell" class="n" data-l="Posts">${posts}</td><td role="cell" class="n" data-l="Thread">${threadPosts}</td><td role="cell" class="n" data-l="Mitigated in">${mitigated === null ? '–' : duration(mitigated)}</td><td role="cell" class="n" data-l="Cost">$${dollars.toFixed(2)}</td></tr>`;
  });
  return html`<table class="tbl tbl--stack" role="table"><caption class="vh">Incidents</caption><thead role="rowgroup"><tr role="row"><th role="columnheader" scope="col">Incident</th><th role="columnheader" scope="col">Verdict</th><th role="columnheader" scope="col" class="n">Channel posts</th><th role="columnheader" scope="col" class="n">Thread</th><th role="columnheader" scope="col" class="n">Mitigated in</th><th role="columnheader" scope="col" class="n">Cost</th></tr></thead><tbody role="rowgroup">${rows}</tbody></table>`;
}

const leadingWord = ({ hypotheses }: IncidentRecord): VerdictWord | null => hypotheses[0]?.word ?? null;

/** From the opening to a milestone. */
function spanOf(record: IncidentRecord, label: string): number | null {
  const atMs = milestonesOf(record).find((milestone) => milestone.label === label)?.atMs ?? null;
  return atMs === null ? null : atMs - record.incident.openedAtMs;
}

function medianOf(values: readonly number[], say: (value: number) => string): string {
  const middle = values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
  return middle === undefined ? '–' : say(middle);
}
