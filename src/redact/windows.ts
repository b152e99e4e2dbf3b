/** `[start, end)` of the part of a text that a rule has to look at. */
export type Window = { readonly start: number; readonly end: number };

/** How far a rule looks back from its hint, and how far on in a line that has no end. */
const reach = { back: 300, on: 2_000 } as const;

/**
 * The lines, or of very long lines the neighbourhoods, that hold one of the hints. Matching costs a hundred times what
 * looking for a word costs, and secrets stand beside a word that tells them. `lower` is the text in lower case.
 */
export function windowsOf(lower: string, hints: readonly string[]): readonly Window[] {
  const found = hints.flatMap((hint) => windowsAround(lower, hint));
  return merge(found.toSorted((one, other) => one.start - other.start));
}

function windowsAround(lower: string, hint: string): readonly Window[] {
  const windows: Window[] = [];
  for (let at = lower.indexOf(hint); at >= 0; ) {
    const end = endOf(lower, at);
    windows.push({ start: Math.max(lower.lastIndexOf('\n', at) + 1, at - reach.back), end });
    at = lower.indexOf(hint, Math.max(end, at + 1));
  }
  return windows;
}

function endOf(lower: string, at: number): number {
  const newline = lower.indexOf('\n', at);
  const end = newline < 0 ? lower.length : newline;
  if (end - at <= reach.on) return end;
  const blank = lower.slice(at + reach.on, end).search(/\s/u);
  return blank < 0 ? end : at + reach.on + blank;
}

function merge(windows: readonly Window[]): readonly Window[] {
  const merged: Window[] = [];
  for (const window of windows) {
    const last = merged.at(-1);
    if (last === undefined || window.start > last.end) merged.push(window);
    else merged[merged.length - 1] = { start: last.start, end: Math.max(last.end, window.end) };
  }
  return merged;
}
