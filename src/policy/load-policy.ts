import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { failed, type Result } from '../core/result.ts';
import { createPolicy, type ExplainedPolicy } from './create-policy.ts';

/** The policy of a folder's `*.cedar` files, or every problem. Throws when the folder cannot be read. */
export async function loadPolicy(directory: string): Promise<Result<ExplainedPolicy, readonly string[]>> {
  const names = (await readdir(directory)).filter((name) => name.endsWith('.cedar')).toSorted();
  if (names.length === 0) return failed([`${directory} has no .cedar file: nothing could be approved`]);
  const read = async (file: string) => ({ file, text: await readFile(join(directory, file), 'utf8') });
  return createPolicy(await Promise.all(names.map(read)));
}
