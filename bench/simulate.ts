/**
 * Approvals and execution under simulated fire: `npm run bench -- simulate [--seeds N] [--from N] [--workers N]`. Prints
 * seeds per second and every broken promise with the seed that breaks it; exit code 1 on any.
 */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { z } from 'zod';
import { loadPolicy } from '../src/policy/load-policy.ts';
import { playHistory } from '../test/support/approval-simulation.ts';
import { plainPolicy } from '../test/support/second-policy.ts';

const whole = z.coerce.number().int().min(1);
const range = z.object({ from: whole, to: whole });
const tally = z.object({
  seeds: z.number(),
  effects: z.number(),
  crashes: z.number(),
  broken: z.array(z.object({ seed: z.number(), violation: z.string() })),
});
type Tally = z.infer<typeof tally>;

const print = (line: string): void => void process.stdout.write(`${line}\n`);

/** Every tenth seed asks the shipped Cedar policy, the others the plain function it is proven equal to. */
async function simulate({ from, to }: z.infer<typeof range>): Promise<Tally> {
  const cedar = await loadPolicy(fileURLToPath(new URL('../policies', import.meta.url)));
  if (!cedar.ok) throw new Error(cedar.failure.join('\n'));
  const total: Tally = { seeds: 0, effects: 0, crashes: 0, broken: [] };
  for (let seed = from; seed <= to; seed += 1) {
    const history = await playHistory(seed, { policy: seed % 10 === 0 ? cedar.value : plainPolicy });
    total.seeds += 1;
    total.effects += history.landings.length;
    total.crashes += history.crashes;
    total.broken.push(...history.violations.map((violation) => ({ seed, violation })));
  }
  return total;
}

function inWorker(given: z.infer<typeof range>): Promise<Tally> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: given });
    worker.once('message', (message: unknown) => resolve(tally.parse(message)));
    worker.once('error', reject);
  });
}

export async function benchSimulate(words: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...words],
    options: {
      seeds: { type: 'string', default: '10000' },
      from: { type: 'string', default: '1' },
      workers: { type: 'string', default: '2' },
    },
  });
  const [seeds, first, workers] = [whole.parse(values.seeds), whole.parse(values.from), whole.parse(values.workers)];
  const startedAtMs = performance.now();
  const share = Math.ceil(seeds / workers);
  const ranges = Array.from({ length: workers }, (_, index) => ({
    from: first + index * share,
    to: Math.min(first + seeds, first + (index + 1) * share) - 1,
  })).filter(({ from, to }) => to >= from);
  const tallies = await Promise.all(ranges.map(inWorker));
  const seconds = (performance.now() - startedAtMs) / 1000;
  const sum = (of: (one: Tally) => number): number => tallies.reduce((total, one) => total + of(one), 0);
  const broken = tallies.flatMap((one) => one.broken);
  for (const { seed, violation } of broken) print(`seed ${seed}: ${violation}`);
  print(
    `${sum((one) => one.seeds)} seeds from ${first} in ${seconds.toFixed(1)} s, ${(seeds / seconds).toFixed(0)} per second`,
  );
  print(
    `${sum(({ effects }) => effects)} effects, ${sum(({ crashes }) => crashes)} crashes, ${broken.length} broken promises`,
  );
  process.exitCode = broken.length === 0 ? 0 : 1;
}

if (!isMainThread && parentPort !== null) parentPort.postMessage(await simulate(range.parse(workerData)));
