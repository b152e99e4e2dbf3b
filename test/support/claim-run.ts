/** Generated findings through the gate and every renderer; the oracle judges each sentence that left. */
import type { Card } from '../../src/core/card.ts';
import type { Evidence } from '../../src/core/evidence.ts';
import type { Hypothesis } from '../../src/core/hypothesis.ts';
import { settleFindings } from '../../src/core/settle-findings.ts';
import { evidenceCard } from '../../src/flow/cards/evidence.ts';
import { hypothesesCard } from '../../src/flow/cards/hypotheses.ts';
import { replyCard } from '../../src/flow/cards/reply.ts';
import { type Case, caseOf, type Told } from './claim-cases.ts';
import { services } from './claim-ledgers.ts';
import { oracleObjections } from './claim-oracle.ts';
import { payloadsOf } from './payloads.ts';

export type Tally = {
  submissions: number;
  kept: number;
  dropped: number;
  readonly honestKept: Map<string, number>;
  /** Proven sentences that the gate refused all the same, by its reason. */
  readonly honestRefused: Map<string, number>;
  readonly liesLeft: Map<string, number>;
  readonly violations: string[];
};

const violationsMax = 60;

export const emptyTally = (): Tally => ({
  submissions: 0,
  kept: 0,
  dropped: 0,
  honestKept: new Map(),
  honestRefused: new Map(),
  liesLeft: new Map(),
  violations: [],
});

const changes = [
  {
    id: 'acme/payments#41',
    service: 'payments',
    atMs: 1_500,
    kind: 'deploy' as const,
    repository: 'acme/payments',
    sha: '3f9ac2b',
    pullNumber: 41,
    title: 'Lower the pool',
    author: 'ci',
  },
];

const ranking = {
  outcome: 'cannot-tell' as const,
  because: 'few signals',
  onsetMs: null,
  before: null,
  after: null,
  causes: [],
  unusable: [],
};

export function runCase(seed: number, tally: Tally): void {
  const made = caseOf(seed);
  const settled = settleFindings(made.findings, {
    evidence: made.ledger,
    changes: changes as never,
    entities: new Set(services),
    ranking,
    engine: [],
    challenge: 'survived',
  });
  const shown = cardsOf(settled.hypotheses, made.ledger).map(payloadsOf);
  const texts = shown.flatMap(({ slack, teams, web }) => [slack, teams, web]);
  const refusals = new Map(settled.dropped.flatMap(({ claim, why }) => (claim ? [[claim.text.untrusted, why]] : [])));
  tally.submissions += 1;
  for (const each of made.told) judge(each, { made, seed, tally, texts, refusals });
  for (const cut of cutNumbers(texts, made)) violate(tally, `seed ${seed}: a number was cut: ${cut}`);
}

function cardsOf(hypotheses: readonly Hypothesis[], ledger: readonly Evidence[]): readonly Card[] {
  if (hypotheses.length === 0) return [];
  const cited = new Set(
    hypotheses.flatMap(({ supports, refutes }) => [...supports, ...refutes]).map((each) => each.evidence),
  );
  return [
    hypothesesCard(hypotheses, null, 0),
    ...ledger.filter(({ id }) => cited.has(id)).map((item) => evidenceCard(item, hypotheses, 'https://ours.test')),
    // As `why` and the incident page show them.
    replyCard(
      'why',
      hypotheses.flatMap(({ mechanism, supports, refutes, wrongIf }) => [
        [mechanism],
        ...[...supports, ...refutes].map(({ evidence, why }) => [{ evidence }, ': ', why]),
        ['Wrong if: ', wrongIf],
      ]),
    ),
  ];
}

type Judging = {
  readonly made: Case;
  readonly seed: number;
  readonly tally: Tally;
  readonly texts: readonly string[];
  readonly refusals: ReadonlyMap<string, string>;
};

const add = (to: Map<string, number>, name: string): void => void to.set(name, (to.get(name) ?? 0) + 1);

function judge(told: Told, { made, seed, tally, texts, refusals }: Judging): void {
  const left = texts.some((text) => text.includes(told.name));
  const citations = told.kind === 'wrong if' ? made.told.flatMap((each) => each.citations) : told.citations;
  const objections = objectionsTo(told, citations, made);
  if (left) tally.kept += 1;
  else tally.dropped += 1;
  if (told.kind.startsWith('honest') && objections.length === 0) {
    const refusal = refusals.get(told.text);
    if (left) add(tally.honestKept, told.kind);
    if (refusal !== undefined) add(tally.honestRefused, `${told.kind}: ${refusal.replaceAll(/[\d.,%]+|zq\w+/gu, '#')}`);
  }
  if (!left || objections.length === 0) return;
  add(tally.liesLeft, told.kind);
  violate(
    tally,
    `seed ${seed}: ${told.kind}: "${told.text.slice(0, 200)}" left: ${objections.join('; ').slice(0, 300)}`,
  );
}

/** What proves nothing wrong needs no citation of its own, but may state no number that no claim cites. */
function objectionsTo(told: Told, citations: Told['citations'], { ledger }: Case): readonly string[] {
  const objections = oracleObjections(told.text, citations, ledger);
  return told.kind === 'wrong if' ? objections.filter((each) => each.endsWith('is not proven')) : objections;
}

function violate(tally: Tally, what: string): void {
  if (tally.violations.length < violationsMax) tally.violations.push(what);
}

/** A number that a length limit cut short reads as another number. */
function cutNumbers(texts: readonly string[], { told, ledger }: Case): readonly string[] {
  const whole = `${told.map(({ text }) => text).join(' ')} ${JSON.stringify(ledger)}`.normalize('NFKC');
  return texts.flatMap((text) =>
    [...text.matchAll(/(?<word>[^\s"\\>]*\d) … \d+ more characters/gu)].flatMap(({ groups }) => {
      const word = groups?.['word'] ?? '';
      return whole.split(/[\s"\\]+/u).some((each) => each.replace(/[.,;:]+$/u, '') === word) ? [] : [word];
    }),
  );
}
