/** `npm run bench -- changepoints`: anomalies of streams (NAB) and lasting changes of short series (TCPD). */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { findChanges } from '../../src/rootcause/metrics/change-list.ts';
import { findSegments } from '../../src/rootcause/metrics/change-point.ts';
import { findAnomalies } from '../../src/rootcause/metrics/online-anomalies.ts';
import { quantileOf } from './accuracy.ts';
import { atRandom, never, windowedGaussian } from './baseline-changes.ts';
import { learnOf, normalise, scoreDetections } from './nab-score.ts';
import { type RecordedSeries, readLabels, readSeriesOf, timeOfText } from './read-series.ts';
import { scoreChanges } from './tcpd-score.ts';

type Options = { readonly data: string; readonly split: string; readonly out: string };
type Detector = (series: RecordedSeries) => readonly number[];
type Found = { readonly series: RecordedSeries; readonly detections: readonly number[]; readonly ms: number };

const print = (line: string): void => void process.stdout.write(`${line}\n`);
const dayMs = 86_400_000;

export async function benchChangepoints(words: readonly string[]): Promise<void> {
  const command = new Command('changepoints')
    .description('run the detectors on NAB and TCPD, write what they found, and score it where labels are')
    .requiredOption('--data <dir>', 'the folder that holds one folder per set')
    .requiredOption('--split <name>', 'which series of each set')
    .requiredOption('--out <dir>', 'where the detections go')
    .action((options: Options) => {
      runSet(options, { set: 'nab', detectors: streamDetectors, score: scoreNab });
      runSet(options, { set: 'tcpd', detectors: changeDetectors, score: scoreTcpd });
    });
  await command.parseAsync([...words], { from: 'user' });
}

const streamDetectors: { readonly [name: string]: Detector } = {
  engine: ({ values, timesMs }) => {
    const stepMs = quantileOf(
      timesMs.slice(1).map((atMs, at) => atMs - (timesMs[at] ?? atMs)),
      0.5,
    );
    const season = Math.max(1, Math.round(dayMs / Math.max(1, stepMs)));
    return findAnomalies(values, { learn: learnOf(values.length), season });
  },
  zero: never,
  random: ({ values }) => atRandom(values.length, Math.round(values.length / 1000)),
  'windowed-gaussian-4': ({ values }) => windowedGaussian(values, 4),
  'windowed-gaussian-6': ({ values }) => windowedGaussian(values, 6),
  'windowed-gaussian-8': ({ values }) => windowedGaussian(values, 8),
};

const changeDetectors: { readonly [name: string]: Detector } = {
  engine: ({ values }) => findChanges(values),
  zero: never,
  random: ({ values }) => atRandom(values.length, 3),
  'onset-segments': ({ values }) =>
    findSegments(values)
      .slice(1)
      .map(({ from }) => from),
};

type Scorer = (found: readonly Found[], labels: ReadonlyMap<string, unknown>) => string;

type Plan = {
  readonly set: 'nab' | 'tcpd';
  readonly detectors: { readonly [name: string]: Detector };
  readonly score: Scorer;
};

/** Detection is done and written before any label is opened. */
function runSet(options: Options, { set, detectors, score }: Plan): void {
  const series = readSeriesOf(options.data, set, options.split);
  if (series.length === 0) {
    print(`${set}: no archive of split "${options.split}" in ${options.data}; skipped.`);
    return;
  }
  mkdirSync(options.out, { recursive: true });
  const results = Object.entries(detectors).map(([name, detect]) => ({
    name,
    found: series.map((one) => run(detect, one)),
  }));
  for (const { name, found } of results) {
    const lines = found.map(({ series: one, detections, ms }) => JSON.stringify({ id: one.id, detections, ms }));
    writeFileSync(
      join(options.out, name === 'engine' ? `${set}.jsonl` : `${set}.${name}.jsonl`),
      `${lines.join('\n')}\n`,
    );
  }
  const labels = readLabels(options.data, set, options.split);
  for (const { name, found } of results) {
    const times = found.map(({ ms }) => ms);
    const said = labels === null ? 'no labels here' : score(found, labels);
    print(`${set} ${name}: ${said}, ${found.length} series, median ${quantileOf(times, 0.5).toFixed(1)} ms a series`);
  }
}

function run(detect: Detector, series: RecordedSeries): Found {
  const startMs = performance.now();
  const detections = detect(series);
  return { series, detections, ms: performance.now() - startMs };
}

function scoreNab(found: readonly Found[], labels: ReadonlyMap<string, unknown>): string {
  const tallies = found.map(({ series, detections }) => {
    const spans = labels.get(series.id);
    if (!Array.isArray(spans)) throw new Error(`nab: no label for ${series.id}.`);
    const windows = spans.map((span: unknown) => {
      const [from, to] = Array.isArray(span) ? span.map((text) => timeOfText(String(text))) : [];
      if (from === undefined || to === undefined) throw new Error(`nab: ${series.id} has a window without two times.`);
      return {
        from: series.timesMs.findIndex((atMs) => atMs >= from),
        to: series.timesMs.findLastIndex((atMs) => atMs <= to),
      };
    });
    return scoreDetections(detections, windows, learnOf(series.values.length));
  });
  const total = (count: (one: (typeof tallies)[number]) => number): number =>
    tallies.reduce((sum, one) => sum + count(one), 0);
  const hits = `${total((one) => one.hits)} of ${total((one) => one.windows)} windows`;
  return `score ${normalise(tallies).toFixed(1)}, ${hits}, ${total((one) => one.falseAlarms)} false alarms`;
}

function scoreTcpd(found: readonly Found[], labels: ReadonlyMap<string, unknown>): string {
  const scores = found.map(({ series, detections }) => {
    const annotators = labels.get(series.id);
    if (typeof annotators !== 'object' || annotators === null) throw new Error(`tcpd: no label for ${series.id}.`);
    const marks = Object.values(annotators).map((points) => (Array.isArray(points) ? points.map(Number) : []));
    return scoreChanges(detections, marks);
  });
  return `F1 ${(scores.reduce((sum, score) => sum + score, 0) / scores.length).toFixed(3)}`;
}
