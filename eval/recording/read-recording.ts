/** Reads a scenario's world from its folder: exactly the files named here, so that no other file can reach the world. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { callRow, changeRow, eventRow, fileRow, logRow, metricRow, type Recording, scenarioSchema } from './format.ts';

/** All that the world loader opens. The answer lies beside them, in a file that is not named here. */
export const recordingFiles = [
  'scenario.json',
  'metrics.jsonl',
  'calls.jsonl',
  'logs.jsonl',
  'changes.jsonl',
  'files.jsonl',
  'events.jsonl',
] as const;
type RecordingFile = (typeof recordingFiles)[number];

/** @throws where a file does not fit the format: its name, the line and what is wrong. */
export async function readRecording(folder: string): Promise<Recording> {
  const open = (name: RecordingFile): Promise<string | null> =>
    readFile(join(folder, name), 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null;
      throw error;
    });
  const rows = async <Row>(name: RecordingFile, schema: z.ZodType<Row>): Promise<readonly Row[]> =>
    ((await open(name)) ?? '').split('\n').flatMap((line, index) => {
      if (line === '') return [];
      return [checked(schema, JSON.parse(line), `${join(folder, name)} line ${index + 1}`)];
    });
  const described = await open('scenario.json');
  if (described === null) throw new Error(`${folder} has no scenario.json: it is not a scenario.`);
  return {
    scenario: checked(scenarioSchema, JSON.parse(described), join(folder, 'scenario.json')),
    metrics: await rows('metrics.jsonl', metricRow),
    calls: await rows('calls.jsonl', callRow),
    logs: await rows('logs.jsonl', logRow),
    changes: await rows('changes.jsonl', changeRow),
    files: await rows('files.jsonl', fileRow),
    events: await rows('events.jsonl', eventRow),
  };
}

function checked<Value>(schema: z.ZodType<Value>, value: unknown, place: string): Value {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new Error(`${place} does not fit the format:\n${z.prettifyError(parsed.error)}`);
}
