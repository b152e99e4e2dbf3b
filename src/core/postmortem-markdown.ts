import { amount } from './amount.ts';
import { contradictionWords, findContradictions } from './contradiction.ts';
import type { Json } from './json.ts';
import { defang } from './plain-text.ts';
import { clocksOf, type Ledger, openQuestions } from './postmortem.ts';
import type { Tainted } from './tainted.ts';
import { timelineOf } from './timeline.ts';

/** The postmortem as Markdown. Every statement of fact carries its evidence id or its audit entry number. */
export function postmortemMarkdown(ledger: Ledger): string {
  return [
    `# Postmortem ${ledger.incident.id}`,
    'Draft compiled by Causeway from its ledger. People decide what it means.',
    ...section('Summary', summary(ledger)),
    ...section('Impact', impact(ledger)),
    ...section('Clocks', clocks(ledger)),
    ...section('Timeline', timeline(ledger)),
    ...section('Causes', causes(ledger, true)),
    ...section('Ruled out or weaker', causes(ledger, false)),
    ...section('Where sources disagree', disputes(ledger)),
    ...section('Evidence', evidence(ledger)),
    ...section('Actions and approvals', actions(ledger)),
    ...section(
      'What could not be seen',
      ledger.gaps.map(({ tool, reason, blocks }) => `- ${tool}: ${safe(reason)}; blocks ${safe(blocks)}`),
    ),
    ...section(
      'Open questions',
      openQuestions(ledger).map((question) => `- ${safe(question)}`),
    ),
  ].join('\n');
}

const section = (title: string, lines: readonly string[]): readonly string[] => [
  '',
  `## ${title}`,
  '',
  ...(lines.length > 0 ? lines : ['None.']),
];

const safe = (part: string | Tainted, max = 400): string =>
  defang(typeof part === 'string' ? { untrusted: part } : part, max)
    .replaceAll('\n', ' ')
    .replaceAll('|', '/')
    .replaceAll('<', '‹');

const time = (atMs: number | null): string =>
  atMs === null ? 'unknown' : new Date(atMs).toISOString().replace('.000Z', 'Z');

const seconds = (durationMs: number | null): string =>
  durationMs === null ? 'unknown' : `${Math.round(durationMs / 1000)} s`;

function summary({ incident, hypotheses }: Ledger): readonly string[] {
  const lead = hypotheses[0];
  const symptom = incident.symptom ? safe(incident.symptom.title) : 'No alerting monitor was found';
  const cause = lead
    ? `${lead.word}: ${lead.kind} on ${lead.entity}. ${safe(lead.mechanism)} [${lead.supports.map(({ evidence: id }) => id).join(', ')}]`
    : 'No cause was found.';
  return [`${symptom}.`, '', cause];
}

function impact({ incident, audit }: Ledger): readonly string[] {
  const ranking = audit.findLast(({ kind }) => kind === 'engine.ranking');
  if (!incident.symptom || !ranking) return ['Not measured.'];
  const { before, after } = ranking.body;
  const { service, metric, threshold } = incident.symptom;
  return [
    `${service} ${metric}: ${said(before)} before onset, ${said(after)} after; threshold ${threshold}. [audit ${ranking.seq}]`,
  ];
}

const said = (value: Json | undefined): string => (typeof value === 'number' ? amount(value) : 'unknown');

function clocks(ledger: Ledger): readonly string[] {
  const each = clocksOf(ledger);
  return [
    `- Time to detect: ${seconds(each.timeToDetectMs)} (onset ${time(each.onsetMs)}, detected ${time(each.detectedAtMs)})`,
    `- Time to mitigate: ${seconds(each.timeToMitigateMs)} (onset ${time(each.onsetMs)}, mitigated ${time(each.mitigatedAtMs)})`,
    `- First card ${time(each.firstCardAtMs)}, verdict ${time(each.verdictAtMs)}, approved ${time(each.approvedAtMs)}`,
  ];
}

const timeline = ({ audit, names }: Ledger): readonly string[] =>
  timelineOf(audit).map(
    ({ atMs, says, actor, seq }) => `- ${time(atMs)} ${safe(says)} (${safe(names[actor] ?? actor)}) [audit ${seq}]`,
  );

function causes({ hypotheses }: Ledger, leading: boolean): readonly string[] {
  return hypotheses
    .filter((_, index) => (index === 0) === leading)
    .map(({ id, kind, entity, change, word, supports, refutes, mechanism, wrongIf }) => {
      const where = change
        ? ` (${change.repository} ${change.pullNumber === null ? change.sha.slice(0, 8) : `#${change.pullNumber}`})`
        : '';
      const cite = (list: typeof supports): string => list.map(({ evidence: cited }) => cited).join(', ') || 'none';
      return `- ${id} ${word}: ${kind} on ${entity}${where}. ${safe(mechanism)} For: ${cite(supports)}. Against: ${cite(refutes)}. Wrong if: ${safe(wrongIf)}`;
    });
}

const disputes = (ledger: Ledger): readonly string[] =>
  findContradictions(ledger.evidence).map(
    (each) =>
      `- ${safe(contradictionWords(each))}, ${time(each.window.fromMs)} to ${time(each.window.toMs)} [${each.sides.map(({ evidence: id }) => id).join(', ')}]`,
  );

const evidence = (ledger: Ledger): readonly string[] =>
  ledger.evidence.map(({ id, source, headline, sha256, window, suspect = 0 }) => {
    const says = headline.map((part) => safe(part)).join('');
    const note = suspect === 0 ? '' : ` (${suspect} texts in it look like instructions; treated as data)`;
    return `- ${id} (${source}, ${time(window.fromMs)} to ${time(window.toMs)}): ${says}${note} [sha256 ${sha256.slice(0, 16)}]`;
  });

function actions({ plans, names }: Ledger): readonly string[] {
  return plans.map(({ plan, digest, state, approvals }) => {
    const by =
      approvals.map(({ by: person, atMs }) => `${names[person] ?? person} at ${time(atMs)}`).join(', ') || 'nobody';
    return `- ${safe(plan.title)}: ${state}. Requested by ${names[plan.requester] ?? plan.requester}, approved by ${by}. Plan digest ${digest}.`;
  });
}
