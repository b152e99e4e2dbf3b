/** Rows of `changes.jsonl` and `files.jsonl`: the recipe's pull requests among the chores of the days before. */
import { drawInteger, keyOf, shuffled } from '../../src/lab/dice.ts';
import type { ChangeRow, FileRow } from '../recording/format.ts';
import type { EditSketch, PullSketch, Recipe } from './sketch.ts';

type Timed = PullSketch & { readonly live: number };

const branchOf = (title: string): string =>
  title
    .toLowerCase()
    .replace(/[^a-z0-9]+/gu, '-')
    .replace(/^-|-$/gu, '')
    .slice(0, 40);

/** In the four days before, never within four hours of the incident, and on no file that the recipe's own ones touch. */
function choresOf({ system, folder, chores = 6, pulls = [] }: Recipe): readonly Timed[] {
  const key = keyOf('chores', folder);
  const taken = new Set(pulls.flatMap(({ edits }) => edits.map(({ path }) => path)));
  return shuffled(key, system.chores)
    .filter(({ edits }) => !edits.some(({ path }) => taken.has(path)))
    .slice(0, chores)
    .map((pull, index) => ({ ...pull, live: -drawInteger(key, index, [260, 5_600]) }));
}

export function changeRows(recipe: Recipe): {
  readonly changes: readonly ChangeRow[];
  readonly files: readonly FileRow[];
} {
  const { system, files = {}, pulls = [] } = recipe;
  const base: Trees = new Map(
    Object.entries({ ...system.files, ...files }).map(([path, content]) => [`${system.repository} ${path}`, content]),
  );
  const placed: readonly Timed[] = [...pulls.map((pull) => ({ ...pull, live: pull.live ?? -60 })), ...choresOf(recipe)];
  const timed = placed
    .map((pull, index) => ({ pull, ...timesOf(pull, keyOf(recipe.folder, pull.title, index)) }))
    .toSorted((one, other) => one.merged - other.merged);
  const trees: Trees = new Map(base);
  const numbers = new Map<string, number>();
  const changes = timed.map(({ pull, opened, merged, started }): ChangeRow => {
    const repository = pull.repository ?? system.repository;
    const number = (numbers.get(repository) ?? firstNumber(repository)) + 1;
    numbers.set(repository, number);
    return {
      repository,
      number,
      title: pull.title,
      body: pull.body,
      author: pull.author,
      branch: branchOf(pull.title),
      files: editsOf(pull, { repository, trees }),
      opened,
      merged,
      deploys: pull.deploys.map((service) => ({ service, started, live: pull.live })),
    };
  });
  const touched = new Set(
    changes.flatMap(({ repository, files: own }) => own.map(({ path }) => `${repository} ${path}`)),
  );
  const untouched = [...base].flatMap(([key, content]): FileRow[] => {
    const [repository = '', path = ''] = key.split(' ');
    return touched.has(key) ? [] : [{ repository, path, content }];
  });
  return { changes, files: untouched };
}

type Trees = Map<string, string>;

/** A repository with a past has numbers. */
const firstNumber = (repository: string): number => drawInteger(keyOf('first', repository), 0, [118, 930]);

const tenth = (minutes: number): number => Number(minutes.toFixed(1));

function timesOf({ live, deploys }: Timed, key: number): { opened: number; merged: number; started: number } {
  const rollout = drawInteger(key, 1, [15, 42]) / 10;
  const build = drawInteger(key, 2, [9, 24]) / 10;
  const merged = deploys.length === 0 ? live : live - rollout - build;
  return {
    merged: tenth(merged),
    started: tenth(live - rollout),
    opened: tenth(merged - drawInteger(key, 3, [30, 1_500])),
  };
}

function editsOf({ title, edits }: PullSketch, { repository, trees }: { repository: string; trees: Trees }) {
  return [...Map.groupBy(edits, ({ path }) => path)].map(([path, own]) => {
    const key = `${repository} ${path}`;
    const before = trees.get(key) ?? null;
    const after = own.reduce((text, edit) => applied(text, edit, title), before ?? '');
    trees.set(key, after);
    return { path, before, after };
  });
}

/** @throws where an edit does not find its text exactly once. */
function applied(text: string, { path, find, replace }: EditSketch, title: string): string {
  if (text.split(find).length !== 2) throw new Error(`"${title}": "${find}" is not exactly once in ${path}.`);
  return text.replace(find, () => replace);
}
