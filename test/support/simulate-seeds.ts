import { Worker } from 'node:worker_threads';
import { z } from 'zod';

const whole = z.number().int().min(1);

/** The seeds of one thread. Every `cedarEvery`th asks the shipped Cedar policy, the others the function proven equal. */
export const seedRange = z.object({ from: whole, to: whole, cedarEvery: whole });

const tally = z.object({
  seeds: z.number(),
  effects: z.number(),
  crashes: z.number(),
  broken: z.array(z.object({ seed: z.number(), violation: z.string() })),
});
export type Tally = z.infer<typeof tally>;

export type Simulation = {
  readonly first: number;
  readonly seeds: number;
  readonly threads: number;
  readonly cedarEvery: number;
  /** Hears every part of a thread's seeds as it is done. */
  readonly progress?: (part: Tally) => void;
};

/** Plays the seeds from `first` on several threads and counts what happened; rejects when a thread dies. */
export async function simulateSeeds({ first, seeds, threads, cedarEvery, progress }: Simulation): Promise<Tally> {
  const share = Math.ceil(seeds / threads);
  const ranges = Array.from({ length: threads }, (_, index) => ({
    from: first + index * share,
    to: Math.min(first + seeds, first + (index + 1) * share) - 1,
    cedarEvery,
  })).filter(({ from, to }) => to >= from);
  const tallies = (await Promise.all(ranges.map((range) => inThread(range, progress)))).flat();
  const sum = (of: (one: Tally) => number): number => tallies.reduce((total, one) => total + of(one), 0);
  return {
    seeds: sum((one) => one.seeds),
    effects: sum((one) => one.effects),
    crashes: sum((one) => one.crashes),
    broken: tallies.flatMap(({ broken }) => broken),
  };
}

function inThread(range: z.infer<typeof seedRange>, progress?: Simulation['progress']): Promise<readonly Tally[]> {
  const parts: Tally[] = [];
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./simulate-worker.ts', import.meta.url), { workerData: range });
    worker.on('message', (message: unknown) => {
      const part = tally.parse(message);
      parts.push(part);
      progress?.(part);
    });
    worker.once('error', reject);
    worker.once('exit', () => {
      const played = parts.reduce((sum, { seeds }) => sum + seeds, 0);
      if (played === range.to - range.from + 1) resolve(parts);
      else reject(new Error('a thread of the simulation ended without an answer'));
    });
  });
}
