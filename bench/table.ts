/** Plays every lab fault with several seeds through the whole product, without a model, and prints how it did. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { faultNames } from '../src/lab/fault-list.ts';

type Result = {
  readonly fault: string;
  readonly seed: number;
  readonly verdict: string;
  readonly right: boolean;
  readonly wrongConfirmed: boolean;
  readonly firstCardMs: number | null;
  readonly recovered: boolean | null;
  readonly auditVerified: boolean;
  readonly posts: { readonly topLevel: number; readonly thread: number };
  readonly pullRequestUrl: string | null;
};

const run = promisify(execFile);

async function play(fault: string, seed: number): Promise<Result | null> {
  const command = ['src/cli.ts', 'demo', '--headless', '--fault', fault, '--seed', String(seed), '--json'];
  try {
    const { stdout } = await run(process.execPath, command, { maxBuffer: 10_000_000, timeout: 240_000 });
    return JSON.parse(stdout) as Result;
  } catch (error) {
    process.stderr.write(`${fault} ${seed}: ${error instanceof Error ? error.message.slice(-300) : String(error)}\n`);
    return null;
  }
}

/** `table [first seed] [last seed] [fault ...]`: seeds 1 to 5 and all faults by default. Two plays at a time. */
export async function benchTable([first = '1', last = '5', ...only]: readonly string[]): Promise<void> {
  const seeds = Array.from({ length: Number(last) - Number(first) + 1 }, (_, index) => Number(first) + index);
  const faults = only.length > 0 ? only : faultNames;
  const jobs = faults.flatMap((fault) => seeds.map((seed) => ({ fault, seed })));
  const results = new Map<string, Result | null>();
  const worker = async (): Promise<void> => {
    for (let job = jobs.shift(); job; job = jobs.shift()) {
      const result = await play(job.fault, job.seed);
      results.set(`${job.fault}:${job.seed}`, result);
      process.stderr.write(
        `${job.fault} ${job.seed}: ${result ? `${result.verdict} right=${result.right} recovered=${result.recovered}` : 'failed'}\n`,
      );
    }
  };
  await Promise.all([worker(), worker()]);
  print(faults, seeds, results);
}

function print(faults: readonly string[], seeds: readonly number[], results: ReadonlyMap<string, Result | null>): void {
  const line = (...cells: readonly unknown[]): void => void process.stdout.write(`| ${cells.join(' | ')} |\n`);
  line('fault', 'right', 'verdicts', 'recovered', 'first card, ms (worst)', 'top-level posts (most)', 'audit');
  line('---', '---', '---', '---', '---', '---', '---');
  const all: Result[] = [];
  for (const fault of faults) {
    const rows = seeds.flatMap((seed) => results.get(`${fault}:${seed}`) ?? []);
    all.push(...rows);
    const words = [...new Set(rows.map(({ verdict }) => verdict))].join(', ');
    const acted = rows.filter(({ recovered }) => recovered !== null);
    const recovery =
      acted.length === 0 ? 'no action' : `${acted.filter(({ recovered }) => recovered).length} of ${acted.length}`;
    const worst = Math.max(0, ...rows.map(({ firstCardMs }) => firstCardMs ?? 0));
    const most = Math.max(0, ...rows.map(({ posts }) => posts.topLevel));
    line(
      fault,
      `${rows.filter((row) => row.right).length} of ${seeds.length}`,
      words,
      recovery,
      Math.round(worst),
      most,
      rows.every(({ auditVerified }) => auditVerified) ? 'verifies' : 'BROKEN',
    );
  }
  const total = faults.length * seeds.length;
  const right = all.filter((row) => row.right).length;
  const confirmed = all.filter(({ wrongConfirmed }) => wrongConfirmed).length;
  process.stdout.write(
    `\nRight ${right} of ${total} (${((100 * right) / total).toFixed(0)} %); wrong causes called Confirmed: ${confirmed}; plays that failed: ${total - all.length}.\n`,
  );
  if (all.length < total || confirmed > 0) process.exitCode = 1;
}
