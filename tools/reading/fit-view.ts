import { type Tainted, taint } from '../../src/core/tainted.ts';
import { estimateTokens } from '../../src/core/token-estimate.ts';

/** What a model is shown of one result: about 2,000 tokens, counted on the safe side. */
export const viewTokensMax = 2_000;

/** Left for the line that says how much is not shown. */
const reserveTokens = 30;
const lineCharactersMax = 600;

export type ViewParts = {
  /** What was asked and the totals: always shown. */
  readonly head: readonly string[];
  /** The most telling first: shown as far as they fit. */
  readonly rows: readonly string[];
  /** What a row is, in the plural: "templates". */
  readonly things: string;
};

/** Every part as far as it fits, a line at a time, and how much is left for `look_closer`. */
export function fitView({ head, rows, things }: ViewParts): Tainted {
  const shown = head.map((line) => line.slice(0, lineCharactersMax));
  let left = viewTokensMax - reserveTokens - estimateTokens(shown.join('\n'));
  let count = 0;
  for (const row of rows) {
    const line = row.slice(0, lineCharactersMax);
    left -= estimateTokens(line) + 1;
    if (left < 0) break;
    shown.push(line);
    count += 1;
  }
  if (count < rows.length) shown.push(`(${rows.length - count} more ${things} are in the evidence: look_closer)`);
  return taint(shown.join('\n'));
}
