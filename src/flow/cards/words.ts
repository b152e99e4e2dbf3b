import type { Line, Span } from '../../core/card.ts';
import type { EvidenceId } from '../../core/evidence.ts';
import type { CauseKind, Hypothesis, VerdictWord } from '../../core/hypothesis.ts';

/** Cause kinds as people say them. */
export const kindWords: { readonly [Kind in CauseKind]: string } = {
  'bad-deploy': 'bad deploy',
  'config-change': 'configuration change',
  'feature-flag': 'feature flag',
  'resource-exhaustion': 'resource exhaustion',
  'dependency-failure': 'dependency failure',
  infrastructure: 'infrastructure failure',
  'traffic-surge': 'traffic surge',
  data: 'bad data',
  certificate: 'expired certificate',
  quota: 'exhausted quota',
  network: 'network or DNS failure',
  'monitor-fault': 'monitor fault',
  unknown: 'unknown cause',
};

export const verdictLabels: { readonly [Word in VerdictWord]: string } = {
  Confirmed: 'Confirmed',
  Likely: 'Likely',
  Possible: 'Possible',
  Inconclusive: 'Inconclusive',
  NothingWrong: 'Nothing is wrong',
  RuledOut: 'Ruled out',
};

/** "bad deploy of payments, acme/shop #41". */
export function causeWords({ kind, entity, change }: Hypothesis): string {
  const where = change
    ? `, ${change.repository} ${change.pullNumber === null ? change.sha.slice(0, 8) : `#${change.pullNumber}`}`
    : '';
  return `${kindWords[kind]} on ${entity}${where}`;
}

export const evidenceSpans = (ids: readonly EvidenceId[]): Line =>
  ids.flatMap((id, index): readonly Span[] => (index === 0 ? [{ evidence: id }] : [' ', { evidence: id }]));

/** "3 min 20 s", "45 s". */
export function duration(durationMs: number): string {
  const seconds = Math.max(0, Math.round(durationMs / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 120) return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** Sixty characters at most, for fallbacks and titles. */
export const sentence = (text: string): string => (text.length <= 280 ? text : `${text.slice(0, 279)}…`);
