import { composeRecording } from './compose-recording.ts';
import type { Recipe } from './sketch.ts';

const lines = (rows: readonly object[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join('');

/** Name and content of every file of the scenario's folder. Empty lists get no file. */
export function filesOfRecipe(recipe: Recipe): ReadonlyMap<string, string> {
  const { recording, truth } = composeRecording(recipe);
  const { scenario, ...rows } = recording;
  return new Map([
    ['scenario.json', `${JSON.stringify(scenario, null, 1)}\n`],
    ...Object.entries(rows).flatMap(([name, list]): (readonly [string, string])[] =>
      list.length === 0 ? [] : [[`${name}.jsonl`, lines(list)]],
    ),
    ['truth.json', `${JSON.stringify(truth, null, 1)}\n`],
  ]);
}
