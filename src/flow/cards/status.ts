import { amount } from '../../core/amount.ts';
import type { Card, CardAction, Line, Task } from '../../core/card.ts';
import type { Gap } from '../../core/evidence.ts';
import type { Hypothesis } from '../../core/hypothesis.ts';
import type { Incident, Symptom } from '../../core/incident.ts';
import type { Ranking } from '../../rootcause/ranking.ts';
import { causeWords, duration, evidenceSpans } from './words.ts';

/** What the one living status message says at a moment. Every version is built from all of it. */
export type StatusView = {
  readonly incident: Incident;
  readonly symptom: Symptom | null;
  readonly ranking: Ranking | null;
  readonly hypotheses: readonly Hypothesis[];
  readonly sources: readonly { readonly name: string; readonly state: Task['state']; readonly says: Line }[];
  readonly gaps: readonly Gap[];
  readonly next: Line;
  readonly trend: Line | null;
  /** The model is reading, or will be: people can end it. */
  readonly stoppable: boolean;
  /** "Running without the model", or null. */
  readonly label: string | null;
  /** What was spent against its bounds, or null. Absent in messages of a version without shared bounds. */
  readonly footer?: string | null;
  readonly nowMs: number;
  readonly url: string;
};

export function statusCard(view: StatusView): Card {
  const { incident, symptom, ranking, sources, url, nowMs } = view;
  const checked = sources.filter(({ state }) => state === 'complete').length;
  const title: Line = symptom ? [symptom.title] : [`${incident.id}: no alerting monitor found`];
  return {
    kind: 'status',
    fallback: fallback(view),
    title,
    facts: [
      { label: 'Impact', value: impact(view) },
      { label: 'Trend', value: view.trend ?? ['Not known yet'] },
      { label: 'Leading cause', value: leading(view) },
      { label: 'Next', value: view.next },
    ],
    tasks: {
      title: ranking
        ? `Checked ${checked} of ${sources.length} sources in ${duration(nowMs - incident.openedAtMs)}`
        : `Reading ${sources.length} sources`,
      items: sources.map(({ name, state, says }) => ({ id: name, title: [name], state, output: says })),
    },
    ...(view.stoppable ? { actions: [stopAction(incident)] } : {}),
    foot: [
      ...(view.label ? [`${view.label} · `] : []),
      ...(view.footer ? [`${view.footer} · `] : []),
      'Updated ',
      { atMs: nowMs },
      ' · evidence in this thread · ',
      { label: 'open incident', href: url },
    ],
  };
}

const stopAction = ({ id }: Incident): CardAction => ({
  id: 'stop-investigation',
  label: 'Stop Investigation',
  value: id,
  style: 'plain',
});

function fallback({ incident, ranking, hypotheses }: StatusView): string {
  const first = hypotheses[0];
  if (!ranking) return `${incident.id}: reading logs, metrics and changes`;
  if (ranking.outcome === 'nothing-wrong') return `${incident.id}: nothing is wrong`;
  return first && first.word !== 'Inconclusive'
    ? `${incident.id}: ${first.word}, ${causeWords(first)}`
    : `${incident.id}: no cause clears the bar yet`;
}

function impact({ symptom, ranking }: StatusView): Line {
  if (!symptom) return ['No monitor is alerting'];
  const bound = `threshold ${amount(symptom.threshold)}`;
  if (ranking?.before === null || ranking?.before === undefined || ranking.after === null) {
    return [`${symptom.service} ${symptom.metric}, ${bound}`];
  }
  return [
    `${symptom.service} ${symptom.metric} ${amount(ranking.before)} before, ${amount(ranking.after)} after, ${bound}`,
  ];
}

function leading({ ranking, hypotheses, symptom }: StatusView): Line {
  if (!ranking) return ['Looking'];
  if (ranking.outcome === 'nothing-wrong') return [{ word: 'NothingWrong' }, ` ${ranking.because}`];
  const first = hypotheses[0];
  if (!first || first.word === 'Inconclusive') {
    const lead = first ? ` Strongest lead: ${causeWords(first)}.` : '';
    return [{ word: 'Inconclusive' }, ` I do not have a cause yet.${lead}${symptom ? '' : ' No symptom to measure.'}`];
  }
  return [
    { word: first.word },
    ` ${first.id}: ${causeWords(first)} `,
    ...evidenceSpans(first.supports.slice(0, 3).map(({ evidence }) => evidence)),
  ];
}
