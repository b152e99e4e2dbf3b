import type { RankedCause, Ranking, Reason } from '../rootcause/ranking.ts';
import type { ChangeEvent } from '../rootcause/telemetry.ts';
import type { Evidence, EvidenceId } from './evidence.ts';
import type { ChangeRef, Citation, Hypothesis } from './hypothesis.ts';
import { rankHypotheses } from './rank-hypotheses.ts';
import { taint } from './tainted.ts';
import { type Challenge, judge, type Support } from './verdict.ts';

export type Ledger = {
  readonly evidence: readonly Pick<Evidence, 'id' | 'source' | 'provenance' | 'suspect' | 'empty'>[];
  readonly changes: readonly ChangeEvent[];
};

/** The engine's ranking as hypotheses H1..Hn, each word set by the verdict rule. At most `max`. */
export function compileHypotheses(ranking: Ranking, ledger: Ledger, max = 5): readonly Hypothesis[] {
  const causes = ranking.causes.slice(0, max);
  const judged = causes.map((cause, index): Omit<Hypothesis, 'id'> => {
    const supports = cite(cause.reasons);
    const refutes = cite(cause.against);
    const lead = cause.score - (causes[index + 1]?.score ?? 0);
    return {
      kind: cause.kind,
      entity: cause.entity,
      change: changeRef(cause, ledger.changes),
      mechanism: taint(cause.mechanism),
      supports,
      refutes,
      wrongIf: taint(cause.wrongIf),
      score: cause.score,
      word: judge({
        supports: supportsOf(supports, ledger),
        refutes: supportsOf(refutes, ledger),
        score: cause.score,
        lead: index === 0 ? lead : 0,
        challenge: 'not-run' satisfies Challenge,
      }),
      by: 'engine',
    };
  });
  return rankHypotheses(judged);
}

/** One citation per evidence item: the strongest reason that names it. */
function cite(reasons: readonly Reason[]): readonly Citation[] {
  const best = new Map<EvidenceId, Reason>();
  for (const reason of reasons) {
    for (const id of reason.evidence) {
      if ((best.get(id)?.score ?? -1) < reason.score) best.set(id, reason);
    }
  }
  return [...best].map(([evidence, reason]) => ({ evidence, why: taint(reason.says) }));
}

/** What counts for or against; a search that found nothing does neither. */
export function supportsOf(citations: readonly Citation[], ledger: Pick<Ledger, 'evidence'>): readonly Support[] {
  return citations.flatMap(({ evidence }) => {
    const item = ledger.evidence.find(({ id }) => id === evidence);
    if (!item || item.empty === true) return [];
    const { source, provenance, suspect = 0 } = item;
    return [{ evidence, source, provenance, ...(suspect > 0 ? { suspect: true } : {}) }];
  });
}

function changeRef(cause: RankedCause, changes: readonly ChangeEvent[]): ChangeRef | null {
  const change = changes.find(({ id }) => id === cause.change);
  if (!change?.repository || !change.sha) return null;
  return { repository: change.repository, sha: change.sha, pullNumber: change.pullNumber, mergedAtMs: change.atMs };
}
