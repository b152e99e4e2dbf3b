import { type Contradiction, contradictionWords, findContradictions } from '../../../core/contradiction.ts';
import type { Citation, Hypothesis } from '../../../core/hypothesis.ts';
import { type Html, html, type Piece } from '../html.ts';
import type { IncidentRecord } from '../incident-record.ts';
import { evidencePath } from '../links.ts';
import { evidenceChip } from '../render-line.ts';
import { timeTag } from '../say-time.ts';
import { causeWords, verdictWord } from '../words.ts';

/** Ranked causes; what is ruled out stays, dimmed. */
export function renderCauses({ hypotheses, incident, evidence }: IncidentRecord): Html {
  const items = hypotheses.map((hypothesis) => cause(hypothesis, incident.id));
  const list =
    items.length === 0
      ? html`<p class="mute">Nothing is ranked yet.</p>`
      : html`<p class="lede">Code sets the verdict words from the evidence counts.</p><ol class="tree panel">${items}</ol>`;
  return html`<section id="causes" aria-labelledby="h-causes"><h2 id="h-causes">Causes</h2>${list}${disputes(findContradictions(evidence), incident.id)}</section>`;
}

/** What sources disagree about: both items, both numbers, the time they are of. */
function disputes(found: readonly Contradiction[], incident: string): Piece {
  if (found.length === 0) return null;
  const items = found.map((each) => {
    const [one, other] = each.sides;
    return html`<li>${chip(one.evidence, incident)} ${chip(other.evidence, incident)} ${contradictionWords(each)}, ${timeTag(each.window.fromMs)} to ${timeTag(each.window.toMs)}</li>`;
  });
  return html`<h3>Sources disagree</h3><ul class="panel">${items}</ul><p class="small mute">A cause that rests on one side is not called Confirmed until this is settled.</p>`;
}

function cause(hypothesis: Hypothesis, incident: string): Html {
  const { id, word, supports, refutes, wrongIf, by } = hypothesis;
  const out = word === 'RuledOut';
  return html`<li id="${id}"${out ? html` class="is-out"` : null}><div class="cause"><span class="id">${id}</span><h3>${causeWords(hypothesis)}</h3>${verdictWord(word)}<span class="cause__for"><b>${supports.length}</b> for · <b>${refutes.length}</b> against</span>
${out ? null : chain(hypothesis, incident)}
${citations('Against', refutes, incident)}<p class="cause__why"><b>Would be wrong if:</b> ${wrongIf} <span class="xs">Ranked by ${by === 'model' ? 'the model, checked against the ledger' : 'rules'}.</span></p></div></li>`;
}

/** Symptom to change, each step with what proves it. */
function chain({ mechanism, supports, change }: Hypothesis, incident: string): Html {
  const proofs = supports.map(
    ({ evidence, why }) => html`<li><span class="role">Evidence</span> ${chip(evidence, incident)} ${why}</li>`,
  );
  const ref =
    change &&
    html`<li><span class="role">Change</span> ${change.repository} ${change.pullNumber === null ? change.sha.slice(0, 12) : `#${change.pullNumber}`}, ${timeTag(change.mergedAtMs)}</li>`;
  return html`<div class="chain"><span class="role">Mechanism</span> ${mechanism}<ol>${proofs}${ref}</ol></div>`;
}

function citations(label: string, list: readonly Citation[], incident: string): Piece {
  if (list.length === 0) return null;
  return html`<p class="cause__why"><b>${label}</b> ${list.map(({ evidence, why }) => html`${chip(evidence, incident)} ${why} `)}</p>`;
}

const chip = (evidence: string, incident: string): Html => evidenceChip(evidence, (id) => evidencePath(incident, id));
