/**
 * Drain (He et al., ICWS 2017) as published, without the regular expressions its authors write for each system: a tree
 * by number of words and leading words, then the most similar group.
 */

type Group = { readonly id: number; words: readonly string[] };

const variable = '<*>';
/** Levels of the tree that hold leading words; the published depth 4 counts the root and the leaf. */
const leadingWords = 2;
const minSimilarity = 0.5;

/** Group of each line, and the template each group ended with. */
export function groupByDrain(lines: readonly string[]): readonly string[] {
  const leaves = new Map<string, Group[]>();
  const groups: Group[] = [];
  const found = lines.map((line) => {
    const words = line.trim().split(/\s+/u);
    const key = `${words.length} ${words.slice(0, leadingWords).map(maskDigits).join(' ')}`;
    const leaf = leaves.get(key) ?? [];
    leaves.set(key, leaf);
    const group = mostSimilar(leaf, words) ?? { id: groups.length, words };
    if (group.id === groups.length) {
      groups.push(group);
      leaf.push(group);
    }
    group.words = group.words.map((word, at) => (word === words[at] ? word : variable));
    return group;
  });
  return found.map(({ words }) => words.join(' '));
}

const maskDigits = (word: string): string => (/[0-9]/u.test(word) ? variable : word);

function mostSimilar(leaf: readonly Group[], words: readonly string[]): Group | null {
  let best: Group | null = null;
  let most = minSimilarity;
  for (const group of leaf) {
    const same = group.words.filter((word, at) => word === words[at]).length / words.length;
    if (same >= most && (best === null || same > most)) {
      best = group;
      most = same;
    }
  }
  return best;
}
