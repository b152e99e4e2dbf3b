/**
 * kill -9 at random moments of the story: `npm run bench -- kill [--moments N] [--seed N] [--faults a,b]`. Every even
 * moment is uniform over the story's time, every odd one uniform over its stages, so that short stages are hit too.
 */
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { draw, keyOf } from '../src/lab/dice.ts';
import { killAndRestart, type Moment, playThrough, type Stages, type Survival } from '../test/support/story-kill.ts';

type Plan = { readonly faults: readonly string[]; readonly moments: number; readonly seed: number };

const print = (line: string): void => void process.stdout.write(`${line}\n`);
const whole = z.coerce.number().int().min(1);

function readPlan(words: readonly string[]): Plan {
  const { values } = parseArgs({
    args: [...words],
    options: {
      moments: { type: 'string', default: '50' },
      seed: { type: 'string', default: '1' },
      faults: { type: 'string', default: 'pool-exhaustion,bad-deploy,config-change,certificate-expiry,noisy-monitor' },
    },
  });
  return { faults: values.faults.split(','), moments: whole.parse(values.moments), seed: whole.parse(values.seed) };
}

/** Prints one line per moment and a summary; exit code 1 on any broken promise. */
export async function benchKill(words: readonly string[]): Promise<void> {
  const { faults, moments, seed } = readPlan(words);
  const stages = new Map<string, Stages>();
  let broken = 0;
  for (const fault of faults) {
    const through = await playThrough({ fault, seed: 1 });
    stages.set(fault, through.stages);
    broken += through.violations.length;
    print(`not killed: ${fault}, ${seconds(through.totalMs)}: ${through.violations.join('; ') || 'holds'}`);
  }
  const startedAtMs = performance.now();
  let killed = 0;
  for (let number = 1; number <= moments; number += 1) {
    const fault = faults[(number - 1) % faults.length] ?? 'pool-exhaustion';
    const { moment, survival } = await killOnce(stages, { fault, key: keyOf('kill', seed, number), number });
    killed += survival.killed ? 1 : 0;
    broken += survival.violations.length;
    print(lineOf(number, moment, survival));
  }
  const took = seconds(performance.now() - startedAtMs);
  print(`${moments} moments, ${killed} killed while playing, ${broken} broken promises, ${took}`);
  if (broken > 0) process.exitCode = 1;
}

function lineOf(number: number, { fault, after, delayMs }: Moment, survival: Survival): string {
  const where = `${seconds(delayMs)} after "${after}", last said "${survival.lastSaid}"`;
  const said = survival.killed ? `killed ${where}` : 'had ended before its moment, started again';
  const outcome = survival.violations.join('; ') || 'holds';
  return `${String(number).padStart(3)}  ${fault.padEnd(16)} ${said}: ${outcome} (${seconds(survival.tookMs)})`;
}

/** A story that ended before its moment teaches how long it takes now, and the moment is drawn again, three times. */
async function killOnce(
  stages: Map<string, Stages>,
  { fault, key, number }: { fault: string; key: number; number: number },
): Promise<{ moment: Moment; survival: Survival }> {
  for (let attempt = 1; ; attempt += 1) {
    const moment = momentOf({ fault, stages: stages.get(fault) ?? [], key: keyOf(key, attempt), number });
    const survival = await killAndRestart(moment);
    if (survival.killed || survival.violations.length > 0 || attempt === 3) return { moment, survival };
    stages.set(fault, survival.stages);
  }
}

const seconds = (durationMs: number): string => `${(durationMs / 1000).toFixed(2)} s`;

type Draws = {
  readonly fault: string;
  readonly stages: Stages;
  readonly key: number;
  readonly number: number;
};

function momentOf({ fault, stages, key, number }: Draws): Moment {
  const totalMs = stages.reduce((sum, { durationMs }) => sum + durationMs, 0);
  const [first] = stages;
  if (!first) throw new Error(`${fault} said nothing while it played; nothing can be killed`);
  const inStage = stages[Math.floor(draw(key, 1) * stages.length)] ?? first;
  const [after, spanMs] = number % 2 === 0 ? [first.after, totalMs] : [inStage.after, inStage.durationMs];
  return { fault, seed: 1, after, delayMs: Math.round(draw(key, 2) * spanMs) };
}
