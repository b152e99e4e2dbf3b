/** `npm run bench -- rca`: ranks every case of the recorded sets and writes what the engine said. */
import { Command } from 'commander';
import type { ReadRequest } from './dataset.ts';
import { datasets } from './datasets.ts';
import { runDataset } from './run-dataset.ts';

type Options = {
  readonly data: string;
  readonly split: string;
  readonly out: string;
  readonly dataset?: string;
  readonly member?: string;
  readonly train?: string;
  readonly shift: string;
};

const print = (line: string): void => void process.stdout.write(`${line}\n`);

export async function benchRca(words: readonly string[]): Promise<void> {
  const command = new Command('rca')
    .description('rank every case of the recorded sets; one prediction file per set, and one of its baseline')
    .requiredOption('--data <dir>', 'the folder that holds one folder per set')
    .requiredOption('--split <name>', 'which cases of each set')
    .requiredOption('--out <dir>', 'where the prediction files go')
    .option('--dataset <name>', 'this set only')
    .option('--member <name>', 'this member of the set only')
    .option('--train <dir>', 'labelled past cases: the dev split of the same sets')
    .option('--shift <seconds>', 'moves the boundary between past and incident', '0')
    .action(run);
  await command.parseAsync([...words], { from: 'user' });
}

async function run(options: Options): Promise<void> {
  const shiftMs = Number(options.shift) * 1000;
  if (!Number.isFinite(shiftMs)) throw new Error(`--shift ${options.shift}: give seconds, such as 60 or -30.`);
  const asked = datasets.filter(({ name }) => options.dataset === undefined || options.dataset === name);
  if (asked.length === 0) {
    const known = datasets.map(({ name }) => name).join(', ');
    throw new Error(`There is no set "${options.dataset}". Known: ${known}.`);
  }
  const shared = { dataDir: options.data, split: options.split, shiftMs, trainDir: options.train ?? null };
  for (const dataset of asked) {
    const members = dataset.members.length === 0 ? [null] : dataset.members;
    for (const member of members.filter((one) => options.member === undefined || options.member === one)) {
      const request: ReadRequest = { ...shared, member };
      await runDataset(dataset, request, { outDir: options.out, print });
    }
  }
}
