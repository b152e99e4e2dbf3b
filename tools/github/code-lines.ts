/** Where a name or a line is in a file, and the lines around it. */
import { bareName, hasWord } from './hunks.ts';

export type CodeLine = { readonly line: number; readonly text: string };
export type CodePlace = {
  readonly path: string;
  readonly line: number;
  readonly defines: boolean;
  readonly lines: readonly CodeLine[];
};

export const lineCharactersMax = 300;
const occurrencesMax = 20;

const declares =
  /\b(?:function|class|def|func|fn|const|let|var|val|type|interface|enum|struct|trait|module|object|record|public|private|protected|static|async|export|sub|proc|create\s+table)\b/iu;

/** Lines that define the name first, then those that use it. */
export function occurrences(
  text: string,
  symbol: string,
): readonly { readonly line: number; readonly defines: boolean }[] {
  const word = bareName(symbol);
  const found = linesOf(text).flatMap((written, index) => {
    if (!hasWord(written, word)) return [];
    const before = written.slice(0, written.indexOf(word));
    return [{ line: index + 1, defines: declares.test(before) }];
  });
  return found.toSorted((one, other) => Number(other.defines) - Number(one.defines)).slice(0, occurrencesMax);
}

/** Without the empty one after a last line break. */
export const linesOf = (text: string): readonly string[] => text.replace(/\r?\n$/u, '').split(/\r?\n/u);

export function excerpt(text: string, line: number, around: number): readonly CodeLine[] {
  const lines = linesOf(text);
  const first = Math.max(1, line - around);
  return lines
    .slice(first - 1, Math.min(lines.length, line + around))
    .map((written, index) => ({ line: first + index, text: written.slice(0, lineCharactersMax) }));
}
