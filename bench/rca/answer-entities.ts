import type { Ranking } from '../../src/rootcause/ranking.ts';
import type { Answer } from './dataset.ts';

/** The causes' entities in the names of the set's labels, each once at its best place; null leaves a cause out. */
export function answerEntities(ranking: Ranking, nameOf: (entity: string) => string | null): Answer {
  const best = new Map<string, number>();
  for (const { entity, score } of ranking.causes) {
    const name = nameOf(entity);
    if (name !== null && !best.has(name)) best.set(name, score);
  }
  const abstained = ranking.outcome !== 'ranked';
  const answer = { ranking: [...best.keys()], scores: [...best.values()] };
  return abstained ? { ...answer, abstained } : answer;
}
