/** Comma separated tables with quoted fields (RFC 4180), as the recorded sets hold spans and log lines. */

const comma = 44;
const quote = 34;
const lineEnd = 10;

type Cell = { readonly text: string; readonly next: number };

/** Rows after the heading, each with the fields of `columns` in that order; a missing column is an error. */
export function readTable(text: string, columns: readonly string[], place: string): readonly (readonly string[])[] {
  const heading = readRow(text, 0);
  const at = columns.map((column) => heading.cells.indexOf(column));
  const missing = columns.filter((_, index) => at[index] === -1);
  if (missing.length > 0) throw new Error(`${place}: expected the columns ${missing.join(', ')}.`);
  const rows: (readonly string[])[] = [];
  for (let from = heading.next; from < text.length; ) {
    const { cells, next } = readRow(text, from);
    if (cells.length > 1) rows.push(at.map((column) => cells[column] ?? ''));
    from = next;
  }
  return rows;
}

function readRow(text: string, from: number): { readonly cells: readonly string[]; readonly next: number } {
  const cells: string[] = [];
  let at = from;
  for (;;) {
    const cell = text.charCodeAt(at) === quote ? quotedCell(text, at) : plainCell(text, at);
    cells.push(cell.text);
    if (text.charCodeAt(cell.next) !== comma) return { cells, next: cell.next + 1 };
    at = cell.next + 1;
  }
}

function plainCell(text: string, from: number): Cell {
  let at = from;
  while (at < text.length && text.charCodeAt(at) !== comma && text.charCodeAt(at) !== lineEnd) at += 1;
  return { text: text.slice(from, at).replace(/\r$/u, ''), next: at };
}

function quotedCell(text: string, from: number): Cell {
  let at = text.indexOf('"', from + 1);
  while (at !== -1 && text.charCodeAt(at + 1) === quote) at = text.indexOf('"', at + 2);
  const end = at === -1 ? text.length : at;
  const next = text.charCodeAt(end + 1) === 13 ? end + 2 : end + 1;
  return { text: text.slice(from + 1, end).replaceAll('""', '"'), next };
}
