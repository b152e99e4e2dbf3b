import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export type Child = {
  /** Waits until the lines printed so far satisfy `enough`. */
  said(enough: (lines: readonly string[]) => boolean): Promise<void>;
  /** SIGSTOP and SIGCONT: the process stands still and does not notice. */
  freeze(): void;
  thaw(): void;
  /** SIGKILL; resolves to every line it printed. */
  kill(): Promise<readonly string[]>;
  /** Resolves to the exit code. */
  readonly exited: Promise<number | null>;
};

/** Runs a TypeScript file in a Node of its own. */
export function runChild(file: URL, parameters: readonly string[]): Child {
  const child = spawn(process.execPath, [fileURLToPath(file), ...parameters], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  const lines = (): readonly string[] => text.split('\n').slice(0, -1);
  const exited = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  return {
    exited,
    async said(enough) {
      const limitMs = performance.now() + 60_000;
      while (!enough(lines())) {
        if (performance.now() > limitMs) {
          child.kill('SIGKILL');
          throw new Error(`the child only said: ${text}`);
        }
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    },
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
    async kill() {
      child.kill('SIGKILL');
      await exited;
      return lines();
    },
  };
}
