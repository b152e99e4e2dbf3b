/** The command: chooses cases and who reasons, plays, prints. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { answerByHand } from './model/by-hand.ts';
import type { Answerer } from './model/messages-server.ts';
import { answerFrom, differenceFrom, readTranscript, writeTranscript } from './model/transcript.ts';
import { type Case, chosenCases, labCases, scenarioCases } from './play/cases.ts';
import { createHomes, type Homes } from './play/homes.ts';
import { type Place, type Played, playCase, type Reasoning } from './play/play-case.ts';
import { playedLine, reportLines } from './report/print-report.ts';

export type Surroundings = {
  readonly variables: { readonly [name: string]: string | undefined };
  readonly print: (line: string) => void;
  readonly tell: (line: string) => void;
  /** The project's own by default. */
  readonly scenarios?: string;
  readonly transcripts?: string;
  /** Empty homes that somebody else makes and removes. */
  readonly homes?: Homes;
};

/** A header, and who reasons in a case; null where nobody can. */
type Round = { readonly header: string; reasonerOf(chosen: Case): Promise<Reasoning | null> };

const own = (name: string): string => fileURLToPath(new URL(`${name}/`, import.meta.url));

const options = {
  model: { type: 'string' },
  runs: { type: 'string', default: '1' },
  only: { type: 'string' },
  lab: { type: 'boolean', default: false },
  scenarios: { type: 'boolean', default: false },
  record: { type: 'boolean', default: false },
  'by-hand': { type: 'string' },
} as const;
type Values = ReturnType<typeof readWords>;

/** True when a play failed, or something wrong was called Confirmed. @throws on words that make no sense, with what to write. */
export async function evaluate(words: readonly string[], around: Surroundings): Promise<boolean> {
  const values = readWords(words);
  const transcripts = around.transcripts ?? own('transcripts');
  const cases = chosenCases(await casesOf(values, around), values.only);
  let bad = false;
  for (const round of roundsOf(values, around, transcripts)) {
    const { played, failed } = await playAll(round, cases, { values, around, transcripts });
    if (played.length > 0) for (const line of reportLines(round, played)) around.print(line);
    if (failed > 0) around.print(`${failed} plays failed; they are in no number above.\n`);
    bad ||= failed > 0 || played.some(({ score }) => score.confidentlyWrong);
  }
  return bad;
}

async function casesOf({ lab, scenarios }: Values, around: Surroundings): Promise<readonly Case[]> {
  const folders = lab ? [] : await scenarioCases(around.scenarios ?? own('scenarios'));
  return [...(scenarios ? [] : labCases()), ...folders];
}

function readWords(words: readonly string[]) {
  const { values } = parseArgs({ args: [...words], options });
  const runs = wholeNumber('--runs', values.runs);
  if (values.lab && values.scenarios)
    throw new Error('--lab and --scenarios exclude each other: without both, all is played.');
  return { ...values, runs };
}

function wholeNumber(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 100)
    throw new Error(`${name} ${text}: give a whole number from 1 to 100.`);
  return value;
}

function roundsOf(values: Values, around: Surroundings, transcripts: string): readonly Round[] {
  const directory = values['by-hand'];
  if (directory !== undefined) return [byHand(directory, around)];
  const apiKey = around.variables['ANTHROPIC_API_KEY'];
  if (apiKey !== undefined && apiKey !== '') return [vendor(values, around, apiKey)];
  if (values.model !== undefined) throw new Error('--model needs ANTHROPIC_API_KEY in the environment.');
  if (values.record) throw new Error('--record needs ANTHROPIC_API_KEY in the environment, or --by-hand.');
  return [
    { header: 'the engine alone, no model (no ANTHROPIC_API_KEY)', reasonerOf: async () => ({ kind: 'engine' }) },
    recorded(transcripts),
  ];
}

function vendor({ model }: Values, { variables }: Surroundings, apiKey: string): Round {
  const baseUrl = variables['ANTHROPIC_BASE_URL'] || null;
  const named = model ?? variables['CAUSEWAY_MODEL'] ?? null;
  const header = `the model ${named ?? 'that is the default'} at ${baseUrl ?? 'the vendor'}, with the engine`;
  return { header, reasonerOf: async () => ({ kind: 'vendor', apiKey, baseUrl, model: named }) };
}

const recorded = (transcripts: string): Round => ({
  header: 'recorded answers, played again; each transcript says whose they were',
  reasonerOf: async ({ name }) => {
    const transcript = await readTranscript(transcriptPath(transcripts, name));
    if (transcript === null) return null;
    const { reasonedBy } = transcript;
    const answerer = ({ evidenceNow }: Place): Answerer => answerFrom(transcript, evidenceNow);
    return { kind: 'served', by: reasonedBy, recorded: transcript, answerer };
  },
});

const byHand = (directory: string, { tell }: Surroundings): Round => ({
  header: "a person or an assistant by hand in the model's place; no vendor's model was asked",
  reasonerOf: async ({ name }) => ({
    kind: 'served',
    by: 'by hand',
    answerer: () => answerByHand({ directory: join(directory, fileName(name)), tell }),
  }),
});

const fileName = (name: string): string => name.replaceAll('/', '-');
const transcriptPath = (transcripts: string, name: string): string => join(transcripts, `${fileName(name)}.json`);

type Setting = { readonly values: Values; readonly around: Surroundings; readonly transcripts: string };
type Job = { readonly chosen: Case; readonly run: number };

async function playAll(round: Round, cases: readonly Case[], setting: Setting) {
  const { runs } = setting.values;
  const jobs = cases.flatMap((chosen) => Array.from({ length: runs }, (_, index): Job => ({ chosen, run: index + 1 })));
  const played: Played[] = [];
  let failed = 0;
  const homes = setting.around.homes ?? createHomes();
  try {
    // One after the other: a process holds one durable engine, and the seconds are to be its own.
    for (const job of jobs) {
      const reasoning = await round.reasonerOf(job.chosen);
      if (reasoning === null) continue;
      const one = await playJob(job, { reasoning, homes, setting });
      if (one === null) failed += 1;
      else played.push(one);
    }
  } finally {
    if (homes !== setting.around.homes) await homes.remove();
  }
  return { played, failed };
}

/** Null where the play failed, which is told. */
async function playJob(
  { chosen, run }: Job,
  { reasoning, homes, setting }: { reasoning: Reasoning; homes: Homes; setting: Setting },
): Promise<Played | null> {
  const { values, around, transcripts } = setting;
  try {
    // What is recorded, and what a recording is compared with, must read the same world to the millisecond.
    const still = values.record || reasoning.kind === 'served';
    const played = await playCase({ chosen, run, still, home: await homes.next() }, reasoning);
    around.tell(`${playedLine(played)} (${played.said.label})`);
    const then = reasoning.kind === 'served' ? reasoning.recorded : undefined;
    const differs = then === undefined ? null : differenceFrom(then, played.transcript);
    if (differs !== null) around.tell(`${chosen.name}: came to something else than when it was recorded: ${differs}`);
    if (values.record) await keep(played, transcripts);
    return played;
  } catch (error) {
    around.tell(`${chosen.name}: ${error instanceof Error ? error.message : String(error)}`);
    return null;
  }
}

async function keep({ name, transcript }: Played, transcripts: string): Promise<void> {
  if (transcript === null) return;
  await mkdir(transcripts, { recursive: true });
  await writeTranscript(transcriptPath(transcripts, name), transcript);
}
