import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { filesOfRecipe } from '../../eval/author/folder-files.ts';
import { recipes } from '../../eval/author/recipes.ts';
import type { Recording } from '../../eval/recording/format.ts';
import { readRecording } from '../../eval/recording/read-recording.ts';
import { recordedWorld } from '../../eval/recording/recorded-world.ts';
import type { Truth } from '../../eval/recording/truth.ts';
import { folderPath, folders, readScenario } from './all-scenarios.ts';

it('there are many, of many kinds, and they stay small', async () => {
  const truths = await Promise.all(folders.map(async (folder) => (await readScenario(folder)).truth));
  const sizes = await Promise.all(
    folders.flatMap(async (folder) =>
      Promise.all(
        (await readdir(folderPath(folder))).map(async (name) => (await stat(join(folderPath(folder), name))).size),
      ),
    ),
  );
  expect(folders.length).toBeGreaterThanOrEqual(40);
  expect(new Set(truths.map(({ kind }) => kind)).size).toBeGreaterThanOrEqual(12);
  expect(sizes.flat().reduce((sum, size) => sum + size, 0)).toBeLessThan(6_000_000);
});

it('every folder has a recipe', () => {
  expect(recipes.map(({ folder }) => folder).toSorted()).toEqual(folders);
});

it.each(recipes)('$folder comes from its recipe, byte for byte', async (recipe) => {
  const files = filesOfRecipe(recipe);
  expect((await readdir(folderPath(recipe.folder))).toSorted()).toEqual([...files.keys()].toSorted());
  for (const [name, text] of files) {
    const kept = await readFile(join(folderPath(recipe.folder), name), 'utf8');
    expect(kept === text, `${name} differs: run node eval/author/main.ts`).toBe(true);
  }
});

it.each(folders)('%s fits the format and agrees with itself', async (folder) => {
  const { recording, truth } = await readScenario(folder);
  expect(contradictions(recording, truth)).toEqual([]);
});

it('says which line of which file does not fit', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'causeway-scenario-'));
  try {
    const [folder = ''] = folders;
    await writeFile(join(directory, 'scenario.json'), await readFile(join(folderPath(folder), 'scenario.json')));
    await writeFile(join(directory, 'logs.jsonl'), '{"service":"x","level":"loud","text":"t","spans":[[0,1,1]]}\n');
    await expect(readRecording(directory)).rejects.toThrow(/logs\.jsonl line 1 does not fit[\s\S]*level/u);
  } finally {
    await rm(directory, { recursive: true });
  }
});

/** Names that nothing has, edits that do not follow one another, and answers that are not in the world. */
function contradictions(recording: Recording, truth: Truth): readonly string[] {
  const { scenario, metrics, calls, logs, changes, events } = recording;
  const services = new Set(scenario.services.map(({ id }) => id));
  const named = [
    ...metrics.map(({ service }) => service),
    ...calls.flatMap(({ from, to }) => [from, to]),
    ...logs.map(({ service }) => service),
    ...changes.flatMap(({ deploys }) => deploys.map(({ service }) => service)),
    ...events.map(({ service }) => service),
    ...scenario.monitors.map(({ service }) => service),
    ...scenario.services.flatMap(({ dependsOn }) => dependsOn),
    ...[truth, ...truth.alternates].flatMap(({ entity }) => entity ?? []),
  ];
  const ids = new Set([
    ...changes.map(({ repository, number }) => `${repository}#${number}`),
    ...events.map(({ id }) => `event:${id}`),
  ]);
  const answers = [truth, ...truth.alternates].flatMap(({ change }) => change ?? []);
  const late = changes.filter(
    ({ opened, merged, deploys }) =>
      opened > merged || deploys.some(({ started, live }) => merged > started || started > live),
  );
  const { world, startAtMs } = recordedWorld(recording);
  return [
    ...[...new Set(named)].filter((name) => !services.has(name)).map((name) => `there is no service ${name}`),
    ...answers.filter((id) => !ids.has(id)).map((id) => `the answer ${id} is not in the world`),
    ...late.map(({ number }) => `#${number} goes back in time`),
    ...brokenEdits(recording),
    ...(world.alert.triggeredAtMs <= startAtMs ? [] : ['people ask before the monitor fired']),
  ];
}

function brokenEdits({ changes }: Recording): readonly string[] {
  const left = new Map<string, string | null>();
  return changes
    .toSorted((one, other) => one.merged - other.merged)
    .flatMap(({ repository, number, files }) =>
      files.flatMap(({ path, before, after }) => {
        const key = `${repository} ${path}`;
        const broken = left.has(key) && left.get(key) !== before;
        left.set(key, after);
        return broken || before === after ? [`#${number} does not continue ${path}`] : [];
      }),
    );
}
