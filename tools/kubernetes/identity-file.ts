/** Files that Kubernetes replaces while we run: projected tokens rotate within their hour, authorities now and then. */
import { readFile, stat } from 'node:fs/promises';

/** A token or an authority that cannot be read. `code` is the system's, such as ENOENT. */
export class IdentityFileError extends Error {
  readonly code: string;
  constructor(code: string, options: ErrorOptions) {
    super(`a file of this identity cannot be read (${code})`, options);
    this.code = code;
  }
}

/** The file's text, read again when the file changed. Rejects with `IdentityFileError`. */
export function followFile(path: string): () => Promise<string> {
  let known: { readonly stamp: string; readonly text: string } | null = null;
  return async () => {
    try {
      const { mtimeMs, ino, size } = await stat(path);
      const stamp = `${mtimeMs} ${ino} ${size}`;
      if (known?.stamp === stamp) return known.text;
      known = { stamp, text: (await readFile(path, 'utf8')).trim() };
      return known.text;
    } catch (error) {
      throw new IdentityFileError(codeOf(error), { cause: error });
    }
  };
}

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : 'unknown');
