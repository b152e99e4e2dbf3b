import { createHash } from 'node:crypto';
import { mkdirSync, realpathSync, renameSync, rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export class StoreInUseError extends Error {
  override name = 'StoreInUseError';
}

/** The longest socket path that every Unix accepts, in bytes (sun_path is 104 on macOS, 108 on Linux). */
const longestSocketPath = 100;

function socketPath(directory: string): string {
  const inside = join(directory, 'in-use.sock');
  if (Buffer.byteLength(inside) <= longestSocketPath) return inside;
  const name = createHash('sha256').update(directory).digest('hex').slice(0, 16);
  return join(tmpdir(), `causeway-${name}.sock`);
}

function listen(path: string): Promise<Server | null> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.end(String(process.pid));
  });
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(null);
      else reject(error);
    });
    server.listen(path, () => resolve(server));
  });
}

/** The process id behind the socket, or null when nobody listens there. */
function holderOf(path: string): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = connect(path);
    let answer = '';
    socket.setEncoding('utf8');
    socket.on('data', (chunk) => {
      answer += chunk;
    });
    socket.once('error', () => resolve(null));
    socket.once('end', () => resolve(answer));
  });
}

/**
 * Takes a dead process's socket out of the way. It is renamed first and asked again, so that of two processes that
 * both saw it dead, the slower one cannot remove the socket the faster one has just opened.
 */
async function removeStale(path: string): Promise<string | null> {
  const aside = `${path}.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch {
    return null;
  }
  const holder = await holderOf(aside);
  if (holder === null) rmSync(aside, { force: true });
  else renameSync(aside, path);
  return holder;
}

/**
 * Claims a directory for this process, through a socket that the operating system closes with the process, so that a
 * kill leaves nothing to clean up by hand. Fails at once with `StoreInUseError`. One host only: a directory shared
 * over a network is not protected.
 */
export async function lockDirectory(directory: string): Promise<() => Promise<void>> {
  mkdirSync(directory, { recursive: true });
  const path = socketPath(realpathSync(directory));
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const server = await listen(path);
    if (server !== null) {
      server.unref();
      return () => new Promise((resolve) => server.close(() => resolve()));
    }
    const holder = (await holderOf(path)) ?? (await removeStale(path));
    if (holder !== null) {
      throw new StoreInUseError(
        `Process ${holder} is already using ${directory}. Stop it first, or set CAUSEWAY_HOME to another directory.`,
      );
    }
  }
  throw new StoreInUseError(`Could not take ${path}: other processes keep taking it. Start only one.`);
}
