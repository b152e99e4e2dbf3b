/**
 * Approvals and execution under simulated fire: `npm run bench -- simulate [--seeds N] [--from N] [--workers N]`. Prints
 * seeds per second and every broken promise with the seed that breaks it; exit code 1 on any.
 */
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { simulateSeeds } from '../test/support/simulate-seeds.ts';

const whole = z.coerce.number().int().min(1);

const progressEvery = 10_000;
const print = (line: string): void => void process.stdout.write(`${line}\n`);

export async function benchSimulate(words: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...words],
    options: {
      seeds: { type: 'string', default: '10000' },
      from: { type: 'string', default: '1' },
      workers: { type: 'string', default: '2' },
    },
  });
  const [seeds, first, threads] = [whole.parse(values.seeds), whole.parse(values.from), whole.parse(values.workers)];
  const startedAtMs = performance.now();
  const sum = { seeds: 0, broken: 0 };
  const total = await simulateSeeds({
    first,
    seeds,
    threads,
    // The function that is asked otherwise is proven equal by test/policy; Cedar costs as much as two histories.
    cedarEvery: 40,
    progress: (part) => {
      sum.seeds += part.seeds;
      sum.broken += part.broken.length;
      if (sum.seeds % progressEvery === 0) print(`${sum.seeds} seeds so far, ${sum.broken} broken promises`);
    },
  });
  const seconds = (performance.now() - startedAtMs) / 1000;
  for (const { seed, violation } of total.broken) print(`seed ${seed}: ${violation}`);
  print(`${total.seeds} seeds from ${first} in ${seconds.toFixed(1)} s, ${(seeds / seconds).toFixed(0)} per second`);
  print(`${total.effects} effects, ${total.crashes} crashes, ${total.broken.length} broken promises`);
  process.exitCode = total.broken.length === 0 ? 0 : 1;
}
