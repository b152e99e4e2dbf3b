/** The pods of one service at a moment: which revision each runs, and how its container fared in the last hour. */
import { derive, draw, drawInteger, keyOf } from '../dice.ts';
import type { ShopService, World } from '../world.ts';
import { drainedNodes } from './drained-nodes.ts';
import { generatedName, nodeNames } from './names.ts';
import type { LabRevision } from './revisions.ts';

export type Ending = { readonly atMs: number; readonly reason: 'OOMKilled' | 'Error'; readonly exitCode: number };

export type LabPod = {
  readonly name: string;
  /** Of the service's replicas, from 0. */
  readonly index: number;
  readonly node: string;
  readonly revision: LabRevision;
  readonly createdMs: number;
  /** Oldest first. */
  readonly endings: readonly Ending[];
  readonly state: 'starting' | 'ready' | 'restarting' | 'backing-off' | 'leaving' | 'evicted';
  /** Milliseconds since the epoch; since when it is in this state. */
  readonly sinceMs: number;
};

export type PodScene = {
  readonly world: World;
  readonly service: ShopService;
  readonly revisions: readonly LabRevision[];
  readonly replicas: number;
  readonly nowMs: number;
};

const minuteMs = 60_000;
const rememberedMinutes = 60;
/** From the start of a container to its first passed readiness probe. */
const startupMs = 18_000;

export function podsOf(scene: PodScene): readonly LabPod[] {
  const current = scene.revisions.at(-1);
  if (current === undefined) return [];
  const previous = scene.revisions.at(-2) ?? current;
  const killed = endingsOf(scene);
  return [...Array(scene.replicas).keys()].flatMap((index) => {
    const swapMs = swapTime(current, index, scene.replicas);
    const fresh = place(scene, { revision: current, index, createdMs: Math.round(swapMs / 1_000) * 1_000 });
    const earlierMs = swapTime(previous, index, scene.replicas);
    const old = place(scene, { revision: previous, index, createdMs: Math.round(earlierMs / 1_000) * 1_000 });
    if (scene.nowMs < swapMs) return [living(old, killed, scene)];
    const started = living(fresh, killed, scene);
    const leavingSinceMs = fresh.createdMs + startupMs;
    // Its successor is ready: it drains for half a minute.
    const isLeaving = previous !== current && scene.nowMs < leavingSinceMs + 30_000;
    if (!isLeaving) return [started];
    return scene.nowMs < leavingSinceMs
      ? [started, living(old, killed, scene)]
      : [started, { ...old, endings: [], state: 'leaving', sinceMs: leavingSinceMs }];
  });
}

/** Pods are replaced one after the other. */
const swapTime = ({ startedMs, liveMs }: LabRevision, index: number, replicas: number): number =>
  startedMs + ((liveMs - startedMs - startupMs) * index) / Math.max(1, replicas);

type Seat = Pick<LabPod, 'revision' | 'index' | 'createdMs'>;
type Placed = Omit<LabPod, 'state' | 'sinceMs' | 'endings'>;

function place({ service, world, nowMs }: PodScene, seat: Seat): Placed {
  const { replicaSet } = seat.revision;
  const turn = keyOf('node', service.id) + seat.index;
  const node = nodeNames[turn % nodeNames.length] ?? '';
  const drained = drainedNodes(world, nowMs);
  const movedMs = drained.get(node);
  if (movedMs === undefined)
    return { ...seat, name: `${replicaSet}-${generatedName(5, replicaSet, seat.index)}`, node };
  const open = nodeNames.filter((each) => !drained.has(each));
  const name = `${replicaSet}-${generatedName(5, replicaSet, seat.index, movedMs)}`;
  return { ...seat, createdMs: Math.max(seat.createdMs, movedMs), name, node: open[turn % open.length] ?? '' };
}

function living(pod: Placed, killed: readonly (Ending & { index: number })[], { nowMs }: PodScene): LabPod {
  const endings = killed.filter(({ index, atMs }) => index === pod.index && atMs > pod.createdMs + startupMs);
  const last = endings.at(-1);
  if (last === undefined) {
    const readyMs = pod.createdMs + startupMs;
    return nowMs < readyMs
      ? { ...pod, endings, state: 'starting', sinceMs: pod.createdMs }
      : { ...pod, endings, state: 'ready', sinceMs: readyMs };
  }
  const backMs = last.atMs + backOffMs(endings);
  if (nowMs < backMs) return { ...pod, endings, state: 'backing-off', sinceMs: last.atMs };
  const readyMs = backMs + startupMs;
  return nowMs < readyMs
    ? { ...pod, endings, state: 'restarting', sinceMs: backMs }
    : { ...pod, endings, state: 'ready', sinceMs: readyMs };
}

/** Kubelet: none at first, then 10 s doubled up to 5 min, and none again after 10 min of running. */
function backOffMs(endings: readonly Ending[]): number {
  let delayMs = 1_000;
  let beforeMs = Number.NEGATIVE_INFINITY;
  for (const { atMs } of endings) {
    const again = atMs - beforeMs < 10 * minuteMs;
    delayMs = again ? Math.min(300_000, Math.max(10_000, delayMs * 2)) : 1_000;
    beforeMs = atMs;
  }
  return delayMs;
}

/** Each restart the service's metric counts falls on one pod at one moment of its minute. */
function endingsOf({ world, service, replicas, nowMs }: PodScene): readonly (Ending & { index: number })[] {
  const key = keyOf('ending', service.id);
  const lastMinute = Math.floor(nowMs / minuteMs);
  const minutes = Array.from({ length: rememberedMinutes }, (_, index) => lastMinute - rememberedMinutes + 1 + index);
  return minutes.flatMap((minute) => {
    const count = Math.min(replicas, world.metric(service.id, 'restart_count', minute * minuteMs) ?? 0);
    const memory = count === 0 ? 0 : (world.metric(service.id, 'memory_ratio', minute * minuteMs) ?? 0);
    return [...Array(count).keys()].flatMap((nth) => {
      const own = derive(key, minute * 8 + nth);
      const atMs = minute * minuteMs + Math.floor(draw(own, 1) * 60) * 1_000;
      const full = memory >= 0.85;
      const ending = { atMs, reason: full ? ('OOMKilled' as const) : ('Error' as const), exitCode: full ? 137 : 1 };
      return atMs > nowMs ? [] : [{ ...ending, index: drawInteger(own, 2, [0, replicas - 1]) }];
    });
  });
}

/** Its disk is full at this moment: kubelet evicted one pod of it, whose object stays. Null otherwise. */
export function evictedPod(scene: PodScene): LabPod | null {
  const { world, service, revisions, nowMs } = scene;
  const revision = revisions.at(-1);
  const isFull = (atMs: number): boolean => (world.metric(service.id, 'disk_ratio', atMs) ?? 0) >= 0.985;
  const nowMinute = Math.floor(nowMs / minuteMs) - 1;
  if (revision === undefined || !isFull(nowMinute * minuteMs)) return null;
  let firstMinute = nowMinute;
  while (nowMinute - firstMinute < rememberedMinutes && isFull((firstMinute - 1) * minuteMs)) firstMinute -= 1;
  const sinceMs = firstMinute * minuteMs + 40_000;
  const placed = place(scene, { revision, index: 0, createdMs: revision.liveMs });
  const name = `${revision.replicaSet}-${generatedName(5, revision.replicaSet, 'evicted')}`;
  return sinceMs > nowMs ? null : { ...placed, name, endings: [], state: 'evicted', sinceMs };
}
