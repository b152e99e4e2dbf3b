import type { AuditRow } from './audit-entry.ts';
import type { CauseKind } from './hypothesis.ts';

/** What the bot may do about a known class of failure, from least to most. Without a rule it is `approve`. */
export const autonomyLevels = ['observe', 'suggest', 'approve', 'auto'] as const;
export type AutonomyLevel = (typeof autonomyLevels)[number];

/** A class of failure: what went wrong, and what would be done about it. */
export type FailureClass = {
  readonly cause: CauseKind;
  /** A runbook's name, or `rollback-pull-request`. */
  readonly remedy: string;
};

/** One line of the catalogue's `autonomy`. Null matches everything; at least one of the two is named. */
export type AutonomyRule = {
  readonly cause: CauseKind | null;
  readonly runbook: string | null;
  readonly level: AutonomyLevel;
  /** Records what `auto` would have done, and never does it. */
  readonly shadow: boolean;
  /** The score that earned `auto`, such as `shadow 14 of 14 by 2026-11-20`. */
  readonly because: string | null;
};

/** No class runs alone on fewer right answers than this, or with a single wrong one. */
export const shadowMin = 10;

export const classText = ({ cause, remedy }: FailureClass): string => `${cause}/${remedy}`;

const matches = (rule: AutonomyRule, { cause, remedy }: FailureClass): boolean =>
  (rule.cause === null || rule.cause === cause) && (rule.runbook === null || rule.runbook === remedy);

/** The rule that says most about this class: one that names both, then its remedy, then its cause. */
export function ruleFor(rules: readonly AutonomyRule[], failure: FailureClass): AutonomyRule | null {
  const weight = ({ cause, runbook }: AutonomyRule): number => (runbook === null ? 0 : 2) + (cause === null ? 0 : 1);
  return rules.filter((rule) => matches(rule, failure)).toSorted((a, b) => weight(b) - weight(a))[0] ?? null;
}

export type NamedScore = { readonly right: number; readonly of: number; readonly untilMs: number };

/** `shadow 14 of 14 by 2026-11-20`, the whole of that day in UTC; null for anything else. */
export function readNamedScore(because: string): NamedScore | null {
  const { right, of, day } =
    /^shadow (?<right>\d{1,6}) of (?<of>\d{1,6}) by (?<day>\d{4}-\d\d-\d\d)$/u.exec(because)?.groups ?? {};
  const startMs = Date.parse(`${day}T00:00:00Z`);
  if (!right || !of || Number.isNaN(startMs)) return null;
  return { right: Number(right), of: Number(of), untilMs: startMs + 86_400_000 };
}

/** What is wrong with a rule by itself, in words; null when nothing is. */
export function ruleProblem({ cause, runbook, level, shadow, because }: AutonomyRule): string | null {
  if (cause === null && runbook === null) return 'name a cause, a runbook or both';
  if (level !== 'auto') return because === null ? null : '"because" is for level auto only; leave it out';
  if (shadow) return 'shadow and auto exclude each other; leave shadow out';
  const example = 'because: "shadow 14 of 14 by 2026-11-20", as causeway autonomy prints it';
  const named = because === null ? null : readNamedScore(because);
  if (named === null) return `auto must name the score that earned it; write ${example}`;
  if (named.right !== named.of) return `${because}: auto needs a score without a single wrong one`;
  return named.of < shadowMin ? `${because}: auto needs at least ${shadowMin} in shadow` : null;
}

/** How one thing that ran alone, or would have, compares with what people did and what came of it. */
export type ShadowCase = {
  readonly failure: FailureClass;
  readonly atMs: number;
  readonly mode: 'shadow' | 'auto';
  readonly outcome: 'right' | 'wrong' | 'same' | 'open';
};

/** `same`: people did the same. `right`: and it worked. What is neither right nor wrong is not decided yet. */
export type ShadowScore = {
  readonly would: number;
  readonly same: number;
  readonly right: number;
  readonly wrong: number;
};

/** Every time the rows say that a class ran alone or would have. */
export function shadowCases(rows: readonly AuditRow[]): readonly ShadowCase[] {
  return rows.flatMap((row) => {
    const { plan, cause, remedy, mode, would } = row.body;
    if (row.kind !== 'autonomy' || would !== true || typeof cause !== 'string' || typeof remedy !== 'string') return [];
    if (typeof plan !== 'string' || (mode !== 'shadow' && mode !== 'auto')) return [];
    const failure: FailureClass = { cause: cause as CauseKind, remedy };
    return [{ failure, atMs: row.atMs, mode, outcome: outcomeOf(rows, row) }];
  });
}

function outcomeOf(rows: readonly AuditRow[], { incident, body }: AuditRow): ShadowCase['outcome'] {
  const here = rows.filter((row) => row.incident === incident);
  const states = here.filter(({ kind }) => kind === 'plan.state');
  const own = states.filter((row) => row.body['digest'] === body['digest']).map((row) => row.body['state']);
  const verdict = here.find(({ kind, body: said }) => kind === 'recovery' && said['plan'] === body['plan'])?.body[
    'verdict'
  ];
  if (own.includes('rejected') || own.includes('failed') || verdict === 'did-not') return 'wrong';
  if (own.includes('approved')) return verdict === 'worked' ? 'right' : 'same';
  const another = states.some((row) => row.body['plan'] !== body['plan'] && row.body['state'] === 'approved');
  return another ? 'wrong' : 'open';
}

export function scoreOf(cases: readonly ShadowCase[]): ShadowScore {
  const count = (...outcomes: readonly ShadowCase['outcome'][]): number =>
    cases.filter(({ outcome }) => outcomes.includes(outcome)).length;
  return { would: cases.length, same: count('same', 'right'), right: count('right'), wrong: count('wrong') };
}

/**
 * Why a rule of level `auto` is not earned by what is on record, in words; null when it is. The named score must be there
 * by its day, and nothing may have gone wrong since, in shadow or alone.
 */
export function unearned(rule: AutonomyRule, cases: readonly ShadowCase[]): string | null {
  const problem = rule.level === 'auto' ? ruleProblem(rule) : 'the level is not auto';
  const named = rule.because === null ? null : readNamedScore(rule.because);
  if (problem !== null || named === null) return problem ?? 'no score is named';
  const mine = cases.filter(({ failure }) => matches(rule, failure));
  const { right } = scoreOf(mine.filter(({ atMs, mode }) => atMs < named.untilMs && mode === 'shadow'));
  const { wrong } = scoreOf(mine);
  if (right < named.right) return `"${rule.because}": on record are ${right} right by then`;
  return wrong > 0 ? `"${rule.because}": on record are ${wrong} wrong` : null;
}
