/** The demo story in a process of its own, as a person at a terminal starts it; it can be killed at any moment. */
import { spawn } from 'node:child_process';
import { env } from 'node:process';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

export type Story = {
  readonly fault: string;
  readonly seed: number;
  readonly home: string;
  /** A PostgreSQL database; absent: the embedded store in the home. */
  readonly databaseUrl?: string;
};

export type StoryEnd = { readonly code: number | null; readonly stdout: string; readonly stderr: string };

export type StoryProcess = {
  /** What the story has said so far, with real milliseconds since the process started. */
  readonly marks: readonly { readonly line: string; readonly afterMs: number }[];
  /** Resolves when a line that includes `word` was said, or when the process ended; false in the second case. */
  reached(word: string): Promise<boolean>;
  /** SIGKILL. False when the process had ended on its own. */
  kill(): Promise<boolean>;
  /** Resolves when the process ended, however. */
  readonly ended: Promise<StoryEnd>;
};

const cli = fileURLToPath(new URL('../../src/cli.ts', import.meta.url));
const logLine = z.object({ msg: z.literal('demo'), line: z.string() });

/** `causeway demo` with a given home. Its log tells where the story is. */
export function startStory({ fault, seed, home, databaseUrl }: Story): StoryProcess {
  const startedAtMs = performance.now();
  const words = ['demo', '--headless', '--fault', fault, '--seed', String(seed), '--json'];
  const child = spawn(process.execPath, [cli, ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...env, CAUSEWAY_HOME: home, DATABASE_URL: databaseUrl ?? '', LOG_LEVEL: 'info' },
  });
  const marks: { line: string; afterMs: number }[] = [];
  let stdout = '';
  let stderr = '';
  let unread = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk;
    const lines = (unread + chunk).split('\n');
    unread = lines.pop() ?? '';
    for (const line of lines) {
      const said = saidIn(line);
      if (said !== null) marks.push({ line: said, afterMs: performance.now() - startedAtMs });
    }
  });
  let over = false;
  const ended = new Promise<StoryEnd>((resolve) => {
    child.once('close', (code) => {
      over = true;
      resolve({ code, stdout, stderr });
    });
  });
  return {
    marks,
    ended,
    async reached(word) {
      while (!over && !marks.some(({ line }) => line.includes(word))) await pause(5);
      return !over;
    },
    async kill() {
      if (over) return false;
      child.kill('SIGKILL');
      await ended;
      return child.signalCode === 'SIGKILL';
    },
  };
}

export const pause = (delayMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, delayMs));

function saidIn(line: string): string | null {
  if (!line.startsWith('{')) return null;
  const parsed = logLine.safeParse(JSON.parse(line));
  return parsed.success ? parsed.data.line : null;
}
