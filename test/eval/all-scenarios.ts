import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readRecording } from '../../eval/recording/read-recording.ts';
import { readTruth } from '../../eval/recording/truth.ts';

export const scenarioDirectory = fileURLToPath(new URL('../../eval/scenarios/', import.meta.url));
export const folders = readdirSync(scenarioDirectory).toSorted();
export const folderPath = (folder: string): string => join(scenarioDirectory, folder);

export const readScenario = async (folder: string) => ({
  recording: await readRecording(folderPath(folder)),
  truth: await readTruth(folderPath(folder)),
});
