/** The cases of a set that keeps each in a folder of its own, `<set>/<split>/<case>`. */
import { join } from 'node:path';
import type { Case, Dataset, ReadRequest } from './dataset.ts';
import { listFolder } from './read-files.ts';

/** `caseOf` says how one folder is read; the folder's name is the case's id. */
export const readFolderCases = (
  set: Dataset['name'],
  caseOf: (folder: string, request: ReadRequest) => Omit<Case, 'id'>,
): Dataset['read'] =>
  function* read(request) {
    const split = join(request.dataDir, set, request.split);
    for (const id of listFolder(split)) yield { id, ...caseOf(join(split, id), request) };
  };
