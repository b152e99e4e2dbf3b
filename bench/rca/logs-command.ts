/** `npm run bench -- logs`: template mining on labelled logs (loghub-2k, Zhu et al. ISSRE 2023), Drain in the same run. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Command } from 'commander';
import { mineTemplates } from '../../src/rootcause/logs/log-templates.ts';
import { tokenize } from '../../src/rootcause/logs/log-tokens.ts';
import { assignTemplates } from './assign-templates.ts';
import { groupByDrain } from './baseline-drain.ts';
import { readArchive } from './read-files.ts';
import { readTable } from './read-table.ts';

type Options = { readonly data: string; readonly split: string; readonly out: string };
type Labelled = { readonly text: string; readonly event: string; readonly template: string };
type System = {
  readonly name: string;
  readonly templates: 'original' | 'corrected';
  readonly lines: readonly Labelled[];
};

export async function benchLogs(words: readonly string[]): Promise<void> {
  const command = new Command('logs')
    .description('grouping and parsing accuracy of template mining, and lines a second')
    .requiredOption('--data <dir>', 'the folder that holds one folder per set')
    .requiredOption('--split <name>', 'which archive: <split>.tar.gz')
    .requiredOption('--out <dir>', 'where logs.jsonl goes')
    .action(run);
  await command.parseAsync([...words], { from: 'user' });
}

function run({ data, split, out }: Options): void {
  const systems = readSystems(join(data, 'loghub2k', `${split}.tar.gz`));
  const rows = systems.map(measure);
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, 'logs.jsonl'), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  for (const row of rows) print(`${row.system} ${row.templates}: ${figures(row)}`);
  for (const version of ['original', 'corrected'] as const) {
    const chosen = rows.filter(({ templates }) => templates === version);
    print(`mean of ${chosen.length} systems, ${version} templates: ${figures(meanOf(chosen))}`);
  }
  print(`${Math.round(linesPerSecond(systems.flatMap(({ lines }) => lines)))} lines a second`);
}

const print = (line: string): void => void process.stdout.write(`${line}\n`);

function readSystems(path: string): readonly System[] {
  const found = [...readArchive(path)].flatMap(([name, bytes]): readonly System[] => {
    const [, system, corrected] = /^(\w+)_2k\.log_structured(_corrected)?\.csv$/u.exec(basename(name)) ?? [];
    if (system === undefined) return [];
    const rows = readTable(bytes.toString('utf8'), ['Content', 'EventId', 'EventTemplate'], name);
    const lines = rows.map(([text = '', event = '', template = '']) => ({ text, event, template }));
    return [{ name: system, templates: corrected === undefined ? 'original' : 'corrected', lines }];
  });
  if (found.length === 0) throw new Error(`${path}: expected files named <system>_2k.log_structured.csv.`);
  return found;
}

type Figures = { readonly grouping: number; readonly parsing: number; readonly drainGrouping: number };
type Row = Figures & { readonly system: string; readonly templates: System['templates'] };

function measure({ name, templates, lines }: System): Row {
  const texts = lines.map(({ text }) => text);
  const mined = assignTemplates(texts);
  const truth = lines.map(({ event }) => event);
  const right = lines.filter(({ template }, at) => inOurWords(template) === mined[at]).length;
  return {
    system: name,
    templates,
    grouping: groupingAccuracy(mined, truth),
    parsing: right / lines.length,
    drainGrouping: groupingAccuracy(groupByDrain(texts), truth),
  };
}

/** The labelled template split as our lines are: a word with a variable part is one variable. */
const inOurWords = (template: string): string => tokenize(template.replaceAll('<*>', '0')).join(' ');

/** A line counts when its group holds exactly the lines of its label. */
function groupingAccuracy(groups: readonly string[], truth: readonly string[]): number {
  const [mined, labelled] = [membersOf(groups), membersOf(truth)];
  const isRight = (group: string, at: number): boolean => mined.get(group) === labelled.get(truth[at] ?? '');
  return groups.filter(isRight).length / groups.length;
}

function membersOf(keys: readonly string[]): ReadonlyMap<string, string> {
  const members = new Map<string, number[]>();
  keys.forEach((key, at) => {
    const list = members.get(key);
    if (list === undefined) members.set(key, [at]);
    else list.push(at);
  });
  return new Map([...members].map(([key, list]) => [key, list.join(' ')]));
}

const window = { fromMs: 0, toMs: 1 };

/** The fastest of three passes over all lines together. */
function linesPerSecond(lines: readonly Labelled[]): number {
  const given = lines.map(({ text }) => ({ atMs: 0, level: 'info', message: text }));
  const seconds = [0, 1, 2].map(() => {
    const startMs = performance.now();
    mineTemplates(given, window, window);
    return (performance.now() - startMs) / 1000;
  });
  return lines.length / Math.min(...seconds);
}

function meanOf(rows: readonly Row[]): Figures {
  const mean = (pick: (row: Row) => number): number => rows.reduce((sum, row) => sum + pick(row), 0) / rows.length;
  return {
    grouping: mean(({ grouping }) => grouping),
    parsing: mean(({ parsing }) => parsing),
    drainGrouping: mean(({ drainGrouping }) => drainGrouping),
  };
}

const figures = ({ grouping, parsing, drainGrouping }: Figures): string =>
  `grouping accuracy ${grouping.toFixed(3)}, parsing accuracy ${parsing.toFixed(3)}, Drain's grouping ${drainGrouping.toFixed(3)}`;
