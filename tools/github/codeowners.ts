/**
 * CODEOWNERS as GitHub reads it: gitignore patterns, the last match wins, and of gitignore neither `!`, `[ ]` nor `\#`.
 * https://docs.github.com/en/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners
 */

export type OwnerRule = {
  readonly line: number;
  readonly pattern: string;
  /** `@user`, `@org/team` or an e-mail address. None: nobody owns what matches. */
  readonly owners: readonly string[];
  readonly matches: (segments: readonly string[]) => boolean;
};

export type OwnersFile = {
  readonly rules: readonly OwnerRule[];
  /** Lines GitHub skips because their syntax is invalid, sections of other hosts among them. */
  readonly skippedLines: readonly number[];
};

/** GitHub does not load a larger file. */
export const ownersBytesMax = 3 * 1_024 * 1_024;

/** The last ones decide. */
const rulesMax = 20_000;
const skippedMax = 50;

const owner = /^(?:@[\w.-]+(?:\/[\w.-]+)?|[^\s@]+@[^\s@]+\.[^\s@]+)$/u;

export function parseOwners(text: string): OwnersFile {
  const rules: OwnerRule[] = [];
  const skippedLines: number[] = [];
  text.split(/\r?\n/u).forEach((written, index) => {
    const words = wordsOf(written);
    const [pattern, ...owners] = words;
    if (pattern === undefined) return;
    const isValid = isPattern(pattern) && owners.every((word) => owner.test(word));
    if (isValid) rules.push({ line: index + 1, pattern, owners, matches: compile(pattern) });
    else skippedLines.push(index + 1);
  });
  return { rules: rules.slice(-rulesMax), skippedLines: skippedLines.slice(0, skippedMax) };
}

/** Words apart by blanks; a backslash keeps a blank in the word; `#` at the start of a word begins a comment. */
function wordsOf(line: string): readonly string[] {
  const words: string[] = [];
  for (const [word] of line.matchAll(/(?:\\.|[^\s\\])+/gsu)) {
    if (word.startsWith('#')) break;
    words.push(word);
  }
  return words;
}

/** More than anybody writes: what it would take to match them grows with each. */
const wildcardsMax = 8;

const isPattern = (pattern: string): boolean =>
  (pattern.match(/\*+/gu)?.length ?? 0) <= wildcardsMax &&
  !pattern.startsWith('!') &&
  !pattern.startsWith('\\#') &&
  !/[[\]]/u.test(pattern) &&
  !pattern.includes('***');

/** The rule that decides about a path; null when none matches. Paths are case-sensitive. */
export function ruleFor({ rules }: OwnersFile, path: string): OwnerRule | null {
  const segments = path.split('/').filter((segment) => segment !== '');
  return rules.findLast((rule) => rule.matches(segments)) ?? null;
}

type Token = {
  /** Any number of items, none among them. */
  readonly repeats: boolean;
  readonly accepts: (item: string) => boolean;
};
const many: Token = { repeats: true, accepts: () => true };
const one: Token = { repeats: false, accepts: () => true };

/**
 * A pattern with a slash before its end is anchored at the root, another matches at any depth. A last segment matches a
 * file or everything below a folder; only a bare `*` stands for that folder's own files.
 */
function compile(pattern: string): OwnerRule['matches'] {
  const inner = pattern.replace(/^\//u, '').replace(/\/$/u, '');
  if (inner === '') return () => false;
  const segments = inner.split('/');
  const isAnchored = pattern.startsWith('/') || segments.length > 1;
  const last = segments.at(-1);
  const tokens = [
    ...(isAnchored ? [] : [many]),
    ...segments.map((segment) => (segment === '**' ? many : segmentToken(segment))),
  ];
  const below = [...tokens, one, many];
  if (pattern.endsWith('/') || last === '**') return (path) => walk(below, path);
  if (last === '*') return (path) => walk(tokens, path);
  return (path) => walk(tokens, path) || walk(below, path);
}

/** `*` any characters, `?` one, a backslash takes the next as it is. */
function segmentToken(segment: string): Token {
  const tokens = [...segment.matchAll(/\\(?<taken>.)|(?<wild>[*?])|(?<plain>.)/gsu)].map(({ groups }): Token => {
    const letter = groups?.['taken'] ?? groups?.['plain'];
    if (letter !== undefined) return { repeats: false, accepts: (item) => item === letter };
    return groups?.['wild'] === '*' ? many : one;
  });
  if (!tokens.some(({ repeats }) => repeats) && !/[\\?]/u.test(segment)) {
    return { repeats: false, accepts: (item) => item === segment };
  }
  return { repeats: false, accepts: (item) => walk(tokens, Array.from(item)) };
}

/**
 * Each token takes the next item; one that repeats takes as few as will do, and is made to take one more where the rest
 * does not fit. Only the last such token need be tried again, so it takes at most tokens times items steps.
 */
function walk(tokens: readonly Token[], items: readonly string[]): boolean {
  let token = 0;
  let item = 0;
  let retryToken = -1;
  let retryItem = 0;
  while (item < items.length) {
    const next = tokens[token];
    if (next?.repeats) {
      token += 1;
      retryToken = token;
      retryItem = item;
    } else if (next?.accepts(items[item] ?? '')) {
      token += 1;
      item += 1;
    } else if (retryToken >= 0) {
      retryItem += 1;
      token = retryToken;
      item = retryItem;
    } else return false;
  }
  return tokens.slice(token).every(({ repeats }) => repeats);
}
