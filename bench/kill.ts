/**
 * kill -9 at random moments of the story: `npm run bench -- kill [--moments N] [--seed N] [--faults a,b]
 * [--store postgres] [--times N]`. With `--times`, at every named point that often instead. Every even
 * moment is uniform over the story's time, every odd one uniform over its stages, so that short stages are hit too.
 */
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { draw, keyOf } from '../src/lab/dice.ts';
import { postgresDatabases, postgresNeeded, type TestDatabases } from '../test/store/databases.ts';
import { killAndRestart, type Moment, playThrough, type Stages, type Survival } from '../test/support/story-kill.ts';

type Plan = {
  readonly faults: readonly string[];
  readonly moments: number;
  readonly seed: number;
  readonly store: 'embedded' | 'postgres';
  /** Kills at every named point this often, instead of at drawn moments. */
  readonly times: number | null;
};

/** A restart has its workflows going on within this. */
const resumeMaxMs = 10_000;

const print = (line: string): void => void process.stdout.write(`${line}\n`);
const whole = z.coerce.number().int().min(1);

function readPlan(words: readonly string[]): Plan {
  const { values } = parseArgs({
    args: [...words],
    options: {
      moments: { type: 'string', default: '50' },
      seed: { type: 'string', default: '1' },
      store: { type: 'string', default: 'embedded' },
      times: { type: 'string' },
      faults: { type: 'string', default: 'pool-exhaustion,bad-deploy,config-change,certificate-expiry,noisy-monitor' },
    },
  });
  const rest = {
    seed: whole.parse(values.seed),
    store: z.enum(['embedded', 'postgres']).parse(values.store),
    times: values.times === undefined ? null : whole.parse(values.times),
  };
  return { faults: values.faults.split(','), moments: whole.parse(values.moments), ...rest };
}

/** Prints one line per moment and a summary; exit code 1 on any broken promise. */
export async function benchKill(words: readonly string[]): Promise<void> {
  const plan = readPlan(words);
  const databases = plan.store === 'postgres' ? await postgresDatabases() : undefined;
  if (databases?.absent) throw new Error(`There is no PostgreSQL ${postgresNeeded}.`);
  try {
    const on = databases ? { databases } : {};
    if (plan.times === null) await killAtMoments(plan, on);
    else await killAtPoints(plan, { ...on, times: plan.times });
  } finally {
    await databases?.stop();
  }
}

type On = { readonly databases?: TestDatabases };

/** Every named point of every story, `times` kills each, spread evenly until the next point. */
async function killAtPoints({ faults, store }: Plan, { times, ...on }: On & { times: number }): Promise<void> {
  const count = { killed: 0, broken: 0, slow: 0 };
  for (const fault of faults) {
    const { stages, violations } = await playThrough({ fault, seed: 1, ...on });
    count.broken += violations.length;
    print(`not killed: ${fault} on ${store}, ${stages.length} points: ${violations.join('; ') || 'holds'}`);
    const moments = stages.flatMap(({ after, durationMs }) =>
      Array.from({ length: times }, (_, time) => ({ after, delayMs: Math.round((time * durationMs) / times) })),
    );
    for (const [index, moment] of moments.entries()) {
      await killAtPoint(count, { ...moment, fault, seed: 1, ...on }, index + 1);
    }
  }
  const { killed, broken, slow } = count;
  print(`${store}: ${killed} killed, ${broken} broken promises, ${slow} resumed later than ${seconds(resumeMaxMs)}`);
  if (broken + slow > 0) process.exitCode = 1;
}

type Count = { killed: number; broken: number; slow: number };

async function killAtPoint(count: Count, moment: Moment, number: number): Promise<void> {
  const survival = await killAndRestart(moment);
  count.killed += Number(survival.killed);
  count.broken += survival.violations.length;
  count.slow += Number(survival.resumedMs > resumeMaxMs);
  print(`${lineOf(number, moment, survival)}, resumed in ${seconds(survival.resumedMs)}`);
}

async function killAtMoments({ faults, moments, seed }: Plan, on: On): Promise<void> {
  const stages = new Map<string, Stages>();
  let broken = 0;
  for (const fault of faults) {
    const through = await playThrough({ fault, seed: 1, ...on });
    stages.set(fault, through.stages);
    broken += through.violations.length;
    print(`not killed: ${fault}, ${seconds(through.totalMs)}: ${through.violations.join('; ') || 'holds'}`);
  }
  const startedAtMs = performance.now();
  let killed = 0;
  for (let number = 1; number <= moments; number += 1) {
    const fault = faults[(number - 1) % faults.length] ?? 'pool-exhaustion';
    const { moment, survival } = await killOnce(stages, { fault, key: keyOf('kill', seed, number), number, ...on });
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
  { fault, key, number, ...on }: On & { fault: string; key: number; number: number },
): Promise<{ moment: Moment; survival: Survival }> {
  for (let attempt = 1; ; attempt += 1) {
    const moment = momentOf({ fault, stages: stages.get(fault) ?? [], key: keyOf(key, attempt), number });
    const survival = await killAndRestart({ ...moment, ...on });
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
