import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { evaluate } from '../../eval/evaluate.ts';
import { answerFrom, differenceFrom, readTranscript } from '../../eval/model/transcript.ts';
import { scenarioCases } from '../../eval/play/cases.ts';
import { createHomes } from '../../eval/play/homes.ts';
import { playCase } from '../../eval/play/play-case.ts';
import { vendorNames } from '../../eval/recording/format.ts';
import { embeddedHome } from '../store/databases.ts';
import { playByHand } from './play-by-hand.ts';
import { tinyDirectory, tinyScenario } from './tiny-scenario.ts';

const blind = { ...tinyScenario, missing: vendorNames.map((vendor) => ({ vendor, how: 'off' as const })) };
let tiny: Awaited<ReturnType<typeof tinyDirectory>>;
/** Prepared once for all plays of this file. */
const homes = createHomes(embeddedHome);

beforeAll(async () => {
  tiny = await tinyDirectory({
    seeing: { scenario: tinyScenario, truth: { kind: 'bad-deploy', entity: 'front', change: 'tiny/code#7' } },
    blind: { scenario: blind, truth: { kind: 'cannot-tell', entity: null, change: null } },
  });
});
afterAll(() => Promise.all([tiny.remove(), homes.remove()]));

async function run(transcripts: string, ...words: readonly string[]) {
  const printed: string[] = [];
  const told: string[] = [];
  const around = {
    variables: {},
    print: (line: string): void => void printed.push(line),
    tell: (line: string): void => void told.push(line),
    scenarios: tiny.directory,
    transcripts,
    homes,
  };
  const bad = await evaluate(words, around);
  return { bad, text: printed.join('\n'), told: told.join('\n') };
}

const nowhere = (): string => join(tiny.directory, 'no-transcripts');

it('plays a case through the product and prints what was said and how right it was', async () => {
  const { bad, text } = await run(nowhere(), '--only', 'seeing');
  expect(bad).toBe(false);
  expect(text).toContain('Reasoned by: the engine alone, no model');
  expect(text).toMatch(
    /\| seeing \| bad-deploy front tiny\/code#7 \| (?:Likely|Possible): bad-deploy front tiny\/code#7 \| right \| [\d.]+ \| [\d.]+ \| 0\.00 \|/u,
  );
  expect(text).toContain('accuracy 100 %: right 1, one hop short 0, right area 0, wrong 0, abstained 0 (0 %)');
  expect(text).toContain('Confirmed and wrong: 0');
}, 120_000);

it('lets somebody play the model by hand as often as asked, says so, and plays that again beside the engine', async () => {
  const directory = join(tiny.directory, 'seeing', 'by-hand');
  const transcripts = join(tiny.directory, 'seeing', 'transcripts');
  const [first, shown] = await Promise.all([
    run(transcripts, '--only', 'blind', '--by-hand', directory, '--record', '--runs', '2'),
    playByHand(join(directory, 'blind')),
  ]);
  expect(first.text).toContain("by hand in the model's place; no vendor's model was asked");
  expect(first.text).toContain('| blind (2) | cannot-tell | Inconclusive | right | - | - |');
  expect(shown).toContain('Find the cause');
  const kept = JSON.parse(await readFile(join(transcripts, 'blind.json'), 'utf8'));
  expect(kept).toMatchObject({ scenario: 'blind', reasonedBy: 'by hand', outcome: { dropped: [], causes: [] } });

  const again = await run(transcripts, '--scenarios', '--only', 'blind');
  expect(again.text).toContain('Reasoned by: recorded answers');
  // To know nothing is right where nothing can be known.
  expect(again.text.match(/^\| blind \| cannot-tell \| Inconclusive \| right \|/gmu)).toHaveLength(2);
  expect(again.text).toContain('Scenarios: 1 played');
  expect(again.told).not.toContain('came to something else');
}, 240_000);

it.each`
  words                          | complaint
  ${['--only', 'blind,nowhere']} | ${/--only: there is no case nowhere\. Choose from: .*blind/u}
  ${['--runs', '0']}             | ${/--runs 0: give a whole number from 1 to 100/u}
  ${['--lab', '--scenarios']}    | ${/exclude each other/u}
  ${['--model', 'claude-x']}     | ${/--model needs ANTHROPIC_API_KEY/u}
  ${['--record']}                | ${/--record needs ANTHROPIC_API_KEY/u}
`('says what is wrong with $words', async ({ words, complaint }) => {
  await expect(run(nowhere(), ...words)).rejects.toThrow(complaint);
});

it('gives the reads of a transcript the numbers they have in this run', async () => {
  const evidence = { E1: 'cloudwatch_logs {"service":"back"}', E2: 'github_changes {}' };
  const use = { type: 'tool_use' as const, name: 'submit_findings', input: { evidence: ['E1', 'E2', 'E3'] } };
  const transcript = {
    evidence,
    turns: [{ content: [use], stop_reason: 'tool_use' as const }],
  };
  const now = async () => [
    { id: 'E1' as const, tool: 'github_changes', input: {} },
    { id: 'E5' as const, tool: 'cloudwatch_logs', input: { service: 'back' } },
  ];
  const answer = answerFrom(transcript, now);
  const request = { model: 'm', messages: [{ role: 'user', content: 'x' }] };
  expect(await answer(request, 1)).toMatchObject({ content: [{ input: { evidence: ['E5', 'E1', 'E3'] } }] });
  expect(await answer(request, 2)).toBeNull();
});

it('refuses a transcript that is none, by name', async () => {
  await expect(readTranscript(join(tiny.directory, 'blind', 'scenario.json'))).rejects.toThrow(
    /scenario\.json does not fit/u,
  );
});

/** Each transcript that ships was one play; this is another. */
const folder = (name: string): string => fileURLToPath(new URL(`../../eval/${name}/`, import.meta.url));
const files = (await readdir(folder('transcripts'))).toSorted();

it.each(files)(
  'plays the transcript %s again and comes to the same',
  async (file) => {
    const recorded = await readTranscript(join(folder('transcripts'), file));
    const chosen = (await scenarioCases(folder('scenarios'))).find(({ name }) => name === recorded?.scenario);
    if (recorded === null || chosen === undefined) throw new Error(`${file} is of no scenario`);
    let asked = 0;
    const played = await playCase(
      { chosen, run: 1, home: await homes.next(), still: true },
      {
        kind: 'served',
        by: recorded.reasonedBy,
        answerer: ({ evidenceNow }) => {
          const answer = answerFrom(recorded, evidenceNow);
          return (request, turn) => {
            asked = Math.max(asked, turn);
            return answer(request, turn);
          };
        },
      },
    );
    expect(differenceFrom(recorded, played.transcript)).toBeNull();
    expect(asked).toBe(recorded.turns.length);
    expect(recorded.outcome.label).not.toContain('cut short');
    expect(recorded.outcome.dropped).toEqual([]);
  },
  120_000,
);
