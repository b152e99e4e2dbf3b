/** Where the cluster's writes are kept, beside those of the lab's GitHub, so that a restarted lab goes on. */
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { readWholeLines } from '../whole-lines.ts';

const keptWrite = z.object({
  deployment: z.string(),
  atMs: z.number(),
  annotations: z.record(z.string(), z.string()),
  replicas: z.number().nullable(),
  intervention: z.object({
    kind: z.literal('workflow'),
    workflow: z.string(),
    inputs: z.record(z.string(), z.string()),
    atMs: z.number(),
  }),
});
export type KeptWrite = z.infer<typeof keptWrite>;

export type WriteJournal = {
  readonly entries: readonly KeptWrite[];
  /** Returns when it is on disk: only then is the write answered. */
  append(write: KeptWrite): void;
  close(): void;
};

export const forgetfulWrites: WriteJournal = { entries: [], append: () => undefined, close: () => undefined };

export async function openWriteJournal(directory: string): Promise<WriteJournal> {
  const path = join(directory, 'kubernetes.jsonl');
  const lines = await readWholeLines(path);
  const file = openSync(path, 'a');
  return {
    entries: lines.map((line) => keptWrite.parse(JSON.parse(line))),
    append: (write) => {
      writeSync(file, `${JSON.stringify(write)}\n`);
      fsyncSync(file);
    },
    close: () => closeSync(file),
  };
}
