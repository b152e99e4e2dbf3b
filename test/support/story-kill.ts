/** Kills a story at one moment, starts it again until it ends, and says what it broke. Shared by the bench and the test. */
import { rmSync } from 'node:fs';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { openDatabase } from '../../src/store/open-database.ts';
import type { TestDatabases } from '../store/databases.ts';
import { readLedger, violationsOf } from './story-ledger.ts';
import { pause, type Story, type StoryProcess, startStory } from './story-process.ts';

export type Moment = {
  readonly fault: string;
  readonly seed: number;
  /** The kill comes `delayMs` real milliseconds after the story said something that includes this word. */
  readonly after: string;
  readonly delayMs: number;
  /** Where the process keeps its rows; absent: in the embedded store. */
  readonly databases?: TestDatabases;
};

export type Survival = {
  /** False when the story had ended before its moment came. */
  readonly killed: boolean;
  /** The last thing the killed process said. */
  readonly lastSaid: string;
  readonly violations: readonly string[];
  /** How the time of the first process was spent; whole only when it was not killed. */
  readonly stages: Stages;
  /** From the restart until its workflows went on, real milliseconds. */
  readonly resumedMs: number;
  readonly tookMs: number;
};

/** What a story said, and how long until it said the next thing or ended. */
export type Stages = readonly { readonly after: string; readonly durationMs: number }[];

const limitMs = 180_000;
/** The fault that is none: nothing is proposed. */
export const quietFault = 'noisy-monitor';

export async function killAndRestart(moment: Moment): Promise<Survival> {
  const startedAtMs = performance.now();
  const { fault, seed, databases } = moment;
  return inFreshHome(async (home) => {
    const story = await storyIn(home, { fault, seed, ...(databases ? { databases } : {}) });
    const first = startStory(story);
    const alive = await first.reached(moment.after);
    if (alive) await pause(moment.delayMs);
    const killed = await first.kill();
    const stages = stagesOf(first.marks, performance.now() - startedAtMs);
    const lastSaid = stages.at(-1)?.after ?? 'nothing';
    const { failure, resumedMs } = await finish(story);
    const violations = failure ? [failure] : await broken(story);
    return { killed, lastSaid, violations, stages, resumedMs, tookMs: performance.now() - startedAtMs };
  });
}

type Through = {
  readonly violations: readonly string[];
  readonly stages: Stages;
  readonly totalMs: number;
};

/** The same story without a kill: what it costs, and that the checks hold for it. */
export function playThrough(told: Pick<Moment, 'fault' | 'seed' | 'databases'>): Promise<Through> {
  return inFreshHome(async (home) => {
    const story = await storyIn(home, told);
    const startedAtMs = performance.now();
    const played = startStory(story);
    const { code } = await played.ended;
    const totalMs = performance.now() - startedAtMs;
    const violations = code === 0 ? await broken(story) : [`it ended with ${code}`];
    return { violations, stages: stagesOf(played.marks, totalMs), totalMs };
  });
}

/** With a database of its own where a server is to keep the rows. */
async function storyIn(
  home: string,
  { fault, seed, databases }: Pick<Moment, 'fault' | 'seed' | 'databases'>,
): Promise<Story> {
  const databaseUrl = await databases?.create?.();
  return { fault, seed, home, ...(databaseUrl === undefined ? {} : { databaseUrl }) };
}

const stagesOf = (marks: StoryProcess['marks'], endMs: number): Stages =>
  marks.map(({ line, afterMs }, index) => ({
    after: line,
    durationMs: (marks[index + 1]?.afterMs ?? endMs) - afterMs,
  }));

const broken = async (story: Story): Promise<readonly string[]> =>
  violationsOf(await readLedger(story), story.fault !== quietFault);

let prepared: Promise<string> | null = null;

/** Creating an empty store takes seconds and is not what is killed here: it is made once and copied. */
async function emptyHome(): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'causeway-kill-empty-'));
  const log = pino({ level: 'error' }, pino.destination(2));
  await (await openDatabase({ databaseUrl: null, homeDirectory: home, log })).close();
  process.once('exit', () => rmSync(home, { recursive: true, force: true }));
  return home;
}

async function inFreshHome<Value>(work: (home: string) => Promise<Value>): Promise<Value> {
  prepared ??= emptyHome();
  const home = await mkdtemp(join(tmpdir(), 'causeway-kill-'));
  try {
    await cp(await prepared, home, { recursive: true, filter: (path) => !path.endsWith('.sock') });
    return await work(home);
  } finally {
    await rm(home, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** Starts the same command in the same home; no failure when it ended well. The first thing it says follows the launch. */
async function finish(story: Story): Promise<{ failure: string | null; resumedMs: number }> {
  const again = startStory(story);
  const timer = setTimeout(() => void again.kill(), limitMs);
  const { code, stderr } = await again.ended;
  clearTimeout(timer);
  const resumedMs = again.marks[0]?.afterMs ?? Number.POSITIVE_INFINITY;
  if (code === 0) return { failure: null, resumedMs };
  const failure = `the restart ended with ${code}: ${stderr.trim().split('\n').slice(-3).join(' | ')}`;
  return { failure, resumedMs };
}
