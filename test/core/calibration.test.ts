import { expect, it } from 'vitest';
import { calibrate, grades, parseGrade } from '../../src/core/calibration.ts';
import type { Json } from '../../src/core/json.ts';

const row = (incident: string, grade: string, { word = 'Likely', score = 0.8 as Json } = {}) => ({
  incident,
  body: { grade, word, score },
});

it('counts how often each word was right, and the last grade of an incident only', () => {
  const rows = [
    row('INC-1', 'wrong'),
    row('INC-1', 'right'),
    row('INC-2', 'one-hop-short'),
    row('INC-3', 'right', { word: 'NothingWrong', score: null }),
  ];
  expect(calibrate(rows)).toMatchObject({
    words: [
      { word: 'Likely', said: 2, right: 1 },
      { word: 'NothingWrong', said: 1, right: 1 },
    ],
    grades: { right: 2, 'one-hop-short': 1, 'right-area': 0, wrong: 0 },
  });
});

it('the Brier score is the mean squared distance from what people found', () => {
  const rows = [row('INC-1', 'right', { score: 0.9 }), row('INC-2', 'wrong', { score: 0.6 })];
  expect(calibrate(rows).brier).toBeCloseTo((0.01 + 0.36) / 2, 10);
  expect(calibrate([]).brier).toBeNull();
});

it('rows that are no grades count nothing', () => {
  expect(calibrate([row('INC-1', 'splendid'), row('INC-2', 'right', { word: 'Sure' })]).words).toEqual([]);
});

it.each(grades)('reads back the button value of %s', (grade) => {
  expect(parseGrade(`INC-7:${grade}`)).toEqual({ incident: 'INC-7', grade });
});

it.each(['', 'INC-7', 'INC-7:splendid', ':right'])('reads nothing from %j', (value) => {
  expect(parseGrade(value)).toBeNull();
});
