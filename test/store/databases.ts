import { execFile, execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chownSync,
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { env, getuid } from 'node:process';
import { promisify } from 'node:util';
import pg from 'pg';
import pino from 'pino';
import { type Database, openDatabase } from '../../src/store/open-database.ts';

/** Databases for tests: a fresh one per call, and how to be rid of it. */
export type TestDatabases = {
  readonly absent: boolean;
  open(): Promise<Database>;
  stop(): Promise<void>;
  /** An empty database of a server, for a process of its own; embedded stores have none. */
  create?(): Promise<string>;
};

export const silent = pino({ level: 'silent' });
const runFile = promisify(execFile);

export const temporaryDirectory = (): string => mkdtempSync(join(tmpdir(), 'causeway-test-'));

/**
 * Creating and migrating an embedded store takes seconds, so tests copy one that is made once per machine, version and
 * set of migrations. Servers' databases are migrated from nothing each time.
 */
async function template(): Promise<string> {
  const kept = join(tmpdir(), `causeway-test-template-${templateVersion()}`);
  if (existsSync(join(kept, 'store', 'PG_VERSION'))) return kept;
  const making = temporaryDirectory();
  await (await openDatabase({ databaseUrl: null, homeDirectory: making, log: silent })).close();
  try {
    renameSync(making, kept);
  } catch {
    rmSync(making, { recursive: true, force: true });
  }
  return kept;
}

function templateVersion(): string {
  const root = new URL('../../', import.meta.url);
  const text = readFileSync(new URL('package.json', root), 'utf8');
  const { dependencies }: { dependencies: Record<string, string> } = JSON.parse(text);
  const migrations = new URL('src/store/migrations/', root);
  const made = createHash('sha256').update(dependencies['@electric-sql/pglite'] ?? 'unknown');
  for (const file of readdirSync(migrations).toSorted()) made.update(readFileSync(new URL(file, migrations)));
  return made.digest('hex').slice(0, 12);
}

/** A home directory whose embedded store is already initialised and migrated. */
export async function embeddedHome(): Promise<string> {
  const home = temporaryDirectory();
  cpSync(join(await template(), 'store'), join(home, 'store'), { recursive: true });
  return home;
}

export function embeddedDatabases(): TestDatabases {
  const homes: string[] = [];
  return {
    absent: false,
    async open() {
      const homeDirectory = await embeddedHome();
      homes.push(homeDirectory);
      return openDatabase({ databaseUrl: null, homeDirectory, log: silent });
    },
    async stop() {
      for (const home of homes) rmSync(home, { recursive: true, force: true });
    },
  };
}

/** Why a suite on PostgreSQL is skipped. */
export const postgresNeeded = '(needs TEST_DATABASE_URL, or Debian’s postgresql package)';

/** `TEST_DATABASE_URL`, or a throwaway cluster from Debian's binaries; `absent` when there is neither. */
export async function postgresDatabases(): Promise<TestDatabases> {
  // biome-ignore lint/style/noProcessEnv: where to find a server is a fact of the machine the tests run on.
  const given = env['TEST_DATABASE_URL'];
  if (given !== undefined) return onServer(given, async () => undefined);
  const [initdb] = globSync('/usr/lib/postgresql/*/bin/initdb');
  return initdb === undefined ? noDatabases : throwawayCluster(dirname(initdb));
}

const noDatabases: TestDatabases = {
  absent: true,
  open: () => Promise.reject(new Error('there is no PostgreSQL')),
  stop: async () => undefined,
};

function onServer(url: string, stop: () => Promise<void>): TestDatabases {
  return {
    absent: false,
    create: () => createDatabase(url),
    open: async () => openDatabase({ databaseUrl: await createDatabase(url), homeDirectory: '', log: silent }),
    stop,
  };
}

async function createDatabase(url: string): Promise<string> {
  const name = `causeway_test_${crypto.randomUUID().replaceAll('-', '')}`;
  const administrator = new pg.Client({ connectionString: url });
  await administrator.connect();
  await administrator.query(`create database ${name}`);
  await administrator.end();
  const own = new URL(url);
  own.pathname = `/${name}`;
  return own.href;
}

/** PostgreSQL refuses to run as root: there, its own user runs it. */
function serverUser(): { uid?: number; gid?: number } {
  if (getuid?.() !== 0) return {};
  const id = (flag: string): number => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

async function throwawayCluster(binaries: string): Promise<TestDatabases> {
  const user = serverUser();
  const directory = temporaryDirectory();
  const data = join(directory, 'data');
  mkdirSync(data, { mode: 0o700 });
  for (const path of [directory, data])
    if (user.uid !== undefined && user.gid !== undefined) chownSync(path, user.uid, user.gid);
  const options = { ...user, cwd: directory, stdio: 'ignore' } as const;
  await runFile(join(binaries, 'initdb'), ['-D', data, '-U', 'postgres', '--auth=trust', '--no-sync'], {
    ...user,
    cwd: directory,
  });
  const port = await freePort();
  const settings = [
    '-c',
    'fsync=off',
    '-c',
    'listen_addresses=127.0.0.1',
    '-c',
    `unix_socket_directories=${directory}`,
  ];
  const server = spawn(join(binaries, 'postgres'), ['-D', data, '-p', String(port), ...settings], options);
  const ended = new Promise((resolve) => server.once('exit', resolve));
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  await answering(url);
  return onServer(url, async () => {
    server.kill('SIGINT');
    await ended;
    rmSync(directory, { recursive: true, force: true });
  });
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

async function answering(url: string): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const client = new pg.Client({ connectionString: url });
    try {
      await client.connect();
      await client.end();
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  throw new Error('the throwaway PostgreSQL did not start');
}
