/** How often the engine alone is right on the lab: `node bench/lab-rank.ts [seeds] [fault] [--show]`. */
import { buildWorld } from '../src/lab/build-world.ts';
import { faultNames } from '../src/lab/fault-list.ts';
import { type Score, scoreAnswer } from '../src/lab/score.ts';
import type { Truth } from '../src/lab/world.ts';
import { rank } from '../src/rootcause/rank.ts';
import type { Ranking } from '../src/rootcause/ranking.ts';
import { labTelemetry } from './lab-telemetry.ts';

type Played = {
  readonly seed: number;
  readonly truth: Truth;
  readonly ranking: Ranking;
  readonly score: Score;
  readonly elapsedMs: number;
};

function play(fault: string, seed: number): Played {
  const built = buildWorld({ fault, seed });
  const telemetry = labTelemetry(built, built.startAtMs + 10_000);
  const startMs = performance.now();
  const ranking = rank(telemetry);
  const elapsedMs = performance.now() - startMs;
  return { seed, truth: built.truth, ranking, score: scoreAnswer(built.truth, ranking), elapsedMs };
}

const share = (played: readonly Played[], holds: (score: Score) => boolean): string =>
  (played.filter(({ score }) => holds(score)).length / played.length).toFixed(2);

function rowOf(name: string, played: readonly Played[]): string {
  const elapsed = played.map((one) => one.elapsedMs).toSorted((a, b) => a - b);
  return [
    name.padEnd(20),
    share(played, (score) => score.right),
    share(played, (score) => score.entityRight),
    share(played, (score) => score.kindRight),
    share(played, (score) => score.changeRight),
    share(played, (score) => score.wrongCause),
    `${(elapsed[Math.floor(elapsed.length / 2)] ?? 0).toFixed(0)} ms`,
  ].join('  ');
}

function showMiss({ seed, truth, ranking }: Played): string {
  const causes = ranking.causes.slice(0, 3).map(
    (one) =>
      `    ${one.score.toFixed(3)} ${one.kind} ${one.entity} ${one.change ?? '-'} | ${one.reasons
        .slice(0, 4)
        .map((reason) => `${reason.score.toFixed(2)} ${reason.says}`)
        .join(' ')} ! ${one.against.map((reason) => reason.says).join(' ')}`,
  );
  return [
    `  seed ${seed}: truth ${truth.kind} ${truth.entity} ${truth.change} ; got ${ranking.outcome}: ${ranking.because}`,
    ...causes,
  ].join('\n');
}

/** Prints one row per fault: share right, entity, kind, change, wrong cause named; median time. */
export function benchLabRank(words: readonly string[]): void {
  const print = (line: string): void => void process.stdout.write(`${line}\n`);
  const plain = words.filter((word) => !word.startsWith('--'));
  const [firstSeed, lastSeed] = (plain[0] ?? '1-20').split('-').map(Number);
  const faults = plain[1] === undefined ? faultNames : [plain[1]];
  const all: Played[] = [];
  print(`${'fault'.padEnd(20)}  right entity kind change wrong median`);
  for (const fault of faults) {
    const played: Played[] = [];
    for (let seed = firstSeed ?? 1; seed <= (lastSeed ?? firstSeed ?? 1); seed += 1) played.push(play(fault, seed));
    all.push(...played);
    print(rowOf(fault, played));
    if (words.includes('--show'))
      for (const one of played.filter(({ score }) => !score.right).slice(0, 3)) print(showMiss(one));
  }
  print(rowOf('all', all));
}

if (import.meta.main) benchLabRank(process.argv.slice(2));
