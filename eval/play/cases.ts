/** What can be played: the faults of the lab, and the folders of scenarios. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { faultNames } from '../../src/lab/fault-list.ts';
import { type LabSite, startLab } from '../../src/lab/start-lab.ts';
import { readRecording } from '../recording/read-recording.ts';
import { startScenario } from '../recording/start-scenario.ts';
import { readTruth, type Truth } from '../recording/truth.ts';
import type { Answerable } from '../score/grade-case.ts';

export type Started = { readonly site: LabSite; readonly asked: string; readonly truth: Answerable };

export type Case = {
  readonly name: string;
  readonly set: 'lab' | 'scenarios';
  readonly hardness: Truth['hardness'];
  start(run: number, clockSpeed: number): Promise<Started>;
};

const usualQuestion = '@causeway what is wrong here, and what changed?';

/** Run n plays seed n. */
export const labCases = (): readonly Case[] =>
  faultNames.map((fault) => ({
    name: `lab/${fault}`,
    set: 'lab',
    hardness: [],
    start: async (run, clockSpeed) => {
      const { truth, ...site } = await startLab({ seed: run, fault, stateDirectory: null, clockSpeed });
      return { site, asked: usualQuestion, truth: { ...truth, alternates: [] } };
    },
  }));

export async function scenarioCases(directory: string): Promise<readonly Case[]> {
  const entries = await readdir(directory, { withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  return Promise.all(
    folders.toSorted().map(async (name): Promise<Case> => {
      const folder = join(directory, name);
      const truth = await readTruth(folder);
      return {
        name,
        set: 'scenarios',
        hardness: truth.hardness,
        start: async (_run, clockSpeed) => {
          const { asked, ...site } = await startScenario(await readRecording(folder), clockSpeed);
          return { site, asked, truth };
        },
      };
    }),
  );
}

/** @throws on a name that nothing has, with what to write instead. */
export function chosenCases(all: readonly Case[], only: string | undefined): readonly Case[] {
  if (only === undefined) return all;
  const names = only.split(',').map((name) => name.trim());
  const unknown = names.filter((name) => !all.some((one) => one.name === name));
  if (unknown.length > 0)
    throw new Error(
      `--only: there is no case ${unknown.join(', ')}. Choose from: ${all.map(({ name }) => name).join(', ')}.`,
    );
  return all.filter(({ name }) => names.includes(name));
}
