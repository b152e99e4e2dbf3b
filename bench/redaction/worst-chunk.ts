import { loadavg } from 'node:os';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { createRedactor } from '../../src/redact/redactor.ts';
import type { RuleSet } from '../../src/redact/rule.ts';
import { createScanner, type Scanner } from '../../src/redact/scan.ts';
import { type Attack, attackText, chunkCharacters, findAttacks, type Search } from './adversary.ts';
import { processorMs } from './processor-time.ts';
import type { Log } from './read-logs.ts';

const warmUp = 20;
const rounds = 5;
const monitorMs = 5;

/** The slowest 16 KB: of clean logs, and of what a search for slow text found, there and back through the worker. */
export async function measureWorstChunk(
  { scan, rules }: { readonly scan: Scanner; readonly rules: RuleSet },
  logs: readonly Log[],
  search: Search,
): Promise<readonly string[]> {
  const clean = logs.flatMap(({ text }) => text.match(new RegExp(`[\\s\\S]{1,${chunkCharacters}}`, 'gu')) ?? []);
  for (const text of clean.slice(0, warmUp)) scan(text);
  const slowestClean = Math.max(0, ...clean.map((text) => processorMs(() => scan(text))));
  const attacks = findAttacks(scan, search);
  const texts = attacks.map(attackText);
  const [worst = { parts: [], ms: 0 }] = attacks;
  const [load = 0] = loadavg();
  return [
    `worst 16 KB of ${clean.length} chunks of clean logs: ${slowestClean.toFixed(0)} ms of processor time`,
    `worst 16 KB found by a search (seed ${search.seed}, ${search.tries} tries after every hint with every tail): ${worst.ms.toFixed(0)} ms of processor time; ${shapeOf(worst, rules)}`,
    `the ${texts.length} worst, there and back through the worker (load average ${load.toFixed(1)}): ${await thereAndBack(texts)}`,
    `the same beside a busy process: ${await besideBusy(() => thereAndBack(texts))}`,
  ];
}

/** The fragments it repeats, and the rules that take most of the time. */
function shapeOf(worst: Attack, { worded, formed }: RuleSet): string {
  const text = attackText(worst);
  const alone = [
    ...worded.map((rule) => ({ kind: rule.kind, scan: createScanner({ worded: [rule], formed: [] }, []) })),
    ...formed.map((rule) => ({ kind: rule.kind, scan: createScanner({ worded: [], formed: [rule] }, []) })),
  ];
  const costs = alone
    .map(({ kind, scan }) => ({
      kind,
      ms: Math.min(...Array.from({ length: rounds }, () => processorMs(() => scan(text)))),
    }))
    .toSorted((a, b) => b.ms - a.ms)
    .slice(0, 3);
  const most = costs.map(({ kind, ms }) => `${kind} ${ms.toFixed(0)} ms`).join(', ');
  return `repeats ${JSON.stringify(worst.parts.join('')).slice(0, 120)}; most in ${most}`;
}

/** With the shipped deadline, and the main loop watched meanwhile. */
async function thereAndBack(texts: readonly string[]): Promise<string> {
  const redactor = createRedactor({ tokenKey: 'bench', ownCredentials: [] });
  await redactor.redact('warm');
  const delay = monitorEventLoopDelay({ resolution: monitorMs });
  delay.enable();
  const waits: number[] = [];
  let lost = 0;
  for (let round = 0; round < rounds; round += 1) {
    for (const text of texts) {
      const startedAtMs = performance.now();
      lost += (await redactor.redact(text)).receipt['withheld'] ?? 0;
      waits.push(performance.now() - startedAtMs);
    }
  }
  delay.disable();
  await redactor.close();
  // The monitor counts from one timer to the next, so its own interval is in the figure.
  const lagMs = Math.max(0, delay.max / 1e6 - monitorMs);
  return `at most ${Math.max(...waits).toFixed(0)} ms by the clock, ${lost} withheld; main loop held for at most ${lagMs.toFixed(0)} ms`;
}

async function besideBusy(work: () => Promise<string>): Promise<string> {
  const busy = new Worker('for (;;) Math.random();', { eval: true });
  await wait(200);
  const said = await work();
  await busy.terminate();
  return said;
}
