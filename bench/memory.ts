/** How long a first and a later start take, and the memory of the idle process with its children. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { env } from 'node:process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const main = fileURLToPath(new URL('../src/start-guard.js', import.meta.url));
const bounds = { firstStartMs: 30_000, laterStartMs: 5_000, idleMegabytes: 600 };
const giveUpMs = 60_000;
const idleMs = 20_000;

type Started = { readonly child: ChildProcess; readonly readyMs: number };
type Figure = readonly [what: string, found: number, bound: number, unit: string];

/** Prints the figures beside their bounds; exit code 1 when one is exceeded. */
export async function benchStart(_words: readonly string[]): Promise<void> {
  const home = await mkdtemp(join(tmpdir(), 'causeway-start-'));
  try {
    const first = await start(home);
    await stop(first.child);
    const second = await start(home);
    await pause(idleMs);
    const megabytes = await residentMegabytes(second.child.pid ?? 0);
    await stop(second.child);
    tell([
      ['first start', first.readyMs, bounds.firstStartMs, 'ms'],
      ['later start', second.readyMs, bounds.laterStartMs, 'ms'],
      ['idle memory', megabytes, bounds.idleMegabytes, 'MB'],
    ]);
  } finally {
    await rm(home, { recursive: true, force: true, maxRetries: 3 });
  }
}

function tell(figures: readonly Figure[]): void {
  for (const [what, found, bound, unit] of figures) {
    const verdict = found <= bound ? 'ok' : 'EXCEEDED';
    process.stdout.write(
      `${what}  ${String(Math.round(found)).padStart(6)} ${unit}  at most ${bound} ${unit}  ${verdict}\n`,
    );
  }
  if (figures.some(([, found, bound]) => found > bound)) process.exitCode = 1;
}

/** Starts the service and waits until its page answers. Throws after a minute, or when it ends before. */
async function start(home: string): Promise<Started> {
  const port = await freePort();
  const startedAtMs = performance.now();
  const child = spawn(process.execPath, [main, 'start'], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...env, CAUSEWAY_HOME: home, PORT: String(port), HOST: '127.0.0.1', LOG_LEVEL: 'error' },
  });
  while (performance.now() < startedAtMs + giveUpMs) {
    if (child.exitCode !== null) throw new Error(`the service ended with ${child.exitCode} before it was ready`);
    if (await answers(`http://127.0.0.1:${port}/`)) return { child, readyMs: performance.now() - startedAtMs };
    await pause(20);
  }
  child.kill('SIGKILL');
  throw new Error(`the page did not answer within ${giveUpMs / 1000} s`);
}

const answers = (url: string): Promise<boolean> =>
  fetch(url).then(
    ({ ok }) => ok,
    () => false,
  );

async function stop(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}

const pause = (delayMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, delayMs));

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  return address.port;
}

type Process = { readonly pid: number; readonly parent: number; readonly kilobytes: number };

/** Resident memory of a process and all its descendants, as `ps` says; shared pages count in each. */
async function residentMegabytes(root: number): Promise<number> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,ppid=,rss=']);
  const all = stdout.split('\n').flatMap((line): Process[] => {
    const [pid, parent, kilobytes] = line.trim().split(/\s+/u).map(Number);
    return pid === undefined || parent === undefined || kilobytes === undefined ? [] : [{ pid, parent, kilobytes }];
  });
  const kilobytesOf = (pid: number): number =>
    (all.find((one) => one.pid === pid)?.kilobytes ?? 0) +
    all.filter(({ parent }) => parent === pid).reduce((sum, one) => sum + kilobytesOf(one.pid), 0);
  return kilobytesOf(root) / 1024;
}
