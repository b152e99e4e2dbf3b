/** Finds all of many words in one pass over a text, in any case: the automaton of Aho and Corasick (1975). */

/** Calls `found` once for each word at each place: `word` is its index in the list, `end` the place behind it. */
export type HintIndex = (text: string, found: (word: number, end: number) => void) => void;

type Automaton = {
  /** Class of each UTF-16 unit: 0 for what is in no word. */
  readonly classOf: Uint16Array;
  /** Complete, no failure links are followed while reading: `next[row + class]` is the next row, or `-row - 1` where words end. */
  readonly next: Int32Array;
  /** Words that end in each row. */
  readonly ends: ReadonlyMap<number, readonly number[]>;
};

/** Letters outside ASCII that fold to an ASCII letter when case is ignored, as RE2 folds them: long s and Kelvin. */
const folded: readonly (readonly [from: number, to: string])[] = [
  [0x017f, 's'],
  [0x212a, 'k'],
];

export function createHintIndex(words: readonly string[]): HintIndex {
  const { classOf, next, ends } = automatonOf(words.map((word) => word.toLowerCase()));
  const step = (row: number, unit: number): number => next[row + (classOf[unit] ?? 0)] ?? 0;
  let units = new Uint16Array(32_768);
  return (text, found) => {
    if (text.length > units.length) units = new Uint16Array(text.length);
    // Copied out first: reading units one by one from a string costs five times as much.
    Buffer.from(units.buffer).write(text, 'utf16le');
    let row = 0;
    for (let at = 0; at < text.length; at += 1) {
      row = step(row, units[at] ?? 0);
      if (row >= 0) continue;
      row = -row - 1;
      for (const word of ends.get(row) ?? []) found(word, at + 1);
    }
  };
}

function automatonOf(words: readonly string[]): Automaton {
  const { classOf, width } = classesOf(words);
  const states = 1 + words.reduce((sum, word) => sum + word.length, 0);
  const next = new Int32Array(states * width);
  const ends: number[][] = Array.from({ length: states }, () => []);
  let last = 0;
  for (const [index, word] of words.entries()) {
    let state = 0;
    for (let at = 0; at < word.length; at += 1) {
      const place = state * width + (classOf[word.charCodeAt(at)] ?? 0);
      if (next[place] === 0) {
        last += 1;
        next[place] = last;
      }
      state = next[place] ?? 0;
    }
    ends[state]?.push(index);
  }
  linkFailures({ next, width, ends });
  const rows = next.map((state) => (ends[state]?.length ? -state * width - 1 : state * width));
  return { classOf, next: rows, ends: new Map(ends.map((ended, state) => [state * width, ended])) };
}

function classesOf(words: readonly string[]): { readonly classOf: Uint16Array; readonly width: number } {
  const classOf = new Uint16Array(65_536);
  let width = 1;
  const units = new Set(words.flatMap((word) => Array.from({ length: word.length }, (_, at) => word.charCodeAt(at))));
  for (const unit of units) {
    classOf[unit] = width;
    if (unit >= 0x61 && unit <= 0x7a) classOf[unit - 0x20] = width;
    width += 1;
  }
  for (const [from, to] of folded) classOf[from] = classOf[to.charCodeAt(0)] ?? 0;
  return { classOf, width };
}

/** Breadth first: where no word goes on, reading goes on in the longest suffix that begins a word. */
function linkFailures(trie: {
  readonly next: Int32Array;
  readonly width: number;
  readonly ends: readonly number[][];
}): void {
  const { next, width, ends } = trie;
  const fallback = new Int32Array(ends.length);
  const queue = Array.from(next.subarray(0, width)).filter((state) => state !== 0);
  for (let at = 0; at < queue.length; at += 1) {
    const state = queue[at] ?? 0;
    const suffix = fallback[state] ?? 0;
    ends[state]?.push(...(ends[suffix] ?? []));
    for (let unit = 0; unit < width; unit += 1) {
      const child = next[state * width + unit] ?? 0;
      const onward = next[suffix * width + unit] ?? 0;
      if (child === 0) next[state * width + unit] = onward;
      else {
        fallback[child] = onward;
        queue.push(child);
      }
    }
  }
}
