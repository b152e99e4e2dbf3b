import type { Played } from '../play/play-case.ts';
import type { Answerable, Named, Said } from '../score/grade-case.ts';
import { type Totals, totalsOf } from '../score/totals.ts';

/** First line of every report: who reasoned. Numbers of one are never told as those of another. */
export type Reasoner = { readonly header: string };

const cause = ({ kind, entity, change }: Named): string => `${kind} ${entity}${change === null ? '' : ` ${change}`}`;

const truthText = ({ kind, entity, change }: Answerable): string =>
  entity === null ? kind : cause({ kind, entity, change });

const saidText = ({ word, lead }: Said): string =>
  lead === null || word === 'NothingWrong' ? word : `${word}: ${cause(lead)}`;

export const playedLine = ({ name, truth, said, score }: Played): string =>
  `${name}: ${score.grade}; said ${saidText(said)}; truth ${truthText(truth)}`;

const seconds = (milliseconds: number | null): string =>
  milliseconds === null ? '-' : (milliseconds / 1_000).toFixed(1);
const percent = (part: number | null): string => (part === null ? '-' : `${(part * 100).toFixed(0)} %`);
const plain = (value: number | null, digits: number): string => (value === null ? '-' : value.toFixed(digits));

const row = (...cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`;

export function reportLines({ header }: Reasoner, played: readonly Played[]): readonly string[] {
  return [
    `Reasoned by: ${header}`,
    '',
    row('case', 'truth', 'said', 'grade', 'card s', 'verdict s', 'dollars'),
    row('---', '---', '---', '---', '---', '---', '---'),
    ...played.map(({ name, run, truth, said, score, firstCardMs, verdictMs, dollars }) =>
      row(
        run === 1 ? name : `${name} (${run})`,
        truthText(truth),
        saidText(said),
        score.confidentlyWrong ? 'CONFIRMED AND WRONG' : score.grade,
        seconds(firstCardMs),
        seconds(verdictMs),
        dollars.toFixed(2),
      ),
    ),
    '',
    ...setLines('lab', played),
    ...setLines('scenarios', played),
  ];
}

function setLines(set: Played['set'], played: readonly Played[]): readonly string[] {
  const own = played.filter((one) => one.set === set);
  return own.length === 0 ? [] : [...totalLines(set === 'lab' ? 'Lab faults' : 'Scenarios', totalsOf(own)), ''];
}

function totalLines(title: string, totals: Totals): readonly string[] {
  const { grades, calibration } = totals;
  const words = calibration.words.map(({ word, said, right }) => `${word} ${right} of ${said}`);
  return [
    `${title}: ${totals.cases} played`,
    `  accuracy ${percent(totals.accuracy)}: right ${grades.right}, one hop short ${grades['one-hop-short']}, ` +
      `right area ${grades['right-area']}, wrong ${grades.wrong}, abstained ${grades.abstained} (${percent(totals.abstentionRate)})`,
    `  precision at commit ${percent(totals.precisionAtCommit)} of ${totals.committed} that said Likely or Confirmed`,
    `  Confirmed and wrong: ${totals.confidentlyWrong}; said nothing is wrong when something was: ${totals.missed}`,
    `  calibration (right of said): ${words.length === 0 ? '-' : words.join(', ')}; Brier ${plain(calibration.brier, 3)}`,
    `  median seconds to the first card ${plain(totals.firstCardSeconds, 1)}, to the verdict ${plain(totals.verdictSeconds, 1)}; ${totals.dollars.toFixed(2)} dollars in all`,
    `  reads given up for want of time: ${totals.lateReads}${totals.lateReads === 0 ? '' : ' (this machine was too busy: the numbers above are worse than they should be)'}`,
  ];
}
