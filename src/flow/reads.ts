/** Reads that run at once, and the moment at which waiting for the slowest of them would only delay people. */
import type { Incident } from '../core/incident.ts';
import type { Clock, Durable } from '../ports.ts';
import { lookRefused } from './allowance.ts';
import { type Gathered, gather, notRead, type Read } from './gather.ts';
import type { Round } from './round.ts';
import type { World } from './world.ts';

export type Reading = {
  readonly reads: readonly Read[];
  /** What all tools but the slowest brought, a hundredth of that time later: one that hangs delays nothing. */
  most(): Promise<readonly Gathered[]>;
  all(): Promise<readonly Gathered[]>;
};

type Asked = {
  readonly incident: Incident;
  readonly round: Round;
  readonly reads: readonly Read[];
  readonly name: string;
};

const graceShare = 0.01;
/** With fewer tools the slowest may be half of what can be known. */
const toolsMin = 3;

/** Parallel durable steps, started in a fixed order so that a replay meets them in the same order. */
export function startReads(world: World, durable: Durable, { incident, round, reads, name }: Asked): Reading {
  const gapOf = onlyOnce(() => lookRefused(world, { incident, round }));
  const running = reads.map((read) =>
    durable.step(read.key, async () => {
      const refused = await gapOf();
      return refused ? notRead(read, refused(read.connected.tool.name)) : gather(world, incident, read);
    }),
  );
  // They are awaited later; one that throws before that is no unhandled rejection, it ends the workflow then.
  for (const run of running) run.catch(() => undefined);
  const tools = reads.map(({ connected }) => connected.tool.name);
  const ready = durable.step(`${name}-ready`, () => indicesReady(world.clock, tools, running));
  return {
    reads,
    most: async () => Promise.all((await ready).flatMap((index) => running[index] ?? [])),
    all: () => Promise.all(running),
  };
}

/** One answer for all that ask, taken when the first asks. */
function onlyOnce<Value>(ask: () => Promise<Value>): () => Promise<Value> {
  let answer: Promise<Value> | null = null;
  return () => {
    answer ??= ask();
    return answer;
  };
}

/** The reads that were done when all tools but one were, in the order they were asked. */
async function indicesReady(
  clock: Clock,
  tools: readonly string[],
  running: readonly Promise<unknown>[],
): Promise<readonly number[]> {
  const startedAtMs = clock.nowMs();
  const open = new Map<string, number>();
  for (const tool of tools) open.set(tool, (open.get(tool) ?? 0) + 1);
  const slackMax = open.size >= toolsMin ? 1 : 0;
  const done = new Set<number>();
  const all = Promise.withResolvers<void>();
  const most = Promise.withResolvers<void>();
  const finish = (index: number): void => {
    const tool = tools[index] ?? '';
    const left = (open.get(tool) ?? 1) - 1;
    if (left === 0) open.delete(tool);
    else open.set(tool, left);
    done.add(index);
    if (open.size <= slackMax) most.resolve();
    if (open.size === 0) all.resolve();
  };
  // A step that throws ends the workflow by itself; here it only counts as over.
  for (const [index, run] of running.entries()) {
    const over = (): void => finish(index);
    void run.then(over, over);
  }
  if (running.length === 0) return [];
  await most.promise;
  const graceMs = graceShare * (clock.nowMs() - startedAtMs);
  const enough = new AbortController();
  const grace = clock.waitUntil(clock.nowMs() + graceMs, enough.signal).catch(() => undefined);
  await Promise.race([all.promise, grace]);
  enough.abort();
  return [...done].toSorted((one, other) => one - other);
}
