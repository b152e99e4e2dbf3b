/** Which of many log templates tell most about what changed: the order in which people and models are shown them. */
import type { LogTemplate } from '../../src/rootcause/telemetry.ts';

type Counted = Pick<LogTemplate, 'level' | 'count' | 'baselineCount' | 'template'>;

const levelWeight = { error: 4, warn: 2, info: 1, debug: 0.5 } as const;
const novelWordsMax = 4;
const novelWordWeight = 2;

/**
 * Most telling first. A template weighs by how many times more, or less, often it came than in the baseline, and by its
 * level. One that never came before weighs more for every word that nothing in the baseline says: a new id makes a new
 * template as well, but says nothing new.
 */
export function byTelling<Template extends Counted>(templates: readonly Template[]): readonly Template[] {
  const known = new Set(templates.filter(({ baselineCount }) => baselineCount > 0).flatMap(wordsOf));
  const weighed = templates.map((template) => ({ template, weight: weightOf(template, known) }));
  return weighed.toSorted((one, other) => other.weight - one.weight).map(({ template }) => template);
}

function weightOf(template: Counted, known: ReadonlySet<string>): number {
  const { count, baselineCount, level } = template;
  const change = Math.abs(Math.log2((count + 1) / (baselineCount + 1)));
  const volume = 0.05 * Math.log2(count + baselineCount + 1);
  const novel = baselineCount > 0 ? 0 : wordsOf(template).filter((word) => !known.has(word)).length;
  return levelWeight[level] * (change + volume) + novelWordWeight * Math.min(novelWordsMax, novel);
}

/** Words of three letters and more; ids that happen to be letters count as words, and are the exception. */
const wordsOf = ({ template }: Counted): readonly string[] => [
  ...new Set(template.toLowerCase().match(/(?<![\w-])[a-z]{3,}(?![\w-])/gu) ?? []),
];
