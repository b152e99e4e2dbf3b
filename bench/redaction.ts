/** How many labelled secrets redaction finds, what it costs clean logs, and how fast, steady and unobtrusive it is. */
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { rulesFor } from '../src/redact/rules.ts';
import { createScanner, type Scanner } from '../src/redact/scan.ts';
import { measureLag } from './redaction/lag.ts';
import { measureLogs } from './redaction/logs.ts';
import { measureMemory } from './redaction/memory.ts';
import { measurePersonal } from './redaction/personal.ts';
import { readLogs } from './redaction/read-logs.ts';
import { measureRecall } from './redaction/recall.ts';
import { measureStart } from './redaction/start.ts';
import { measureWorstChunk } from './redaction/worst-chunk.ts';

type Options = {
  readonly data?: string;
  readonly logs?: string;
  readonly documents: string;
  readonly tries: string;
  readonly seed: string;
};

const printAll = (lines: readonly string[]): void =>
  void process.stdout.write(lines.map((line) => `${line}\n`).join(''));

export async function benchRedaction(words: readonly string[]): Promise<void> {
  const command = new Command('redaction')
    .description('recall on labelled rows, loss on clean logs, speed, worst chunk, lag of the main loop, memory')
    .option('--data <dir>', 'a folder with secrets-*.jsonl.gz, or one whose "security" folder has them')
    .option('--logs <path>', 'logs without secrets: a file, a folder or a .tar.gz; else those beside the data')
    .option('--documents <count>', 'how many documents the memory is watched over; 0 leaves it out', '100000')
    .option('--tries <count>', 'how long slow text is looked for; 0 tries only the shapes it begins with', '300')
    .option('--seed <number>', 'of that search', '1')
    .action(run);
  await command.parseAsync([...words], { from: 'user' });
}

async function run(options: Options): Promise<void> {
  const [documents, tries, seed] = [options.documents, options.tries, options.seed].map(wholeNumber);
  const rules = rulesFor({ personalData: true, ipAddresses: false });
  const scan = createScanner(rules, []);
  const data = dataFolder(options.data);
  printAll(
    data === null
      ? ['no labelled rows: recall is not measured; give --data or set CAUSEWAY_DATA']
      : measureLabelled(scan, data),
  );
  const path = options.logs ?? join(dirname(data ?? '.'), 'rca', 'loghub2k', 'dev.tar.gz');
  const logs = existsSync(path) ? readLogs(path) : [];
  if (logs.length === 0) printAll(['no logs: loss, speed and lag are not measured; give --logs']);
  else printAll([...(await measureLogs(scan, logs)), ...(await measureLag(logs))]);
  printAll([await measureStart()]);
  printAll(await measureWorstChunk({ scan, rules }, logs, { seed: seed ?? 1, tries: tries ?? 0 }));
  if (documents) printAll(await measureMemory(documents));
}

function wholeNumber(given: string): number {
  const value = Number(given);
  if (!Number.isInteger(value) || value < 0) throw new Error(`${given}: give a whole number.`);
  return value;
}

/** As given, else CAUSEWAY_DATA, else beside the repository. Null when none of them has labelled rows. */
function dataFolder(given: string | undefined): string | null {
  const root = given ?? process.env['CAUSEWAY_DATA'] ?? fileURLToPath(new URL('../../shared/data', import.meta.url));
  const found = [join(root, 'security'), root].find((folder) => existsSync(folder) && labelledIn(folder).length > 0);
  if (found === undefined && given !== undefined) throw new Error(`redaction: ${given} has no secrets-*.jsonl.gz`);
  return found ?? null;
}

const labelledIn = (folder: string): readonly string[] =>
  readdirSync(folder).filter((name) => /^secrets-.*\.jsonl\.gz$/u.test(name));

const measureLabelled = (scan: Scanner, data: string): readonly string[] =>
  labelledIn(data).flatMap((file) =>
    (file.startsWith('secrets-pii') ? measurePersonal : measureRecall)(scan, join(data, file)),
  );
