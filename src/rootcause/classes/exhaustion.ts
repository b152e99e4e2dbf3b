import type { LogChange } from '../logs/log-delta.ts';
import type { LogTopic } from '../logs/log-vocabulary.ts';
import type { Deviation } from '../metrics/deviation.ts';
import { clampUnit, joinEvidence } from '../metrics/robust.ts';
import { type Picture, type ServiceView, worstOfRole } from '../picture.ts';
import { logReason, metricReason } from '../sentences.ts';
import {
  type ClassCandidate,
  type Detector,
  linesAbout,
  nearness,
  type Suspicions,
  standsAt,
  strengthOf,
} from './failure-class.ts';
import { refusalsOf, refusedBy } from './store-refusal.ts';

type Resource = {
  readonly topic: LogTopic | 'processor';
  readonly metric: RegExp;
  readonly name: string;
  /** Filled to here it hurts; a ratio. */
  readonly full: number;
  /** How much a full one says by itself. */
  readonly weight: number;
  /** Whether it fills because something it calls is slow. */
  readonly waits: boolean;
  /** How much a full one says even though it has been full for as long as we see. */
  readonly standing: number;
};

const resources: readonly Resource[] = [
  { topic: 'disk', metric: /disk|volume|inode/u, name: 'disk', standing: 0.7, full: 0.95, weight: 0.85, waits: false },
  { topic: 'memory', metric: /mem|heap/u, name: 'memory', standing: 0.3, full: 0.92, weight: 0.75, waits: false },
  {
    topic: 'pool',
    metric: /pool|connection/u,
    name: 'connection pool',
    standing: 0.3,
    full: 0.92,
    weight: 0.7,
    waits: true,
  },
  { topic: 'processor', metric: /cpu/u, name: 'processor', standing: 0, full: 0.9, weight: 0.5, waits: false },
];

/** A resource that ran out: its ratio at the top, restarts for memory, and the words for it in the logs. */
export const detectExhaustion: Detector = (picture, suspicions) =>
  [...picture.services.values()].flatMap((view) =>
    resources.flatMap((resource) => judge({ picture, view, suspicions }, resource) ?? []),
  );

type Scene = { readonly picture: Picture; readonly view: ServiceView; readonly suspicions: Suspicions };

function judge(scene: Scene, resource: Resource): ClassCandidate | null {
  const { picture, view, suspicions } = scene;
  const signs = signsOf(picture, view, resource);
  const excuse = resource.waits ? (suspicions.get(view.id)?.explained ?? 0) : loadExcuse(view, resource);
  const doubts = [resource.weight * signs.filled, 0.5 * signs.restarted, 0.75 * strengthOf(signs.lines)];
  const score = joinEvidence(doubts) * (1 - 0.8 * excuse);
  if (score < 0.1) return null;
  const late = (signs.metric?.startMs ?? 0) - picture.boundaryMs > 10 * 60_000 ? 0.5 : 1;
  return {
    entity: view.id,
    kind: 'resource-exhaustion',
    score: score * late * nearness(suspicions, view.id),
    topic: resource.topic,
    mechanism: `The ${resource.name} of ${view.id} ran out.`,
    wrongIf: `Freeing the ${resource.name} of ${view.id} changes nothing.`,
    reasons: [
      ...(signs.metric === null || signs.filled < 0.1 ? [] : [metricReason(signs.metric)]),
      ...(signs.restarts === null || signs.restarted < 0.1 ? [] : [metricReason(signs.restarts)]),
      ...signs.lines.slice(0, 2).map(logReason),
    ],
  };
}

type Signs = {
  readonly metric: Deviation | null;
  readonly filled: number;
  readonly restarts: Deviation | null;
  readonly restarted: number;
  readonly lines: readonly LogChange[];
};

function signsOf(picture: Picture, view: ServiceView, resource: Resource): Signs {
  const metric = view.deviations.find((one) => one.meaning.role === 'resource' && resource.metric.test(one.metric));
  const restarts = resource.topic === 'memory' ? worstOfRole(view, 'restarts') : null;
  const lines = resource.topic === 'processor' ? [] : linesFor(picture, view, resource.topic);
  const moved = metric === undefined ? 0 : metric.severity * fill(metric, resource.full);
  const stands = metric === undefined ? null : standsAt(picture, view.id, metric.metric);
  const isFull = metric?.metric.endsWith('_ratio') === true && stands !== null && stands.value >= 0.97;
  const filled = Math.max(moved, isFull ? resource.standing : 0);
  const restarted = filled > 0.2 || lines.length > 0 ? (restarts?.severity ?? 0) : 0;
  return { metric: metric ?? null, filled, restarts, restarted, lines };
}

/** What it logs itself, but for what a store it calls refuses; and what its callers log because it refuses. */
function linesFor(picture: Picture, view: ServiceView, topic: LogTopic): readonly LogChange[] {
  const elsewhere = refusedBy(picture, view, topic)?.lines ?? [];
  const own = linesAbout([...view.logs, ...remoteLines(view)], topic).filter((line) => !elsewhere.includes(line));
  return [...new Set([...own, ...refusalsOf(picture, view, topic)])];
}

/** Lines in which a caller names this store and says that its resource ran out. */
const remoteLines = (view: ServiceView): readonly LogChange[] =>
  view.calls.length === 0 ? view.blamedBy.filter((one) => one.topic === 'disk') : [];

function fill({ metric, after }: Deviation, full: number): number {
  if (!metric.endsWith('_ratio')) return 0.5;
  return clampUnit((after - 0.6) / (full - 0.6));
}

/** A processor that works harder because more was asked of it did not run out by itself. */
function loadExcuse(view: ServiceView, resource: Resource): number {
  const load = worstOfRole(view, 'load');
  if (resource.topic !== 'processor' || load === null || load.before <= 0) return 0;
  return clampUnit((load.level / load.before - 1.2) / 0.5);
}
