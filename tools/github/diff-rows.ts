/** A diff as rows of a view: what was asked for first. */
import { estimateTokens } from '../../src/core/token-estimate.ts';
import type { FileAnswer } from './answers.ts';
import type { BoundedDiff } from './diff.ts';
import { compactHunk, type Focus, type Hunk, hasSymbol, hunkText } from './hunks.ts';

const filesShownMax = 30;
/** Of the view's 2,000 tokens; the rest is for the head and the list of files. */
const focusedTokensMax = 1_400;

export function diffRows(files: readonly FileAnswer[], bounded: BoundedDiff, focus: Focus): readonly string[] {
  const listed = files.slice(0, filesShownMax).map(fileRow);
  const more = files.length > filesShownMax ? [`(${files.length - filesShownMax} more files)`] : [];
  return [...focusedRows(bounded.focused, focus), ...listed, ...more, ...rowsOf(bounded.others)];
}

export const fileRow = ({ status, filename, additions, deletions }: FileAnswer): string =>
  `${status} ${filename} +${additions} -${deletions}`;

/** Hunks that name an asked symbol before those that only are in an asked file. */
function focusedRows(hunks: readonly Hunk[], focus: Focus): readonly string[] {
  const naming = hunks.filter((hunk) => hasSymbol(hunkText(hunk), focus));
  const first = withContext(naming, focus, focusedTokensMax);
  const left = focusedTokensMax - estimateTokens(first.join('\n'));
  const others = hunks.filter((hunk) => !naming.includes(hunk));
  return [...first, ...withContext(others, focus, left)];
}

/** With as much context as fits; where even changed lines do not all fit, those with an asked symbol lead. */
function withContext(hunks: readonly Hunk[], focus: Focus, tokensMax: number): readonly string[] {
  for (const context of [Number.POSITIVE_INFINITY, 1, 0]) {
    const rows = rowsOf(hunks.map((hunk) => compactHunk(hunk, focus, context)));
    if (estimateTokens(rows.join('\n')) <= tokensMax) return rows;
  }
  const telling = hunks.flatMap((hunk) => {
    const lines = hunk.lines.filter((line) => hasSymbol(line, focus));
    return lines.length === 0 ? [] : [{ ...hunk, lines }];
  });
  return [...rowsOf(telling), ...rowsOf(hunks.map((hunk) => compactHunk(hunk, focus, 0)))];
}

const rowsOf = (hunks: readonly Hunk[]): readonly string[] =>
  hunks.flatMap((hunk, index) => {
    const head = hunks[index - 1]?.file === hunk.file ? [] : [`+++ ${hunk.file}`];
    return [...head, ...hunkText(hunk).split('\n')];
  });
