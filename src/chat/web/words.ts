/** Words with their shapes: colour never stands alone. */
import type { PlanState } from '../../core/approval.ts';
import type { CauseKind, Hypothesis, VerdictWord } from '../../core/hypothesis.ts';
import type { Phase } from '../../core/incident.ts';
import { type Html, html } from './html.ts';
import { type IconName, icon } from './icons.ts';

export type Tone = 'bad' | 'warn' | 'good' | 'accent' | 'mute';
type Look = { readonly says: string; readonly icon: IconName; readonly tone: Tone };

export const word = ({ says, icon: shape, tone }: Look): Html =>
  html`<span class="word word--${tone}">${icon(shape)}${says}</span>`;

export const tag = ({ says, icon: shape, tone }: Look): Html =>
  html`<span class="tag tag--${tone}">${icon(shape)}${says}</span>`;

export const verdictLooks: { readonly [Word in VerdictWord]: Look } = {
  Confirmed: { says: 'Confirmed', icon: 'confirmed', tone: 'accent' },
  Likely: { says: 'Likely', icon: 'likely', tone: 'accent' },
  Possible: { says: 'Possible', icon: 'possible', tone: 'mute' },
  Inconclusive: { says: 'Inconclusive', icon: 'none', tone: 'mute' },
  NothingWrong: { says: 'Nothing is wrong', icon: 'ok', tone: 'good' },
  RuledOut: { says: 'Ruled out', icon: 'out', tone: 'mute' },
};

export const verdictWord = (verdict: VerdictWord): Html => word(verdictLooks[verdict]);

export const phaseLooks: { readonly [Name in Phase]: Look } = {
  open: { says: 'Open', icon: 'sev', tone: 'bad' },
  looking: { says: 'Looking', icon: 'wait', tone: 'warn' },
  reasoning: { says: 'Reasoning', icon: 'wait', tone: 'warn' },
  settled: { says: 'Verdict reached', icon: 'seal', tone: 'accent' },
  proposed: { says: 'Waiting for approval', icon: 'wait', tone: 'warn' },
  acting: { says: 'Acting', icon: 'wait', tone: 'warn' },
  watching: { says: 'Watching the signal', icon: 'wait', tone: 'warn' },
  closed: { says: 'Closed', icon: 'ok', tone: 'good' },
};

export const planLooks: { readonly [State in PlanState]: Look } = {
  pending: { says: 'Waiting for approval', icon: 'wait', tone: 'warn' },
  approved: { says: 'Approved', icon: 'ok', tone: 'good' },
  running: { says: 'Running', icon: 'wait', tone: 'warn' },
  done: { says: 'Done', icon: 'ok', tone: 'good' },
  rejected: { says: 'Rejected, nothing ran', icon: 'x', tone: 'mute' },
  expired: { says: 'Timed out, nothing ran', icon: 'out', tone: 'mute' },
  superseded: { says: 'Replaced by a newer version', icon: 'out', tone: 'mute' },
  stale: { says: 'Out of date, nothing ran', icon: 'out', tone: 'warn' },
  failed: { says: 'Failed', icon: 'fail', tone: 'bad' },
  stopped: { says: 'Stopped', icon: 'x', tone: 'warn' },
};

export const causeKindWords: { readonly [Kind in CauseKind]: string } = {
  'bad-deploy': 'Bad deploy',
  'config-change': 'Configuration change',
  'feature-flag': 'Feature flag',
  'resource-exhaustion': 'Resource exhaustion',
  'dependency-failure': 'Dependency failure',
  infrastructure: 'Infrastructure failure',
  'traffic-surge': 'Traffic surge',
  data: 'Bad data',
  certificate: 'Expired certificate',
  quota: 'Exhausted quota',
  network: 'Network or DNS failure',
  'monitor-fault': 'Monitor fault',
  unknown: 'Unknown cause',
};

/** "Bad deploy on payments, acme/shop #41". */
export function causeWords({ kind, entity, change }: Hypothesis): string {
  const ref = change
    ? `, ${change.repository} ${change.pullNumber === null ? change.sha.slice(0, 8) : `#${change.pullNumber}`}`
    : '';
  return `${causeKindWords[kind]} on ${entity}${ref}`;
}

const sourceNames: { readonly [source: string]: string } = {
  aws: 'AWS CloudWatch',
  cloudwatch: 'CloudWatch',
  datadog: 'Datadog',
  github: 'GitHub',
  kubernetes: 'Kubernetes',
  loki: 'Loki',
  people: 'People',
  prometheus: 'Prometheus',
};

/** The vendor as people write it; an unknown one as it is stored. */
export const sourceName = (source: string): string => sourceNames[source] ?? source;

/** "1 incident", "3 incidents". */
export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
