/** Generated ledgers, and claims over them: honest ones, and each kind of lie. Seeded: a number finds the case again. */
import type { Evidence } from '../../src/core/evidence.ts';
import type { ClaimCitation, Findings, SubmittedHypothesis } from '../../src/core/findings.ts';
import { taint } from '../../src/core/tainted.ts';
import { type Dice, diceOf, evidenceFrom, numbersOf, sayingsOf, services } from './claim-ledgers.ts';
import { digits, honest, lies, off, type Scene } from './claim-makers.ts';

/** `name`: letters that stand in this sentence and nowhere else. */
export type Told = {
  readonly name: string;
  readonly kind: string;
  readonly text: string;
  readonly citations: readonly ClaimCitation[];
};
export type Case = {
  readonly ledger: readonly Evidence[];
  readonly findings: Findings;
  readonly told: readonly Told[];
};

const letters = 'bcdfghjklmnpqrstvwxz';

/** Letters alone, and no word: it survives every renderer and matches nothing by chance. */
function nameOf(dice: Dice, number: number): string {
  const tail = Array.from({ length: 9 }, () => dice.pick(Array.from(letters))).join('');
  return `zq${tail}${letters[number % letters.length] ?? ''}`;
}

export function caseOf(seed: number): Case {
  const dice = diceOf(seed);
  const ledger = Array.from({ length: 1 + dice.below(5) }, (_, index) => evidenceFrom(dice, index + 1));
  const scene: Scene = { dice, numbers: numbersOf(ledger), sayings: sayingsOf(ledger) };
  const told: Told[] = [];
  const share0 = dice.pick([0, 0.3, 0.7, 1]);
  const claim = (): SubmittedHypothesis['claims'][number] => {
    const { says, kind, citations } = dice.pick(dice.real() < share0 ? lies : honest)(scene);
    const name = nameOf(dice, told.length);
    const padding = dice.below(12) === 0 ? ` ${'and so on '.repeat(40)}` : '';
    const mixed = dice.below(5) === 0 ? [...citations, ...dice.pick(honest)(scene).citations] : citations;
    const text = `On ${name}${padding} ${says}`;
    told.push({ name, kind, text, citations: mixed });
    return { text: taint(text), citations: mixed };
  };
  const wrongIf = (): string => {
    const place = dice.pick(scene.numbers);
    const name = nameOf(dice, told.length);
    const text = dice.pick([
      `${name} falls below ${digits(off(place.value, dice))}`,
      `${name} shows nothing of it`,
      `${name} holds ${digits(off(place.value, dice))}k`,
    ]);
    told.push({ name, kind: 'wrong if', text, citations: [] });
    return text;
  };
  const hypothesis = (): SubmittedHypothesis => ({
    kind: dice.pick(['quota', 'bad-deploy', 'data', 'network']),
    entity: dice.pick([...services, ...services, 'nowhere', '__proto__']),
    change: dice.pick([null, null, 'acme/payments#41', 'acme/payments#99']),
    claims: Array.from({ length: 1 + dice.below(5) }, claim),
    wrongIf: taint(wrongIf()),
    against: Array.from({ length: dice.below(3) }, claim),
  });
  const hypotheses = Array.from({ length: 1 + dice.below(4) }, hypothesis);
  return { ledger, findings: { outcome: 'causes', hypotheses }, told };
}
