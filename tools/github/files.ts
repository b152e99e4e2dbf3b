/** Files of a repository at a commit: the list, one file's text. */
import { blobAnswer, contentAnswer, repositoryAnswer, type TreeEntry, treeAnswer } from './answers.ts';
import { at, type Pages, type Place } from './place.ts';
import { httpStatus } from './refusal.ts';

/** Null where GitHub says 404. */
async function orMissing<Value>(run: () => Promise<Value>): Promise<Value | null> {
  try {
    return await run();
  } catch (error) {
    if (httpStatus(error) === 404) return null;
    throw error;
  }
}

/** The text of a file at the default branch; null when it is not there. */
export function readDefaultFile(place: Place, path: string): Promise<string | null> {
  return orMissing(async () => {
    const answered = await place.client.rest.repos.getContent({ ...at(place), path });
    const { sha, encoding, content } = contentAnswer.parse(answered.data);
    return encoding === 'base64' ? fromBase64(content) : readBlob(place, sha);
  });
}

export async function readBlob(place: Place, sha: string): Promise<string> {
  const answered = await place.client.rest.git.getBlob({ ...at(place), file_sha: sha });
  return fromBase64(blobAnswer.parse(answered.data).content);
}

const fromBase64 = (text: string): string => Buffer.from(text, 'base64').toString('utf8');

export async function readRepository(place: Place) {
  const answered = await place.client.rest.repos.get({ ...at(place) });
  return repositoryAnswer.parse(answered.data);
}

/** Every file below a commit. GitHub cuts a tree at 100,000 entries or 7 MB: then the folders are read one by one. */
export async function readFiles(place: Place, sha: string, folders: readonly string[]): Promise<Pages<TreeEntry>> {
  const whole = await readTree(place, sha, true);
  if (!whole.truncated) return { items: filesOf(whole.tree), truncated: false };
  const parts = await Promise.all(folders.slice(0, foldersMax).map((folder) => readFolder(place, sha, folder)));
  const known = new Map([...whole.tree, ...parts.flat()].map((entry) => [entry.path, entry]));
  return { items: filesOf([...known.values()]), truncated: true };
}

const foldersMax = 4;
const filesOf = (entries: readonly TreeEntry[]): readonly TreeEntry[] => entries.filter(({ type }) => type === 'blob');

async function readTree(place: Place, sha: string, recursive: boolean) {
  const query = { tree_sha: sha, ...(recursive ? { recursive: '1' } : {}) };
  const answered = await place.client.rest.git.getTree({ ...at(place), ...query });
  return treeAnswer.parse(answered.data);
}

async function readFolder(place: Place, sha: string, folder: string): Promise<readonly TreeEntry[]> {
  const path = folder.replace(/^\/+|\/+$/gu, '');
  let tree = sha;
  for (const name of path.split('/')) {
    const { tree: entries } = await readTree(place, tree, false);
    const next = entries.find((entry) => entry.type === 'tree' && entry.path === name);
    if (next === undefined) return [];
    tree = next.sha;
  }
  const { tree: entries } = await readTree(place, tree, true);
  return entries.map((entry) => ({ ...entry, path: `${path}/${entry.path}` }));
}
