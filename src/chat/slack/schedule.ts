import { type Bucket, block, fullBucket, take, waitMs } from './bucket.ts';
import { type Method, type MethodLimit, methods } from './methods.ts';

/** `urgent`: approvals, their records and errors. They go before everything else in their queue. */
export type Job<Value> = {
  readonly method: Method;
  readonly channel: string | null;
  readonly urgent: boolean;
  readonly run: () => Promise<Value>;
};

/** What a failed call says about trying again: after this many milliseconds, or not at all. */
export type RetryAfter = (error: unknown) => number | null;

export type Schedule = {
  /** Runs the job when its method may be called; resolves with its answer. */
  do<Value>(job: Job<Value>): Promise<Value>;
  /** Refuses everything still waiting. */
  stop(): void;
};

type Waiting = { readonly urgent: boolean; readonly run: () => Promise<Outcome>; readonly refuse: () => void };
/** Milliseconds to wait after a 429, or null when the call is over, one way or the other. */
type Outcome = number | null;
type Queue = { readonly limit: MethodLimit; readonly waiting: Waiting[]; bucket: Bucket; busy: boolean };

const retries = 5;

/**
 * Calls Slack at the rate Slack allows. One queue per method (and channel, where Slack counts so), so that a 429 on one
 * never delays another; inside a queue urgent calls go first and the order is kept. Time here is real time: the limits
 * are the vendor's.
 */
export function createSchedule(retryAfter: RetryAfter, nowMs: () => number = () => performance.now()): Schedule {
  const queues = new Map<string, Queue>();
  const timers = new Set<NodeJS.Timeout>();
  let stopped = false;

  const later = (queue: Queue, delayMs: number): void => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      queue.busy = false;
      pump(queue);
    }, delayMs);
    timers.add(timer);
  };

  const run = async (queue: Queue, next: Waiting): Promise<void> => {
    const againMs = await next.run();
    if (againMs !== null) {
      queue.bucket = block(queue.bucket, nowMs() + againMs);
      queue.waiting.unshift(next);
    }
    queue.busy = false;
    pump(queue);
  };

  const pump = (queue: Queue): void => {
    if (queue.busy || stopped || queue.waiting.length === 0) return;
    queue.busy = true;
    const delayMs = waitMs(queue.bucket, queue.limit, nowMs());
    if (delayMs > 0) {
      later(queue, delayMs);
      return;
    }
    const urgent = queue.waiting.findIndex((each) => each.urgent);
    const [next] = queue.waiting.splice(Math.max(0, urgent), 1);
    if (!next) return;
    queue.bucket = take(queue.bucket, queue.limit, nowMs());
    void run(queue, next);
  };

  return {
    do<Value>(job: Job<Value>): Promise<Value> {
      if (stopped) return Promise.reject(stoppedError());
      const queue = queueOf(queues, job, nowMs);
      return new Promise<Value>((resolve, reject) => {
        const attempt = attempts(job.run, { retryAfter, resolve, reject });
        queue.waiting.push({ urgent: job.urgent, run: attempt, refuse: () => reject(stoppedError()) });
        pump(queue);
      });
    },
    stop() {
      stopped = true;
      for (const timer of timers) clearTimeout(timer);
      for (const { waiting } of queues.values()) for (const { refuse } of waiting.splice(0)) refuse();
    },
  };
}

const stoppedError = (): Error => new Error('Slack calls have stopped because the process is shutting down');

function queueOf(queues: Map<string, Queue>, { method, channel }: Job<unknown>, nowMs: () => number): Queue {
  const limit: MethodLimit = methods[method];
  const key = limit.byChannel ? `${method} ${channel}` : method;
  const known = queues.get(key);
  if (known) return known;
  const queue: Queue = { limit, waiting: [], bucket: fullBucket(limit, nowMs()), busy: false };
  queues.set(key, queue);
  return queue;
}

/** One try per call, until the job is answered or has been turned away too often. */
function attempts<Value>(
  run: () => Promise<Value>,
  to: { retryAfter: RetryAfter; resolve: (value: Value) => void; reject: (error: unknown) => void },
): () => Promise<Outcome> {
  let left = retries;
  return async () => {
    try {
      to.resolve(await run());
    } catch (error) {
      const againMs = left > 0 ? to.retryAfter(error) : null;
      left -= 1;
      if (againMs !== null) return againMs;
      to.reject(error);
    }
    return null;
  };
}
