import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Runbook } from '../core/runbook.ts';
import { type RunbookProblem, readRunbook } from './read-runbook.ts';

const bytesMax = 100_000;

/** An action as runbooks see it: its name alone, or with the parameters that no input may fill. */
export type KnownAction = string | { readonly name: string; readonly fixed?: readonly string[] };

/**
 * Every `*.yaml` of a folder, by name. A broken file is left out and its problems are listed; the others still load.
 * `actions` is the action catalogue: a runbook that uses another is a problem. Throws when the folder
 * cannot be read.
 */
export async function loadRunbooks(
  directory: string,
  actions: readonly KnownAction[],
): Promise<{ readonly runbooks: readonly Runbook[]; readonly problems: readonly RunbookProblem[] }> {
  const names = (await readdir(directory)).filter((name) => /\.ya?ml$/u.test(name)).toSorted();
  const catalogue = new Map(
    actions.map((action) => (typeof action === 'string' ? [action, []] : [action.name, action.fixed ?? []])),
  );
  const runbooks: Runbook[] = [];
  const problems: RunbookProblem[] = [];
  for (const name of names) {
    const text = await readFile(join(directory, name), 'utf8');
    if (text.length > bytesMax) {
      problems.push({ file: name, line: 1, field: '', says: `longer than ${bytesMax} characters; split it` });
      continue;
    }
    const read = readRunbook(name, text, catalogue);
    if (read.ok) runbooks.push(read.value);
    else problems.push(...read.failure);
  }
  return { runbooks, problems };
}

/** `disable-feature-flag.yaml:12 inputs.flag.pattern: ...` */
export const problemText = ({ file, line, field, says }: RunbookProblem): string =>
  `${file}:${line}${field === '' ? '' : ` ${field}`}: ${says}`;
