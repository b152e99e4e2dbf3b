import { amount } from './amount.ts';
import type { AuditKind, AuditRow } from './audit-entry.ts';
import type { Json } from './json.ts';
import { keptText } from './kept-text.ts';
import { plainText } from './plain-text.ts';
import { type Tainted, taint } from './tainted.ts';

export type Moment = {
  readonly seq: number;
  readonly atMs: number;
  readonly kind: AuditKind;
  readonly actor: string;
  /** What happened. Parts that came from outside stay tainted. */
  readonly says: Tainted;
  /** One of the stages between detection and mitigation. */
  readonly milestone: boolean;
};

type Body = { readonly [key: string]: Json };

const text = (value: Json | undefined): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : '';

const level = (value: Json | undefined): string => (typeof value === 'number' ? amount(value) : 'unknown');

/** How each kind of row reads on a timeline. Kinds that are bookkeeping read as null. */
const sentences: { readonly [Kind in AuditKind]: (body: Body) => string | null } = {
  inbound: () => null,
  'incident.opened': ({ channel }) => `Incident opened in ${text(channel)}`,
  'incident.phase': ({ phase }) => (phase === 'closed' ? 'Incident closed' : null),
  'tool.intent': () => null,
  'tool.result': ({ tool, outcome, reason }) => (outcome === 'failed' ? `${text(tool)} failed: ${text(reason)}` : null),
  evidence: ({ evidence, suspect }) =>
    typeof suspect === 'number'
      ? `${suspect} texts in ${text(evidence)} looked like instructions; treated as data`
      : null,
  'engine.ranking': ({ outcome, because }) => `First look: ${text(outcome)}. ${text(because)}`,
  'hypothesis.board': () => null,
  'investigation.stop': () => 'Asked to stop the investigation',
  'model.request': () => null,
  'model.response': () => null,
  'claim.dropped': () => null,
  verdict: ({ hypotheses }) => `Verdict: ${leadOf(hypotheses)}`,
  'verdict.grade': ({ grade }) => `Graded the verdict: ${text(grade)}`,
  'plan.proposed': ({ title }) => `Proposed: ${text(title)}`,
  'plan.state': ({ plan, state }) => `Plan ${text(plan)} is ${text(state)}`,
  'approval.click': (body) => `${clickOf(body)}${reasonOf(body['reason'])}`,
  'approval.refused': ({ result }) => `Click refused: ${text(result)}`,
  autonomy: ({ mode, would }) =>
    mode === 'auto' && would === true ? 'This class of failure may be acted on alone' : null,
  'policy.decision': ({ allow, killSwitch, reasons }) => policySentence(allow, killSwitch, reasons),
  'effect.intent': ({ action, step }) => `Starting ${text(action)} (${text(step)})`,
  'effect.result': ({ action, failure, reason }) =>
    failure === undefined ? `Finished ${text(action)}` : `${text(action)} ended as ${text(failure)}: ${text(reason)}`,
  recovery: ({ verdict, before, after }) => `Recovery ${text(verdict)}: ${level(before)} before, ${level(after)} after`,
  'message.posted': ({ key }) => (text(key).startsWith('first-card:') ? 'First card posted' : null),
  receipt: () => 'Receipt written',
  retention: () => 'Recording deleted',
  postmortem: () => 'Postmortem exported',
  'human.statement': ({ text: said }) => `Said: ${text(said)}`,
};

function clickOf({ result, decision }: Body): string {
  if (result === 'rejected') return 'Rejected the plan';
  return decision === 'break-glass' ? 'Broke the glass for the plan' : 'Approved the plan';
}

function reasonOf(reason: Json | undefined): string {
  const kept = keptText(reason);
  return kept === null ? '' : `: ${plainText(kept, 500)}`;
}

const milestones: ReadonlySet<AuditKind> = new Set([
  'incident.opened',
  'verdict',
  'plan.proposed',
  'effect.result',
  'recovery',
]);

/** The incident's story from its audit rows, in order. */
export function timelineOf(rows: readonly AuditRow[]): readonly Moment[] {
  return rows.flatMap(({ seq, atMs, kind, actor, body }) => {
    const says = sentences[kind](body);
    return says === null ? [] : [{ seq, atMs, kind, actor, says: taint(says), milestone: milestones.has(kind) }];
  });
}

function leadOf(hypotheses: Json | undefined): string {
  const first = Array.isArray(hypotheses) ? (hypotheses as readonly Json[])[0] : undefined;
  if (!first || typeof first !== 'object' || Array.isArray(first)) return 'no cause';
  const { word, kind, entity } = first as Body;
  return `${text(word)}, ${text(kind)} on ${text(entity)}`;
}

function policySentence(
  allow: Json | undefined,
  killSwitch: Json | undefined,
  reasons: Json | undefined,
): string | null {
  if (killSwitch === true) return 'Stopped all actions';
  if (killSwitch === false) return 'Resumed actions';
  return allow === false ? `Policy refused: ${JSON.stringify(reasons ?? [])}` : null;
}
