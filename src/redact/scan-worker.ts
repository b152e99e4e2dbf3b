/**
 * Scans chunks in a worker thread, one at a time, each under a deadline. A worker that misses it is ended and replaced.
 * An idle worker does not keep the process alive; a busy one does.
 */
import { Worker } from 'node:worker_threads';
import { z } from 'zod';
import type { Personal } from './rules.ts';
import type { Span } from './spans.ts';

export type ScanWorker = {
  /** The spans, or null when the chunk could not be scanned in time. Never rejects. */
  scan(text: string): Promise<Scanned | null>;
  /** Compiles the rules before the first text asks for them. Resolves when that is done. */
  start(): Promise<void>;
  close(): Promise<void>;
};

const answer = z.object({
  id: z.int(),
  spans: z.array(z.object({ start: z.int(), end: z.int(), kind: z.string(), personal: z.boolean() })),
  hidden: z.boolean().default(false),
});

/** `hidden`: more shows once letters that are not shown are taken out. */
export type Scanned = { readonly spans: readonly Span[]; readonly hidden: boolean };

const startupMs = 15_000;
const secondTry = 4;

export type ScanSettings = Personal & {
  readonly credentials: readonly string[];
  readonly deadlineMs: number;
  /** Another worker file, for tests that need a slow one. */
  readonly workerUrl: URL;
};

export function createScanWorker(settings: ScanSettings): ScanWorker {
  let running: Promise<Worker | null> | null = null;
  let nextId = 0;
  let queue: Promise<unknown> = Promise.resolve();
  let closed = false;

  const start = (): Promise<Worker | null> => {
    const started = startWorker(settings);
    const forget = () => {
      if (running === started) running = null;
    };
    // One that ends by itself, even between two chunks, is replaced.
    void started.then((worker) => (worker === null ? forget() : worker.once('exit', forget)));
    return started;
  };

  const attempt = async (text: string, deadlineMs: number): Promise<Scanned | null> => {
    if (closed) return null;
    running ??= start();
    const worker = await running;
    if (worker === null) return null;
    nextId += 1;
    const scanned = await ask(worker, { id: nextId, text }, deadlineMs);
    if (scanned === null) {
      running = null;
      await worker.terminate();
    }
    return scanned;
  };

  return {
    async start() {
      if (closed) return;
      running ??= start();
      await running;
    },
    scan(text) {
      // A second try with more time, because a starved machine misses a deadline that the text itself does not.
      const { deadlineMs } = settings;
      const turn = queue.then(
        async () => (await attempt(text, deadlineMs)) ?? (await attempt(text, secondTry * deadlineMs)),
      );
      queue = turn;
      return turn;
    },
    async close() {
      closed = true;
      const worker = await running;
      running = null;
      await worker?.terminate();
    },
  };
}

/** Null when it does not come up. */
function startWorker({ workerUrl, credentials, personalData, ipAddresses }: ScanSettings): Promise<Worker | null> {
  // Without the process's own flags: some (`--input-type`, `--eval`) would break it.
  const worker = new Worker(workerUrl, { workerData: { credentials, personalData, ipAddresses }, execArgv: [] });
  return new Promise((resolve) => {
    const settle = (outcome: Worker | null) => {
      clearTimeout(timer);
      worker.off('error', refuse);
      worker.off('exit', refuse);
      worker.on('error', () => undefined);
      if (outcome === null) void worker.terminate();
      else outcome.unref();
      resolve(outcome);
    };
    const refuse = () => settle(null);
    const timer = setTimeout(refuse, startupMs);
    worker.once('error', refuse);
    worker.once('exit', refuse);
    worker.once('message', () => settle(worker));
  });
}

/** Null after the deadline, on an error in the worker, or on an answer that is none. */
function ask(worker: Worker, question: { id: number; text: string }, deadlineMs: number): Promise<Scanned | null> {
  return new Promise((resolve) => {
    const settle = (scanned: Scanned | null) => {
      clearTimeout(timer);
      worker.off('message', receive);
      worker.off('exit', fail);
      worker.unref();
      resolve(scanned);
    };
    const receive = (message: unknown) => {
      const parsed = answer.safeParse(message);
      settle(parsed.success && parsed.data.id === question.id ? parsed.data : null);
    };
    const fail = () => settle(null);
    // An answer may already wait behind this timer when our own loop was busy: let it be read first.
    const timer = setTimeout(() => setImmediate(fail), deadlineMs);
    worker.on('message', receive);
    worker.once('exit', fail);
    worker.ref();
    worker.postMessage(question);
  });
}
