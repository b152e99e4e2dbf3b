import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { accuracyOf, placeOf, wilsonInterval } from '../../bench/rca/accuracy.ts';
import { scoreFiles } from '../../bench/rca/score-command.ts';
import { optionalData } from '../support/optional-data.ts';
import { seededStream } from './synthetic-incident.ts';

const folder = mkdtempSync(join(tmpdir(), 'causeway-score-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('scoring is strict', () => {
  it('counts everything with the same score as ahead of the truth', () => {
    expect(placeOf('b', { ranking: ['a', 'b', 'c'], scores: [1, 1, 1] })).toBe(3);
    expect(placeOf('a', { ranking: ['a', 'b', 'c'], scores: [2, 1, 1] })).toBe(1);
  });

  it('counts repeated names once and a missing truth as a miss', () => {
    expect(placeOf('b', { ranking: ['a', 'a', 'a', 'b'], scores: [] })).toBe(2);
    expect(placeOf('z', { ranking: ['a'], scores: [1] })).toBeNull();
    expect(accuracyOf([1, null, 2, 4])).toMatchObject({ atOne: 0.25, atThree: 0.5, atFive: 0.75, average: 0.55 });
  });

  it('gives the published Wilson interval for few cases', () => {
    const [low, high] = wilsonInterval(0.9, 10);

    expect(low).toBeCloseTo(0.596, 3);
    expect(high).toBeCloseTo(0.982, 3);
    expect(wilsonInterval(1, 26)[0]).toBeGreaterThan(0.85);
  });

  it('refuses a file without lines, and a label without its field, saying which', () => {
    const empty = join(folder, 'empty.jsonl');
    const labels = join(folder, 'labels.jsonl');
    writeFileSync(empty, '');
    writeFileSync(labels, '{"id":"1","root_cause_service":"a"}\n');

    expect(() => scoreFiles({ labels, pred: empty })).toThrow('holds no lines');
    expect(() => scoreFiles({ labels, pred: labels, field: 'nothing' })).toThrow('"nothing"');
  });
});

/** The reference draws its interval two thousand times; more lines take seconds. */
const mostLines = 20;
const scorer = optionalData('rca/score.py');
const hasPython = spawnSync('python3', ['--version']).status === 0;

describe.skipIf(scorer === null || !hasPython)('the reference scorer', () => {
  it('says the same of every label file', () => {
    const files = labelFiles(scorer?.replace(/score\.py$/u, '') ?? '');

    for (const { path: whole, field } of files) {
      const path = join(folder, 'some.jsonl');
      writeFileSync(path, readFileSync(whole, 'utf8').split('\n').slice(0, mostLines).join('\n'));
      const pred = join(folder, 'pred.jsonl');
      writeFileSync(pred, guesses(path, field));
      const fields = field === null ? [] : ['--field', field];
      const reference = execFileSync('python3', [scorer ?? '', path, pred, ...fields], { encoding: 'utf8' });

      const ours = scoreFiles(field === null ? { labels: path, pred } : { labels: path, pred, field });

      expect(figuresOf(ours.join('\n')).map(({ name }) => name)).toEqual(figuresOf(reference).map(({ name }) => name));
      expect(farthest(figuresOf(ours.join('\n')), figuresOf(reference))).toBeLessThan(roundingError);
    }
    expect(files.length).toBeGreaterThan(5);
  });
});

type LabelFile = { readonly path: string; readonly field: string | null };

const labelFiles = (root: string): readonly LabelFile[] =>
  readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) =>
      readdirSync(join(root, name))
        .filter((file) => /^labels\..*jsonl$/u.test(file))
        .map((file) => ({
          path: join(root, name, file),
          field: name === 'nezha' ? 'root_cause_service' : null,
        })),
    );

/** Rankings drawn from the truths themselves, with ties, repetitions, missing cases and missing scores. */
function guesses(path: string, field: string | null): string {
  const dice = seededStream(7);
  const labels = readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map((line): { [key: string]: string } => JSON.parse(line));
  const name = field ?? Object.keys(labels[0] ?? {}).find((key) => key.startsWith('root_cause')) ?? '';
  const truths = labels.map((label) => label[name] ?? '');
  const any = (): string => truths[Math.floor(dice() * truths.length)] ?? '';
  const lines = labels.flatMap((label) => {
    if (dice() < 0.1) return [];
    const ranking = Array.from({ length: 1 + Math.floor(dice() * 6) }, any);
    if (dice() < 0.5) ranking.splice(Math.floor(dice() * 3), 0, label[name] ?? '');
    const scores = ranking.map(() => Math.floor(dice() * 4)).toSorted((a, b) => b - a);
    return [JSON.stringify(dice() < 0.5 ? { id: label['id'], ranking, scores } : { id: label['id'], ranking })];
  });
  return lines.join('\n');
}

/** The last of three digits may be rounded the other way. */
const roundingError = 0.0015;

const farthest = (here: readonly Figures[], there: readonly Figures[]): number =>
  Math.max(
    ...here.flatMap(({ figures }, at) =>
      figures.map((figure, which) => Math.abs(figure - (there[at]?.figures[which] ?? Number.POSITIVE_INFINITY))),
    ),
  );

type Figures = { readonly name: string; readonly figures: readonly number[] };

/** Every line of figures, without the intervals, which the two report differently. */
const figuresOf = (report: string): readonly Figures[] =>
  report
    .split('\n')
    .filter((line) => line.includes('n='))
    .map((line) => ({
      name: line.split('n=')[0]?.trim() ?? '',
      figures: [...line.replaceAll(/ \[[^\]]*\]/gu, '').matchAll(/=([\d.]+)/gu)].map(([, figure]) => Number(figure)),
    }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
