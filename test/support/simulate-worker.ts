/** One thread of `simulateSeeds`. Native, so that no test runner stands between the seeds and the processor. */
import { fileURLToPath } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import { loadPolicy } from '../../src/policy/load-policy.ts';
import { playHistory } from './approval-simulation.ts';
import { plainPolicy } from './second-policy.ts';
import { seedRange, type Tally } from './simulate-seeds.ts';

const { from, to, cedarEvery } = seedRange.parse(workerData);
const cedar = await loadPolicy(fileURLToPath(new URL('../../policies', import.meta.url)));
if (!cedar.ok) throw new Error(cedar.failure.join('\n'));
const policy = cedar.value;
// Node throws and catches an error for every key that is not a key object: its stack was a fifth of the time.
Error.stackTraceLimit = 0;
const partSeeds = 1_000;
for (let first = from; first <= to; first += partSeeds) {
  parentPort?.postMessage(await playPart(first, Math.min(to, first + partSeeds - 1)));
}

async function playPart(first: number, last: number): Promise<Tally> {
  const total: Tally = { seeds: 0, effects: 0, crashes: 0, broken: [] };
  for (let seed = first; seed <= last; seed += 1) {
    const history = await playHistory(seed, { policy: seed % cedarEvery === 0 ? policy : plainPolicy });
    total.seeds += 1;
    total.effects += history.landings.length;
    total.crashes += history.crashes;
    total.broken.push(...history.violations.map((violation) => ({ seed, violation })));
  }
  return total;
}
