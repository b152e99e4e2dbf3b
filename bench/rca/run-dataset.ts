import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rank } from '../../src/rootcause/rank.ts';
import { quantileOf } from './accuracy.ts';
import type { Answer, Case, Dataset, ReadRequest } from './dataset.ts';

/** One line of a prediction file. `ms` is the time of the ranking alone, without reading. */
export type Prediction = Answer & { readonly id: string; readonly ms: number };

export type Sink = { readonly outDir: string; readonly print: (line: string) => void };

type Plain = { readonly id: string; readonly ranking: readonly string[]; readonly ms: number };
type Tally = { readonly engine: Prediction[]; readonly baselines: Map<string, Plain[]>; failures: number };

/**
 * Ranks the cases of one set, or of one member of it, and writes `<set>.jsonl` and `<set>.baseline.jsonl`. A case that
 * cannot be read is said and counts as an empty ranking; a set that is not there is said and skipped.
 */
export async function runDataset(dataset: Dataset, request: ReadRequest, { outDir, print }: Sink): Promise<void> {
  const name = request.member === null ? dataset.name : `${dataset.name}-${request.member}`;
  const tally: Tally = { engine: [], baselines: new Map(), failures: 0 };
  const say = (line: string): void => print(`${name}: ${line}`);
  try {
    for await (const one of dataset.read(request)) {
      rankCase(dataset, one, { tally, say });
      rankSimply(one, { tally, say });
    }
  } catch (error) {
    say(`reading stopped: ${messageOf(error)}`);
  }
  if (tally.engine.length === 0) {
    say(`no cases of split "${request.split}" in ${request.dataDir}; skipped.`);
    return;
  }
  mkdirSync(outDir, { recursive: true });
  writeLines(join(outDir, `${name}.jsonl`), tally.engine);
  for (const [method, lines] of tally.baselines) writeLines(join(outDir, `${name}.${method}.jsonl`), lines);
  say(summarise(tally, dataset.baselineName));
}

type Desk = { readonly tally: Tally; readonly say: (line: string) => void };

function rankCase(dataset: Dataset, one: Case, { tally, say }: Desk): void {
  try {
    const telemetry = one.telemetry();
    const startMs = performance.now();
    const ranking = rank(telemetry);
    const ms = performance.now() - startMs;
    tally.engine.push({ id: one.id, ...dataset.answer(ranking, telemetry), ms });
  } catch (error) {
    say(`${one.id} counts as an empty ranking: ${messageOf(error)}`);
    tally.failures += 1;
    tally.engine.push({ id: one.id, ranking: [], scores: [], ms: 0 });
  }
}

/** The simple methods on the same case; their time includes reading it. */
function rankSimply(one: Case, { tally, say }: Desk): void {
  for (const [method, rankBy] of Object.entries({ baseline: one.baseline, ...one.otherBaselines })) {
    const lines = tally.baselines.get(method) ?? [];
    tally.baselines.set(method, lines);
    const startMs = performance.now();
    try {
      const ranking = [...new Set(rankBy())];
      lines.push({ id: one.id, ranking, ms: performance.now() - startMs });
    } catch (error) {
      say(`${one.id}, ${method}, counts as an empty ranking: ${messageOf(error)}`);
      lines.push({ id: one.id, ranking: [], ms: 0 });
    }
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function writeLines(path: string, lines: readonly Plain[]): void {
  writeFileSync(path, lines.map((one) => `${JSON.stringify(one)}\n`).join(''));
}

function summarise({ engine, baselines, failures }: Tally, baselineName: string): string {
  const abstained = engine.filter((one) => one.abstained === true).length;
  return [
    `${engine.length} cases`,
    `${failures} unreadable`,
    `${abstained} abstained`,
    `engine ${timesOf(engine)}`,
    `${baselineName} with reading ${timesOf(baselines.get('baseline') ?? [])}`,
  ].join(', ');
}

function timesOf(lines: readonly Plain[]): string {
  const times = lines.map(({ ms }) => ms);
  return `median ${quantileOf(times, 0.5).toFixed(2)} ms p95 ${quantileOf(times, 0.95).toFixed(2)} ms`;
}
