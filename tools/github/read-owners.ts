import { readDefaultFile } from './files.ts';
import type { Place } from './place.ts';

/** GitHub looks in this order and takes the first it finds. */
export const ownersPlaces = ['.github/CODEOWNERS', 'CODEOWNERS', 'docs/CODEOWNERS'] as const;

/** The CODEOWNERS file at the default branch and where it is; null when there is none to be seen. */
export async function readOwnersFile(place: Place): Promise<{ readonly path: string; readonly text: string } | null> {
  for (const path of ownersPlaces) {
    const text = await readDefaultFile(place, path);
    if (text !== null) return { path, text };
  }
  return null;
}
