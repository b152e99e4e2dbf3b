/** `[start, end)` of the part of a text that a rule has to look at. */
export type Window = { readonly start: number; readonly end: number };

/** How far a rule looks back from its hint, and how far on in a line that has no end. */
const reach = { back: 300, on: 2_000 } as const;

/**
 * The lines, or of very long lines the neighbourhoods, that hold one of the places (ascending). Matching costs a
 * hundred times what looking for a word costs, and secrets stand beside a word that tells them.
 */
export function windowsAround(text: string, places: readonly number[]): readonly Window[] {
  const windows: { start: number; end: number }[] = [];
  for (const at of places) {
    const last = windows.at(-1);
    if (last !== undefined && at < last.end) continue;
    const start = Math.max(lineStart(text, at), at - reach.back);
    const end = Math.max(endOf(text, at), at + 1);
    if (last !== undefined && start <= last.end) last.end = end;
    else windows.push({ start, end });
  }
  return windows;
}

const lineStart = (text: string, at: number): number => (at === 0 ? 0 : text.lastIndexOf('\n', at - 1) + 1);

export function lineEnd(text: string, at: number): number {
  const newline = text.indexOf('\n', at);
  return newline < 0 ? text.length : newline;
}

function endOf(text: string, at: number): number {
  const end = lineEnd(text, at);
  if (end - at <= reach.on) return end;
  const blank = text.slice(at + reach.on, end).search(/\s/u);
  return blank < 0 ? end : at + reach.on + blank;
}

/** Characters of tokens, and of what may stand right before one: an escape, a colour. */
const isRunUnit = (unit: number): boolean =>
  (unit >= 0x2d && unit <= 0x3d) ||
  (unit >= 0x40 && unit <= 0x5c) ||
  (unit >= 0x61 && unit <= 0x7a) ||
  unit === 0x5f ||
  unit === 0x7e ||
  unit === 0x2b ||
  unit === 0x25 ||
  unit === 0x1b;

/** The runs of token characters that hold one of the places (ascending). */
export function runsAround(text: string, places: readonly number[]): readonly Window[] {
  const runs: Window[] = [];
  for (const at of places) {
    const from = runs.at(-1)?.end ?? 0;
    if (at < from) continue;
    let start = at;
    while (start > from && isRunUnit(text.charCodeAt(start - 1))) start -= 1;
    runs.push({ start, end: runEnd(text, at + 1) });
  }
  return runs;
}

/** Where the run of token characters ends that goes on at `from`. */
export function runEnd(text: string, from: number): number {
  let end = from;
  while (end < text.length && isRunUnit(text.charCodeAt(end))) end += 1;
  return end;
}
