import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Database } from './open-database.ts';

/** Made once in `CAUSEWAY_HOME`: this directory's own, and never another's. */
export async function homeSecret(home: string): Promise<string> {
  const path = join(home, 'secret');
  try {
    return await readFile(path, 'utf8');
  } catch {
    await writeFile(path, randomBytes(32).toString('hex'), { mode: 0o600, flag: 'wx' }).catch(() => undefined);
    return readFile(path, 'utf8');
  }
}

/**
 * What seals buttons and cookies and wraps keys, the same for every replica of a database: `CAUSEWAY_SECRET` where it is
 * set. Without it, that of the directory with an embedded store; and with a server, that of its first replica, kept in
 * the database: whoever can write there could approve anything anyway.
 */
export async function installationSecret(
  database: Pick<Database, 'kind' | 'pool'>,
  { given, own }: { readonly given: string | null; readonly own: string },
): Promise<string> {
  if (given !== null) return given;
  if (database.kind === 'embedded') return own;
  await database.pool.query('insert into installation (secret) values ($1) on conflict do nothing', [own]);
  const { rows } = await database.pool.query<{ secret: string }>('select secret from installation');
  const [row] = rows;
  if (row === undefined) throw new Error('the installation has no secret');
  return row.secret;
}
