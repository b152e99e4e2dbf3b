import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { answerEntities } from '../../bench/rca/answer-entities.ts';
import type { Case, Dataset, ReadRequest } from '../../bench/rca/dataset.ts';
import { runDataset } from '../../bench/rca/run-dataset.ts';
import { recordedWindow } from './recorded-window.ts';

const outDir = mkdtempSync(join(tmpdir(), 'causeway-rca-'));
afterAll(() => rmSync(outDir, { recursive: true }));

const request: ReadRequest = { dataDir: '/nowhere', split: 'any', member: null, shiftMs: 0, trainDir: null };
const shifts = [{ service: 'busy', metric: 'latency', factors: [1, 8, 8, 8, 8] }];

const good = (id: string): Case => ({
  id,
  telemetry: () => recordedWindow({ seed: 1, shifts, withAlert: false }),
  baseline: () => ['store', 'busy', 'busy'],
});

const setOf = (name: string, cases: readonly Case[]): Dataset => ({
  name,
  members: [],
  baselineName: 'guess',
  read: () => cases,
  answer: (ranking) => answerEntities(ranking, (entity) => entity),
});

function linesOf(name: string): readonly { id: string; ranking: string[]; scores?: number[]; ms: number }[] {
  return readFileSync(join(outDir, name), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

describe('the runner', () => {
  it('writes one line per case, and the simple method beside it', async () => {
    await runDataset(setOf('two', [good('a'), good('b')]), request, { outDir, print: () => undefined });

    const [first, second] = linesOf('two.jsonl');
    expect(first).toMatchObject({ id: 'a', ranking: expect.arrayContaining(['busy']) });
    expect(first?.ranking.length).toBe(first?.scores?.length);
    expect(second?.id).toBe('b');
    expect(linesOf('two.baseline.jsonl')[0]?.ranking).toEqual(['store', 'busy']);
  });

  it('says which case it could not read, counts it as an empty ranking, and goes on', async () => {
    const bad: Case = {
      ...good('bad'),
      telemetry: () => {
        throw new Error('line 3: expected a number');
      },
    };
    const said: string[] = [];

    await runDataset(setOf('odd', [bad, good('fine')]), request, { outDir, print: (line) => said.push(line) });

    expect(linesOf('odd.jsonl').map(({ ranking }) => ranking.length > 0)).toEqual([false, true]);
    expect(said.join('\n')).toContain('odd: bad counts as an empty ranking: line 3: expected a number');
  });

  it('says that a set is not there and writes nothing', async () => {
    const said: string[] = [];

    await runDataset(setOf('absent', []), request, { outDir, print: (line) => said.push(line) });

    expect(said).toEqual(['absent: no cases of split "any" in /nowhere; skipped.']);
    expect(existsSync(join(outDir, 'absent.jsonl'))).toBe(false);
  });
});
