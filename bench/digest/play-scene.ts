/** One seeded run of one kind of digest: is the decisive thing still in what a model is shown, and how big is that? */
import { estimateTokens } from '../../src/core/token-estimate.ts';
import type { Finding } from '../../src/tool.ts';
import { boundedDiff } from '../../tools/github/diff.ts';
import { diffRows } from '../../tools/github/diff-rows.ts';
import { fitView } from '../../tools/reading/fit-view.ts';
import { logFinding } from '../../tools/reading/log-finding.ts';
import { seriesFinding } from '../../tools/reading/series-finding.ts';
import { shortTime } from '../../tools/reading/window.ts';
import { diffScene } from './diff-scene.ts';
import { drawsOf } from './draws.ts';
import { hourMs, logScene, startMs } from './log-scene.ts';
import { metricScene, stepMs } from './metric-scene.ts';

export const sceneKinds = ['logs', 'metrics', 'diffs'] as const;
export type SceneKind = (typeof sceneKinds)[number];

export type Played = {
  readonly kind: SceneKind;
  readonly seed: number;
  readonly kept: boolean;
  readonly tokens: number;
  readonly rawCharacters: number;
  readonly viewCharacters: number;
  readonly durationMs: number;
  /** What was hard about it, for the list of misses. */
  readonly about: string;
};

const window = { fromMs: startMs + hourMs, toMs: startMs + 2 * hourMs };
const about = { window, query: 'q', link: 'https://vendor.test/' };

const viewOf = (finding: Finding): string => (finding.kind === 'found' ? finding.view.untrusted : '');

function played(
  kind: SceneKind,
  seed: number,
  of: { view: string; kept: boolean; raw: number; ms: number; about: string },
): Played {
  return {
    kind,
    seed,
    kept: of.kept,
    tokens: estimateTokens(of.view),
    rawCharacters: of.raw,
    viewCharacters: of.view.length,
    durationMs: of.ms,
    about: of.about,
  };
}

function playLogs(seed: number, lineCount: number): Played {
  const { lines, decisive, times } = logScene(seed, lineCount);
  const raw = lines.reduce((sum, { message }) => sum + message.length + 30, 0);
  const startedMs = performance.now();
  const view = viewOf(logFinding({ ...about, service: 'orders', lines, truncated: false }));
  const ms = performance.now() - startedMs;
  return played('logs', seed, {
    view,
    kept: bare(view).includes(bare(decisive)),
    raw,
    ms,
    about: `${times} times: ${decisive}`,
  });
}

/** Letters and digits alone: a template writes punctuation its own way. */
const bare = (text: string): string => text.replaceAll(/[^A-Za-z0-9]/gu, '');

function playMetrics(seed: number): Played {
  const { series, onsetMs, mover } = metricScene(seed);
  const startedMs = performance.now();
  const read = {
    ...about,
    window: { fromMs: startMs, toMs: window.toMs },
    metric: 'queue_depth',
    title: 'Queue',
    unit: '',
  };
  const finding = seriesFinding(read, series);
  const ms = performance.now() - startedMs;
  const view = viewOf(finding);
  const told = view.split('\n').find((line) => line.startsWith(`${mover}:`)) ?? '';
  const near = [-1, 0, 1].some((steps) => told.endsWith(`/ ${shortTime(onsetMs + steps * stepMs)}`));
  return played('metrics', seed, {
    view,
    kept: near,
    raw: JSON.stringify(series).length,
    ms,
    about: `${shortTime(onsetMs)}, told ${told}`,
  });
}

/** Half of the runs know the failing function, as from a stack trace; half only the file. */
function playDiffs(seed: number): Played {
  const { files, decisive, path } = diffScene(seed);
  const focus = { paths: [path], symbols: drawsOf(seed + 0.5).unit() < 0.5 ? ['createPool'] : [] };
  const startedMs = performance.now();
  const bounded = boundedDiff(files, focus);
  const view = fitView({
    head: [`${files.length} files`],
    rows: diffRows(files, bounded, focus),
    things: 'lines',
  }).untrusted;
  const ms = performance.now() - startedMs;
  const raw = files.reduce((sum, { patch = '' }) => sum + patch.length, 0);
  return played('diffs', seed, {
    view,
    kept: bare(view).includes(bare(decisive)),
    raw,
    ms,
    about: `${files.length} files, ${focus.symbols.length} symbols`,
  });
}

export function playScene(kind: SceneKind, seed: number, lineCount: number): Played {
  if (kind === 'logs') return playLogs(seed, lineCount);
  return kind === 'metrics' ? playMetrics(seed) : playDiffs(seed);
}
