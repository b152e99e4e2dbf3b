/** A run of letters, a run of digits, a line break, or one other sign. Blanks join the word that follows. */
const pieces = /[A-Za-z]+|\d+|\n|[^\sA-Za-z\d]/gu;

/**
 * About how many tokens a model reads in `text`, rather too many than too few: four letters, two digits or one sign each.
 * Byte-pair vocabularies take whole common words as one, so prose is over-counted; identifiers and hashes come out close.
 */
export function estimateTokens(text: string): number {
  let tokens = 0;
  for (const [piece] of text.matchAll(pieces)) {
    if (/^[A-Za-z]/u.test(piece)) tokens += Math.ceil(piece.length / 4);
    else if (/^\d/u.test(piece)) tokens += Math.ceil(piece.length / 2);
    else tokens += 1;
  }
  return tokens;
}
