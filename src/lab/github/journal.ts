import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Json } from '../../core/json.ts';
import { readWholeLines } from '../whole-lines.ts';

const entrySchema = z.object({
  atMs: z.number(),
  method: z.string(),
  path: z.string(),
  body: z.json(),
  actor: z.string(),
  person: z.boolean(),
});
const headerSchema = z.object({ version: z.literal(1), history: z.string() });

/** One write that was answered with success. Replaying them in order on the same history gives the same objects. */
type JournalEntry = Omit<z.infer<typeof entrySchema>, 'body'> & { readonly body: Json };

export type Journal = {
  readonly entries: readonly JournalEntry[];
  /** Resolves when the entry is on disk. */
  append(entry: JournalEntry): Promise<void>;
  close(): Promise<void>;
};

export const forgetfulJournal: Journal = { entries: [], append: async () => {}, close: async () => {} };

/**
 * Opens `github.jsonl` in the directory. `history` is a digest of what the lab seeds.
 * @throws when the file belongs to another history, with what to do.
 */
export async function openJournal(directory: string, history: string): Promise<Journal> {
  await mkdir(directory, { recursive: true });
  const path = join(directory, 'github.jsonl');
  const [first, ...rest] = await readWholeLines(path);
  const file = await open(path, 'a');
  const append = async (value: unknown): Promise<void> => {
    await file.appendFile(`${JSON.stringify(value)}\n`);
    await file.datasync();
  };
  if (first === undefined) {
    await append({ version: 1, history });
  } else if (headerSchema.parse(JSON.parse(first)).history !== history) {
    await file.close();
    throw new Error(`${path} was written for another seed or fault: delete it, or start the lab in another directory`);
  }
  return {
    entries: rest.map((line) => entrySchema.parse(JSON.parse(line))),
    append,
    close: () => file.close(),
  };
}
