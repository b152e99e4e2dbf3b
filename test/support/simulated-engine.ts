import type { Json } from '../../src/core/json.ts';
import { tryAgain } from '../../src/engine/try-again.ts';
import type { Clock, Durable, Engine, Transaction, Workflow, WorkflowStart } from '../../src/ports.ts';

/**
 * A moment at which a simulated process may be interrupted: before a step runs, after it ran but before that is
 * recorded, and after it is recorded.
 */
type Moment = { readonly workflow: string; readonly step: string; readonly when: 'before' | 'ran' | 'recorded' };

export type SimulatedEngine = Engine & {
  /** The process dies here: nothing that was running continues. `launch` starts it again. */
  crash(): void;
  /** How often each `workflow/step` ran, crashes included. */
  readonly runs: ReadonlyMap<string, number>;
};

export type SimulationOptions = {
  readonly clock: Clock;
  /** Called at every moment; the schedule decides how long it takes, and whether the process dies and starts again. */
  readonly at?: (moment: Moment) => Promise<'go' | 'crash'>;
  /** Runs `apply` when the transaction commits. Without it, at once. */
  readonly onCommit?: (transaction: Transaction, apply: () => void) => void;
  /** How a step that threw is tried again; as the product's engines do, with no pause, unless given. */
  readonly again?: (run: () => Promise<unknown>) => Promise<unknown>;
};

/** A step that threw is recorded too: it threw, and will not be run again. */
type Recorded = { readonly name: string } & ({ readonly value: unknown } | { readonly error: Error });
type Message = { readonly topic: string; readonly body: Json };
type Run = {
  readonly name: string;
  readonly id: string;
  readonly input: Json;
  readonly queueKey: string;
  state: 'queued' | 'running' | 'done' | 'failed';
  error: unknown;
  readonly history: Recorded[];
  readonly inbox: Message[];
  readonly keys: Set<string>;
  wake: () => void;
  readonly ended: Promise<void>;
  readonly end: () => void;
};

const forever = (): Promise<never> => new Promise(() => undefined);

/** What a database would give back: nothing that is not JSON survives a step. */
const copy = (value: unknown): unknown =>
  typeof value === 'object' && value !== null ? JSON.parse(JSON.stringify(value)) : value;

async function attempt(name: string, work: () => Promise<unknown>): Promise<Recorded> {
  try {
    return { name, value: copy(await work()) };
  } catch (error) {
    return { name, error: error instanceof Error ? error : new Error(String(error)) };
  }
}

function outcomeOf(recorded: Recorded): unknown {
  if ('error' in recorded) throw recorded.error;
  return copy(recorded.value);
}

/** The engine port in memory, without timers or dice of its own: one schedule, one history. */
export function createSimulatedEngine({ clock, at, onCommit, again }: SimulationOptions): SimulatedEngine {
  const workflows = new Map<string, (run: Run) => Promise<void>>();
  const all = new Map<string, Run>();
  const runs = new Map<string, number>();
  let life = 0;
  let ending = new AbortController();
  let launched = false;

  const commit = (transaction: Transaction, apply: () => void): void =>
    onCommit === undefined ? apply() : onCommit(transaction, apply);

  const crash = (): void => {
    life += 1;
    launched = false;
    ending.abort(new Error('crashed'));
    ending = new AbortController();
    for (const run of all.values()) if (run.state === 'running') run.state = 'queued';
  };

  const pass = async (born: number, moment: Moment): Promise<void> => {
    const decision = (await at?.(moment)) ?? 'go';
    if (life !== born) return forever();
    if (decision === 'go') return;
    crash();
    launch();
    return forever();
  };

  const durableFor = (run: Run): Durable => {
    const born = life;
    const { signal } = ending;
    let next = 0;

    const recorded = async (name: string, work: () => Promise<unknown>): Promise<unknown> => {
      const index = next;
      next += 1;
      const known = run.history[index];
      if (known !== undefined) {
        if (known.name === name) return outcomeOf(known);
        throw new Error(`${run.id} was ${known.name} at step ${index} and is ${name} now: it does not replay`);
      }
      const moment = { workflow: run.id, step: name };
      await pass(born, { ...moment, when: 'before' });
      const outcome = await attempt(name, work);
      await pass(born, { ...moment, when: 'ran' });
      run.history[index] = outcome;
      await pass(born, { ...moment, when: 'recorded' });
      return outcomeOf(outcome);
    };

    const taken = (topic: string): Message | undefined => {
      const index = run.inbox.findIndex((message) => message.topic === topic);
      return index === -1 ? undefined : run.inbox.splice(index, 1)[0];
    };

    const woken = async (untilMs: number): Promise<void> => {
      const waiting = new AbortController();
      const sent = new Promise<void>((resolve) => {
        run.wake = resolve;
      });
      const late = clock.waitUntil(untilMs, AbortSignal.any([signal, waiting.signal])).catch(() => undefined);
      await Promise.race([sent, late]);
      waiting.abort();
      if (life !== born) await forever();
    };

    const arrived = async (topic: string, untilMs: number): Promise<Json> => {
      for (;;) {
        const message = taken(topic);
        if (message !== undefined) return message.body;
        if (clock.nowMs() >= untilMs) return null;
        await woken(untilMs);
      }
    };

    return {
      step: async <Value>(name: string, work: () => Promise<Value>) => {
        const counted = (): Promise<Value> => {
          const key = `${run.id}/${name}`;
          runs.set(key, (runs.get(key) ?? 0) + 1);
          return work();
        };
        const trying = { pausesMs: [0, 0], ending: signal, failed: () => undefined };
        return (await recorded(name, () => (again ? again(counted) : tryAgain(counted, trying)))) as Value;
      },
      waitFor: async <Body extends Json>(topic: string, timeoutMs: number) => {
        const untilMs = Number(await recorded(`${topic} until`, async () => clock.nowMs() + timeoutMs));
        return (await recorded(topic, () => arrived(topic, untilMs))) as Body | null;
      },
      pauseUntil: async (untilMs) => {
        try {
          await clock.waitUntil(untilMs, signal);
        } catch (error) {
          if (life === born) throw error;
        }
        if (life !== born) return forever();
      },
    };
  };

  const settle = (run: Run, state: 'done' | 'failed', error: unknown): void => {
    run.state = state;
    run.error = error;
    run.end();
    dispatch();
  };

  const begin = (run: Run): void => {
    const workflow = workflows.get(run.name);
    if (workflow === undefined) throw new Error(`No workflow is registered as ${run.name}.`);
    run.state = 'running';
    const born = life;
    workflow(run).then(
      () => life === born && settle(run, 'done', null),
      (error: unknown) => life === born && settle(run, 'failed', error),
    );
  };

  const dispatch = (): void => {
    if (!launched) return;
    const busy = new Set([...all.values()].filter(({ state }) => state === 'running').map(({ queueKey }) => queueKey));
    for (const run of all.values()) {
      if (run.state !== 'queued' || busy.has(run.queueKey)) continue;
      busy.add(run.queueKey);
      begin(run);
    }
  };

  const launch = (): void => {
    launched = true;
    dispatch();
  };

  const enqueue = (request: WorkflowStart<Json>): void => {
    if (all.has(request.id)) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const queueKey = request.queueKey ?? request.id;
    const fresh = { state: 'queued', error: null, history: [], inbox: [], keys: new Set<string>() } as const;
    const run: Run = {
      ...request,
      ...fresh,
      history: [],
      inbox: [],
      queueKey,
      wake: () => undefined,
      ended: promise,
      end: resolve,
    };
    all.set(request.id, run);
    dispatch();
  };

  const deliver = (message: { workflow: string; topic: string; body: Json; key: string }): void => {
    const run = all.get(message.workflow);
    if (run === undefined || run.keys.has(message.key)) return;
    run.keys.add(message.key);
    run.inbox.push({ topic: message.topic, body: message.body });
    run.wake();
  };

  return {
    runs,
    crash,
    register: <Input extends Json>(name: string, workflow: Workflow<Input>) =>
      void workflows.set(name, (run) => workflow(durableFor(run), run.input as Input)),
    launch: async () => launch(),
    start: async (transaction, request) => commit(transaction, () => enqueue(request)),
    send: async (transaction, message) => commit(transaction, () => deliver(message)),
    finished: async (id) => {
      const run = all.get(id);
      if (run === undefined) throw new Error(`No workflow ${id} was started.`);
      await run.ended;
      if (run.state === 'failed') throw run.error;
    },
    shutdown: async () => crash(),
  };
}
