import { z } from 'zod';
import { branch, filePath, objectId, owner, repo } from '../github/fields.ts';

const mode = z.enum(['100644', '100755', '120000', '160000']);

/** One file: `from` is the blob the base must still have, `to` the blob it gets; null is absence. */
const change = z
  .object({
    path: filePath,
    from: objectId.nullable(),
    to: objectId.nullable(),
    mode,
    fromMode: mode.nullable(),
  })
  .refine(({ from, to, fromMode }) => (from !== null || to !== null) && (from === null) === (fromMode === null), {
    error: 'a change needs a blob before or after, and a mode wherever it has a blob before',
  });

/** Everything a rollback pull request is made of. No other text reaches GitHub. */
export const rollbackParameters = z.object({
  owner,
  repo,
  base: branch,
  pullNumber: z.int().positive().nullable(),
  mergeSha: objectId,
  /** The base's commit and tree the plan was made for. */
  headSha: objectId,
  headTree: objectId,
  branch,
  /** GitHub's limits: 256 and 65,536 characters. */
  title: z.string().min(1).max(256),
  body: z.string().max(65_536),
  changes: z.array(change).min(1).max(5_000),
});
export type RollbackParameters = z.output<typeof rollbackParameters>;
