import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { evaluate } from '../../eval/evaluate.ts';
import { answerFrom, readTranscript } from '../../eval/model/transcript.ts';
import { vendorNames } from '../../eval/recording/format.ts';
import { playByHand } from './play-by-hand.ts';
import { tinyDirectory, tinyScenario } from './tiny-scenario.ts';

const blind = { ...tinyScenario, missing: vendorNames.map((vendor) => ({ vendor, how: 'off' as const })) };
let tiny: Awaited<ReturnType<typeof tinyDirectory>>;

beforeAll(async () => {
  tiny = await tinyDirectory({
    seeing: { scenario: tinyScenario, truth: { kind: 'bad-deploy', entity: 'front', change: 'tiny/code#7' } },
    blind: { scenario: blind, truth: { kind: 'cannot-tell', entity: null, change: null } },
  });
});
afterAll(() => tiny.remove());

const run = (...words: readonly string[]) => runOver(join(tiny.directory, 'no-transcripts'), words);

async function runOver(transcripts: string, words: readonly string[]) {
  const printed: string[] = [];
  const around = {
    variables: {},
    print: (line: string): void => void printed.push(line),
    tell: () => undefined,
    scenarios: tiny.directory,
    transcripts,
  };
  const bad = await evaluate(words, around);
  return { bad, text: printed.join('\n') };
}

it('plays a case through the product and prints what was said and how right it was', async () => {
  const { bad, text } = await run('--only', 'seeing');
  expect(bad).toBe(false);
  expect(text).toContain('Reasoned by: the engine alone, no model');
  expect(text).toMatch(
    /\| seeing \| bad-deploy front tiny\/code#7 \| (?:Likely|Possible): bad-deploy front tiny\/code#7 \| right \| [\d.]+ \| [\d.]+ \| 0\.00 \|/u,
  );
  expect(text).toContain('accuracy 100 %: right 1, one hop short 0, right area 0, wrong 0, abstained 0 (0 %)');
  expect(text).toContain('Confirmed and wrong: 0');
}, 180_000);

it('plays as many runs as asked, and to know nothing is right where nothing can be known', async () => {
  const { text } = await run('--scenarios', '--only', 'blind', '--runs', '2');
  expect(text.match(/^\| blind.*\| right \|/gmu)).toHaveLength(2);
  expect(text).toContain('| blind (2) | cannot-tell | Inconclusive |');
  expect(text).toContain('Scenarios: 2 played');
}, 180_000);

it('lets somebody play the model by hand, says so, and plays that again', async () => {
  const directory = join(tiny.directory, 'seeing', 'by-hand');
  const transcripts = join(tiny.directory, 'seeing', 'transcripts');
  const [first, shown] = await Promise.all([
    runOver(transcripts, ['--only', 'blind', '--by-hand', directory, '--record']),
    playByHand(join(directory, 'blind')),
  ]);
  expect(first.text).toContain("by hand in the model's place; no vendor's model was asked");
  expect(shown).toContain('Find the cause');
  const kept = JSON.parse(await readFile(join(transcripts, 'blind.json'), 'utf8'));
  expect(kept).toMatchObject({ scenario: 'blind', reasonedBy: 'by hand' });
  const again = await runOver(transcripts, ['--only', 'blind']);
  expect(again.text).toContain('Reasoned by: recorded answers');
  expect(again.text.match(/^\| blind/gmu)).toHaveLength(2);
}, 240_000);

it.each`
  words                          | complaint
  ${['--only', 'blind,nowhere']} | ${/--only: there is no case nowhere\. Choose from: .*blind/u}
  ${['--runs', '0']}             | ${/--runs 0: give a whole number from 1 to 100/u}
  ${['--lab', '--scenarios']}    | ${/exclude each other/u}
  ${['--model', 'claude-x']}     | ${/--model needs ANTHROPIC_API_KEY/u}
  ${['--record']}                | ${/--record needs ANTHROPIC_API_KEY/u}
`('says what is wrong with $words', async ({ words, complaint }) => {
  await expect(run(...words)).rejects.toThrow(complaint);
});

it('gives the reads of a transcript the numbers they have in this run', async () => {
  const evidence = { E1: 'cloudwatch_logs {"service":"back","from":"*"} 1', E2: 'github_changes {} 1' };
  const use = { type: 'tool_use' as const, name: 'submit_findings', input: { evidence: ['E1', 'E2', 'E3'] } };
  const transcript = {
    format: 1 as const,
    scenario: 'x',
    reasonedBy: 'by hand',
    evidence,
    turns: [{ content: [use], stop_reason: 'tool_use' as const }],
  };
  const now = async () => [
    { id: 'E1' as const, tool: 'github_changes', input: {} },
    { id: 'E5' as const, tool: 'cloudwatch_logs', input: { service: 'back', from: '2026-11-10T11:00:00Z' } },
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
