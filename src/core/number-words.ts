/** English number words as the numbers they state, so that a claim cannot say in words what it may not say in digits. */

const units = [
  'zero',
  'one',
  'two',
  'three',
  'four',
  'five',
  'six',
  'seven',
  'eight',
  'nine',
  'ten',
  'eleven',
  'twelve',
  'thirteen',
  'fourteen',
  'fifteen',
  'sixteen',
  'seventeen',
  'eighteen',
  'nineteen',
  'twenty',
] as const;
const tens = ['thirty', 'forty', 'fifty', 'sixty', 'seventy', 'eighty', 'ninety'] as const;
const scales: { readonly [word: string]: number } = { hundred: 100, thousand: 1_000, million: 1e6, billion: 1e9 };

const small: ReadonlyMap<string, number> = new Map<string, number>([
  ...units.map((word, value) => [word, value] as const),
  ...tens.map((word, index) => [word, 30 + 10 * index] as const),
  ['dozen', 12],
]);

const cardinal = [...small.keys()].join('|');
const scale = Object.keys(scales).join('|');
/** One number in words: `five hundred and twenty-two`, `a thousand`, `3 million`. */
const phrase = new RegExp(
  `(?<![\\p{L}\\p{N}_-])(?:(?:${cardinal}|an?|\\d+(?:\\.\\d+)?)[ -](?:${scale})|(?:${cardinal}))(?:(?:[ -]| and )(?:${cardinal}|${scale}))*(?![\\p{L}\\p{N}_])`,
  'giu',
);

/** `two-phase`, `zero-day`, `three-way`: names of things, not counts of them. */
const named = /^-(?:way|phase|off|day|shot|sided|time|factor|downtime|copy|trust|based|to)/iu;
const oneBefore =
  /(?:^|[\s(])(?:this|that|the|no|any|each|every|which|another|other|same|new|old|first|last|next|previous|latter|former)\s$/iu;
const oneAfter =
  /^(?:\s(?:of|another|by|or|and|can|could|may|might|would|should|will|is|was|has|had|which|that|who|to|in|on|at|with|for)\b|[^\s\p{L}\p{N}-]|$)/iu;

/** The text with its number words in digits: `five hundred percent` reads `500%`. */
export function digitsForWords(text: string): string {
  return text
    .replace(phrase, (found: string, ...rest: readonly unknown[]) => {
      const at = rest.find((each) => typeof each === 'number') ?? 0;
      const before = text.slice(0, at);
      const after = text.slice(at + found.length);
      if (named.test(after)) return found;
      if (found.toLowerCase() === 'one' && (oneBefore.test(before) || oneAfter.test(after))) return found;
      return `${numberOf(found)}`;
    })
    .replace(/(?<=\d)\s?(?:percent|per cent)(?![\p{L}\p{N}])/giu, '%');
}

/** Left to right: a scale multiplies what came before it, everything else adds. */
function numberOf(words: string): number {
  let total = 0;
  let current = 0;
  for (const word of words.toLowerCase().split(/[ -]/u)) {
    const times = scales[word];
    if (times === 100) current = Math.max(1, current) * 100;
    else if (times !== undefined) {
      total += Math.max(1, current) * times;
      current = 0;
    } else current += word === 'a' || word === 'an' ? 1 : (small.get(word) ?? (Number(word) || 0));
  }
  return total + current;
}

/** A word that states how two numbers compare (`doubled`), or a share (`half`). */
export type RatioWord = { readonly word: string; readonly ratio: number };

const multiples: readonly (readonly [pattern: string, ratio: number])[] = [
  ['halv(?:e|es|ed|ing)', 0.5],
  ['half(?!-(?:open|closed|life|duplex))', 0.5],
  ['twice', 2],
  ['doubl(?:es|ed|ing)', 2],
  ['double(?![- ](?:free|check|click|quote|encod|book|writ|entry))', 2],
  ['thrice', 3],
  ['tripl(?:e|es|ed|ing)', 3],
  ['quadrupl(?:e|es|ed|ing)', 4],
  ['third of', 1 / 3],
  ['2[- ]thirds', 2 / 3],
  ['quarter of', 0.25],
  ['3[- ]quarters', 0.75],
];
const bare = multiples.map(([pattern, ratio]) => [
  new RegExp(`(?<![\\p{L}\\p{N}_-])(?:${pattern})(?![\\p{L}\\p{N}_])`, 'giu'),
  ratio,
]) as readonly (readonly [RegExp, number])[];
const fold = new RegExp(`(?<![\\p{L}\\p{N}_-])(?<count>${cardinal}|\\d+)[- ]?fold(?![\\p{L}\\p{N}])`, 'giu');

/** Every ratio stated by a word, in a text whose number words are already digits. */
export function ratioWords(text: string): readonly RatioWord[] {
  const folds = [...text.matchAll(fold)].map(({ 0: word, groups }) => ({
    word,
    ratio: countOf(groups?.['count'] ?? ''),
  }));
  return [
    ...folds,
    ...bare.flatMap(([pattern, ratio]) => [...text.matchAll(pattern)].map(([word]) => ({ word, ratio }))),
  ];
}

const countOf = (count: string): number => small.get(count.toLowerCase()) ?? Number(count);

/** `hundreds of errors` states no number, but a size: the least that may back it. */
export function sizeWords(text: string): readonly { readonly word: string; readonly least: number }[] {
  return [...text.matchAll(/(?<![\p{L}\p{N}_-])(?<size>dozens|hundreds|thousands|millions)(?![\p{L}\p{N}_])/giu)].map(
    ([word]) => ({ word, least: sizes[word.toLowerCase()] ?? 0 }),
  );
}

const sizes: { readonly [word: string]: number } = { dozens: 24, hundreds: 100, thousands: 1_000, millions: 1e6 };
