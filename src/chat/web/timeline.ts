/** Audit rows as sentences. What a row holds in free text stays data. */
import type { AuditKind, AuditRow } from '../../core/audit-entry.ts';
import type { Json } from '../../core/json.ts';
import { type Tainted, taint } from '../../core/tainted.ts';

export type TimelineLine = {
  readonly atMs: number;
  readonly says: Sentence;
  readonly who: string;
  readonly look: 'mile' | 'person' | 'plain';
  readonly seq: number;
};

type Sentence = readonly (string | Tainted)[];
/** A field of the row's body, as data. */
type Field = (name: string) => Tainted;

/** Rows that tell the story; reads, requests and policy questions are counted under Cost. */
const tellers: { readonly [Kind in AuditKind]?: (field: Field, body: AuditRow['body']) => Sentence } = {
  'incident.opened': () => ['Incident opened'],
  'incident.phase': (field) => ['Phase: ', field('phase')],
  'engine.ranking': (field) => ['Ranked the causes: ', field('because')],
  'investigation.stop': () => ['Asked to stop the investigation'],
  verdict: (field, body) => ['Verdict: ', taint(verdictIn(body['hypotheses'])), '. ', field('label')],
  'plan.proposed': (field) => ['Proposed: ', field('title')],
  'plan.state': (field) => ['Plan ', field('plan'), ' is ', field('state')],
  'approval.click': (field) => ['Clicked on plan ', field('plan'), ': ', field('result')],
  'approval.refused': (field) => ['Refused: ', field('reason')],
  'effect.intent': (field) => ['Starts ', field('action'), ', step ', field('step')],
  'effect.result': (field, body) =>
    body['failure'] === undefined
      ? ['Step ', field('step'), ' is done']
      : ['Step ', field('step'), ' failed: ', field('reason')],
  recovery: (field) => [
    'Signal measured: ',
    field('verdict'),
    ', ',
    field('before'),
    ' before, ',
    field('after'),
    ' after',
  ],
  receipt: () => ['Receipt written'],
  postmortem: () => ['Postmortem compiled'],
  'human.statement': (field) => ['Said: ', field('text')],
};

const miles: ReadonlySet<AuditKind> = new Set(['verdict', 'recovery', 'incident.opened']);

export function timelineOf(rows: readonly AuditRow[], nameOf: (id: string) => string): readonly TimelineLine[] {
  return rows.flatMap((row) => {
    const tell = tellers[row.kind];
    if (!tell) return [];
    const says = tell((name) => taint(textOf(row.body[name])), row.body);
    const who = row.actor === 'causeway' ? 'Causeway' : nameOf(row.actor);
    return [{ atMs: row.atMs, says, who, look: lookOf(row), seq: row.seq }];
  });
}

function lookOf({ kind, actor }: AuditRow): TimelineLine['look'] {
  if (miles.has(kind)) return 'mile';
  return actor === 'causeway' ? 'plain' : 'person';
}

/** "Likely, config-change on payments". */
function verdictIn(hypotheses: Json | undefined): string {
  const first: Json | undefined = Array.isArray(hypotheses) ? hypotheses[0] : undefined;
  if (first === null || first === undefined || typeof first !== 'object' || Array.isArray(first)) return 'no cause';
  const { word, kind, entity } = first as { readonly [name: string]: Json };
  return `${textOf(word)}, ${textOf(kind)} on ${textOf(entity)}`;
}

function textOf(value: Json | undefined): string {
  if (value === undefined || value === null) return 'not recorded';
  if (typeof value === 'number') return String(Number(value.toPrecision(4)));
  return typeof value === 'string' ? value : JSON.stringify(value);
}
