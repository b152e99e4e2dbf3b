import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gunzipSync } from 'node:zlib';

export type Log = { readonly name: string; readonly text: string };

/** The `*.log` files of a folder or of a `.tar.gz`, or the one file. */
export function readLogs(path: string): readonly Log[] {
  if (statSync(path).isDirectory()) {
    const names = readdirSync(path, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.log'));
    return names.toSorted().map((name) => ({ name: basename(name), text: readFileSync(join(path, name), 'utf8') }));
  }
  if (!path.endsWith('.tar.gz')) return [{ name: basename(path), text: readFileSync(path, 'utf8') }];
  return entriesOf(gunzipSync(readFileSync(path))).filter(({ name }) => name.endsWith('.log'));
}

const block = 512;

/** POSIX ustar: a block of header with name at 0 and octal size at 124, then the content in whole blocks. */
function entriesOf(archive: Buffer): readonly Log[] {
  const entries: Log[] = [];
  for (let at = 0; at + block <= archive.length && archive[at] !== 0; ) {
    const name = archive.toString('utf8', at, at + 100).replace(/\0.*$/su, '');
    const size = Number.parseInt(archive.toString('latin1', at + 124, at + 136), 8);
    entries.push({ name: basename(name), text: archive.toString('utf8', at + block, at + block + size) });
    at += block + Math.ceil(size / block) * block;
  }
  return entries;
}
