import type { Line } from '../core/card.ts';
import { dayLines } from '../core/spending.ts';
import { loweringsOf } from '../core/track-record.ts';
import { calibrationLines, calibrationOf } from '../flow/grade.ts';
import { printJson, printLine } from './say.ts';
import { type Variables, withSystem } from './with-system.ts';

/** How right the verdicts were, as people graded them, and what the UTC day of `nowMs` cost against its bounds. */
export const printStats = (
  variables: Variables,
  { json, nowMs }: { readonly json: boolean; readonly nowMs: number },
): Promise<number> =>
  withSystem(variables, async ({ world }) => {
    const calibration = await calibrationOf(world);
    const { day } = await world.store.spending(null, nowMs);
    const bounds = world.settings.bounds.day;
    if (json) {
      printJson({ ...calibration, lowered: loweringsOf(calibration), today: { spent: day, bounds } });
      return 0;
    }
    for (const line of calibrationLines(calibration)) printLine(plain(line));
    for (const line of dayLines(day, bounds)) printLine(line);
    return 0;
  });

/** Statistics are made of our own words and verdicts alone. */
const plain = (line: Line): string => line.map(wordsOf).join('');

function wordsOf(span: Line[number]): string {
  if (typeof span === 'string') return span;
  return 'word' in span ? span.word : '';
}
