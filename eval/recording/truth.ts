/** What was really wrong. For the scorer only: nothing that builds the world may import this. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { causeKinds } from '../../src/core/hypothesis.ts';

const change = z
  .string()
  .regex(/^(?:[a-z0-9-]+\/[a-z0-9-]+#\d+|event:[0-9a-f]{16})$/u)
  .nullable();
const named = {
  kind: z.enum([...causeKinds, 'nothing-wrong', 'cannot-tell']),
  /** Service id; null where nothing is at fault or nobody can tell. */
  entity: z.string().nullable(),
  /** `owner/name#number` or `event:<id>`; null where it is no change, or where naming one is not asked. */
  change,
};

export const truthSchema = z.strictObject({
  ...named,
  /** Other answers that are as right. */
  alternates: z.array(z.strictObject(named)),
  onset: z.number().nullable(),
  why: z.string().min(20),
  hardness: z.array(
    z.enum([
      'plain',
      'distractor-elsewhere',
      'distractor-same-service',
      'lie',
      'missing-data',
      'no-traces',
      'healthy',
      'two-causes',
      'slow-burn',
      'cannot-tell',
      'far-from-alert',
    ]),
  ),
});
export type Truth = z.output<typeof truthSchema>;

/** @throws where the file is absent or does not fit the format. */
export async function readTruth(folder: string): Promise<Truth> {
  const path = join(folder, 'truth.json');
  const parsed = truthSchema.safeParse(JSON.parse(await readFile(path, 'utf8')));
  if (parsed.success) return parsed.data;
  throw new Error(`${path} does not fit the format:\n${z.prettifyError(parsed.error)}`);
}
