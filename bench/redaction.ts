/** How many labelled secrets redaction finds, what it costs clean logs, and how fast, steady and unobtrusive it is. */
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Command } from 'commander';
import { rulesFor } from '../src/redact/rules.ts';
import { createScanner, type Scanner } from '../src/redact/scan.ts';
import { measureLag } from './redaction/lag.ts';
import { measureLogs } from './redaction/logs.ts';
import { measureMemory } from './redaction/memory.ts';
import { measurePersonal } from './redaction/personal.ts';
import { readLogs } from './redaction/read-logs.ts';
import { measureRecall } from './redaction/recall.ts';
import { measureWorstChunk } from './redaction/worst-chunk.ts';

type Options = { readonly data: string; readonly logs?: string; readonly documents: string };

const printAll = (lines: readonly string[]): void =>
  void process.stdout.write(lines.map((line) => `${line}\n`).join(''));

export async function benchRedaction(words: readonly string[]): Promise<void> {
  const command = new Command('redaction')
    .description('recall on labelled rows, loss on clean logs, speed, worst chunk, lag of the main loop, memory')
    .requiredOption('--data <dir>', 'a folder with secrets-*.jsonl.gz, or one whose "security" folder has them')
    .option('--logs <path>', 'logs without secrets: a file, a folder or a .tar.gz; else those beside the data')
    .option('--documents <count>', 'how many documents the memory is watched over; 0 leaves it out', '100000')
    .action(run);
  await command.parseAsync([...words], { from: 'user' });
}

async function run(options: Options): Promise<void> {
  const documents = Number(options.documents);
  if (!Number.isInteger(documents) || documents < 0)
    throw new Error(`--documents ${options.documents}: give a whole number.`);
  const data = existsSync(join(options.data, 'security')) ? join(options.data, 'security') : options.data;
  const scan = createScanner(rulesFor({ personalData: true, ipAddresses: false }), []);
  printAll(measureLabelled(scan, data));
  const path = options.logs ?? join(dirname(data), 'rca', 'loghub2k', 'dev.tar.gz');
  const logs = existsSync(path) ? readLogs(path) : [];
  if (logs.length === 0) printAll([`no logs at ${path}: loss, speed and lag are not measured; give --logs`]);
  else printAll([...(await measureLogs(scan, logs)), ...(await measureLag(logs))]);
  printAll(await measureWorstChunk(scan, logs));
  if (documents > 0) printAll(await measureMemory(documents));
}

function measureLabelled(scan: Scanner, data: string): readonly string[] {
  const files = readdirSync(data).filter((name) => /^secrets-.*\.jsonl\.gz$/u.test(name));
  if (files.length === 0) throw new Error(`redaction: ${data} has no secrets-*.jsonl.gz`);
  return files.flatMap((file) =>
    (file.startsWith('secrets-pii') ? measurePersonal : measureRecall)(scan, join(data, file)),
  );
}
