/** `npm run bench -- score`: how right a prediction file is, overall and per fault. */
import { Command } from 'commander';
import { accuracyOf, placeOf, quantileOf, wilsonInterval } from './accuracy.ts';
import { readJsonLines } from './read-files.ts';

type Options = { readonly labels: string; readonly pred: string; readonly field?: string };
type Row = { readonly [name: string]: unknown };
type Judged = {
  readonly place: number | null;
  readonly fault: string;
  readonly abstained: boolean;
  readonly ms: number | null;
};

export async function benchScore(words: readonly string[]): Promise<void> {
  const command = new Command('score')
    .description('accuracy of a prediction file: AC@1, AC@3, AC@5, Avg@5, MRR with a 95 % interval, per fault')
    .requiredOption('--labels <file>', 'one labelled case per line')
    .requiredOption('--pred <file>', 'one `{id, ranking, scores}` per line')
    .option('--field <name>', 'the field of the label that holds the truth (default: the first `root_cause...`)')
    .action((options: Options) => {
      process.stdout.write(`${scoreFiles(options).join('\n')}\n`);
    });
  await command.parseAsync([...words], { from: 'user' });
}

/** The report, line by line. Throws when a file holds no rows or a label lacks its field. */
export function scoreFiles({ labels, pred, field }: Options): readonly string[] {
  const truths = rowsOf(labels);
  const predictions = new Map(rowsOf(pred).map((row) => [row['id'], row]));
  const name = field ?? Object.keys(truths[0] ?? {}).find((key) => key.startsWith('root_cause'));
  if (name === undefined) throw new Error(`${labels}: no label field begins with root_cause; say it with --field.`);
  const judged = truths.map((truth) => judge(truth, predictions.get(truth['id']), name));
  const abstained = judged.filter((one) => one.abstained).length;
  const times = judged.flatMap(({ ms }) => ms ?? []);
  const unanswered = truths.filter((truth) => !predictions.has(truth['id'])).length;
  return [
    rowText('ALL', judged),
    ...faultsOf(judged).map((fault) =>
      rowText(
        `  ${fault}`,
        judged.filter((one) => one.fault === fault),
      ),
    ),
    `abstained ${abstained}, not answered ${unanswered}`,
    ...(times.length === 0
      ? []
      : [`ms/case median ${quantileOf(times, 0.5).toFixed(2)} p95 ${quantileOf(times, 0.95).toFixed(2)}`]),
  ];
}

const isRow = (value: unknown): value is Row => typeof value === 'object' && value !== null && !Array.isArray(value);

function rowsOf(path: string): readonly Row[] {
  const rows = readJsonLines(path);
  if (rows.length === 0) throw new Error(`${path} holds no lines.`);
  return rows.map((row, at) => {
    if (row instanceof Error) throw row;
    if (!isRow(row)) throw new Error(`${path}, line ${at + 1}: expected an object with an id.`);
    return row;
  });
}

function judge(truth: Row, prediction: Row | undefined, field: string): Judged {
  const answer = truth[field];
  if (typeof answer !== 'string') throw new Error(`The label ${String(truth['id'])} has no text in "${field}".`);
  const kinds = [truth['fault'], truth['scenario'], truth['difficulty']];
  const ms = prediction?.['ms'];
  return {
    place: placeOf(answer, { ranking: textsOf(prediction?.['ranking']), scores: numbersOf(prediction?.['scores']) }),
    fault: kinds.find((kind) => typeof kind === 'string') ?? '-',
    abstained: prediction?.['abstained'] === true,
    ms: typeof ms === 'number' ? ms : null,
  };
}

const textsOf = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(String) : []);
const numbersOf = (value: unknown): readonly number[] => (Array.isArray(value) ? value.map(Number) : []);

const faultsOf = (judged: readonly Judged[]): readonly string[] =>
  [...new Set(judged.map(({ fault }) => fault))].toSorted();

function rowText(name: string, judged: readonly Judged[]): string {
  const accuracy = accuracyOf(judged.map(({ place }) => place));
  const interval = (share: number): string =>
    wilsonInterval(share, accuracy.cases)
      .map((edge) => edge.toFixed(2))
      .join('-');
  return [
    name,
    `n=${accuracy.cases}`,
    `AC@1=${accuracy.atOne.toFixed(3)} [${interval(accuracy.atOne)}]`,
    `AC@3=${accuracy.atThree.toFixed(3)} [${interval(accuracy.atThree)}]`,
    `AC@5=${accuracy.atFive.toFixed(3)}`,
    `Avg@5=${accuracy.average.toFixed(3)}`,
    `MRR=${accuracy.reciprocal.toFixed(3)}`,
  ].join(' ');
}
