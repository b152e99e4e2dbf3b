/** Puts a seed and a fault together into a world that can be asked, its truth, and its history. */
import type { PullHistory } from './changes.ts';
import { derive, drawInteger, keyOf } from './dice.ts';
import { totalEdge } from './edges.ts';
import { eventsBetween, faultyEvent } from './events.ts';
import type { Fault } from './fault.ts';
import { faultMaker, faultNames } from './fault-list.ts';
import { turnsOf } from './healing.ts';
import { buildHistory } from './history.ts';
import { minuteOfLogs } from './log-lines.ts';
import { readMetric } from './metrics.ts';
import { monitorValue, shopMonitors, violates } from './monitors.ts';
import { nervousMonitor } from './nervous-monitor.ts';
import { roomsOf } from './room.ts';
import { shopServices } from './shop.ts';
import type { Shop, Snapshot } from './signals.ts';
import { minuteMs, snapshotAt } from './signals.ts';
import type { Intervention, LogLine, ShopMonitor, Truth, World } from './world.ts';

export type WorldRequest = {
  readonly seed: number;
  /** One of `faultNames`. */
  readonly fault: string;
  /** About when people start to look, milliseconds since the epoch. Default: a weekday in November 2026 by the seed. */
  readonly startAtMs?: number;
  /** The exact onset of a stored world; wins over `startAtMs`. */
  readonly onsetMs?: number;
  /** Stored interventions, to bring a world back as it was. */
  readonly interventions?: readonly Intervention[];
};

export type BuiltWorld = {
  readonly world: World;
  readonly truth: Truth;
  /** Merge order within each repository. */
  readonly history: readonly PullHistory[];
  /** When the clock should start: seconds after the monitor fired. */
  readonly startAtMs: number;
};

/** Asking for long histories must not fill the memory: one snapshot is about 4 kB. */
const rememberedMinutes = 3000;
/** A fault that its monitors do not notice in this time is a bug of the fault. */
const noticeMinutes = 40;
/** One bad minute pages nobody. */
const usualConfirmMinutes = 3;
/** Between the monitor and the first question in the incident channel. */
const openedAfterMs = 20_000;

const rememberSnapshots = (shop: () => Shop) => {
  const remembered = new Map<number, Snapshot>();
  return {
    forget: () => remembered.clear(),
    at: (minute: number): Snapshot => {
      const known = remembered.get(minute);
      if (known !== undefined) return known;
      if (remembered.size >= rememberedMinutes) remembered.clear();
      const snapshot = snapshotAt(shop(), minute);
      remembered.set(minute, snapshot);
      return snapshot;
    },
  };
};

type Parts = {
  readonly key: number;
  readonly fault: Fault;
  readonly onsetMs: number;
  readonly history: readonly PullHistory[];
};

const askable = (parts: Parts, stored: readonly Intervention[]): Omit<World, 'alert'> => {
  let interventions = stored;
  let shop: Shop = { ...parts, turns: turnsOf(parts, interventions), rooms: roomsOf(interventions) };
  const snapshots = rememberSnapshots(() => shop);
  const deploys = parts.history.flatMap((pull) => pull.deploys);
  const minuteOf = (atMs: number): number => Math.floor(atMs / minuteMs);
  const metric: World['metric'] = (service, name, atMs) =>
    readMetric(shop, snapshots.at(minuteOf(atMs)), { service, metric: name });
  return {
    services: shopServices,
    monitors: shopMonitors,
    metric,
    logs: (service, fromMs, toMs) => {
      const own = deploys.filter((deploy) => deploy.service === service);
      const lines: LogLine[] = [];
      for (let minute = minuteOf(fromMs); minute * minuteMs < toMs; minute += 1) {
        const snapshot = snapshots.at(minute);
        lines.push(
          ...minuteOfLogs({ shop, service, snapshot }, own).filter(({ atMs }) => atMs >= fromMs && atMs < toMs),
        );
      }
      return lines;
    },
    edge: (from, to, window) => totalEdge(snapshots.at, { from, to }, window),
    events: (fromMs, toMs) => eventsBetween(parts, interventions, { fromMs, toMs }),
    monitorState: (monitor, atMs) => {
      const value = monitorValue((at) => metric(monitor.service, monitor.metric, at), atMs);
      if (value === null) return 'no-data';
      return violates(monitor, value) ? 'alert' : 'ok';
    },
    intervene: (intervention) => {
      interventions = [...interventions, intervention];
      shop = { ...shop, turns: turnsOf(parts, interventions), rooms: roomsOf(interventions) };
      snapshots.forget();
    },
    interventions: () => interventions,
  };
};

const findAlert = (world: Omit<World, 'alert'>, { fault, onsetMs, key }: Parts): World['alert'] => {
  const nervous = nervousMonitor(world, fault, onsetMs);
  const candidates =
    nervous === null
      ? fault.alertOn.flatMap(
          ({ service, metric }) =>
            shopMonitors.find((monitor) => monitor.service === service && monitor.metric === metric) ?? [],
        )
      : [nervous.monitor];
  const confirmMinutes = fault.confirmMinutes ?? usualConfirmMinutes;
  const first = Math.floor(onsetMs / minuteMs) + 1;
  for (const monitor of candidates) {
    let inRow = 0;
    for (let minute = first; minute < first + noticeMinutes; minute += 1) {
      const pages =
        world.monitorState(monitor, minute * minuteMs) === 'alert' && nervous?.calmAt(minute * minuteMs) !== false;
      inRow = pages ? inRow + 1 : 0;
      if (inRow === confirmMinutes) {
        return { monitor, triggeredAtMs: minute * minuteMs + drawInteger(key, 3, [4, 25]) * 1000 };
      }
    }
  }
  throw new Error(`buildWorld: no monitor notices ${fault.kind} at ${fault.entity}`);
};

const truthOf = (name: string, parts: Parts): Truth => {
  const { fault, history, onsetMs } = parts;
  const pull = history.find(({ faulty }) => faulty);
  const event = faultyEvent(parts);
  const { entity, kind } = fault;
  if (pull !== undefined) {
    return { fault: name, entity, kind, change: `${pull.repository}#${pull.number}`, onsetMs, remedy: 'revert' };
  }
  if (event !== null) return { fault: name, entity, kind, change: `event:${event.id}`, onsetMs, remedy: 'workflow' };
  const remedy = fault.remedies.length > 0 || fault.surgeTo !== undefined ? 'workflow' : 'none';
  return { fault: name, entity, kind, change: null, onsetMs, remedy };
};

const withMonitor = (monitors: readonly ShopMonitor[], monitor: ShopMonitor): readonly ShopMonitor[] =>
  monitors.some(({ id }) => id === monitor.id) ? monitors : [...monitors, monitor];

const buildAt = (request: WorldRequest, base: Pick<Parts, 'key' | 'fault'>, onsetMs: number): BuiltWorld => {
  const parts: Parts = { ...base, onsetMs, history: buildHistory({ ...base, onsetMs }) };
  const alert = findAlert(askable(parts, []), parts);
  const world = askable(parts, request.interventions ?? []);
  return {
    world: { ...world, monitors: withMonitor(world.monitors, alert.monitor), alert },
    truth: truthOf(request.fault, parts),
    history: parts.history,
    startAtMs: alert.triggeredAtMs + openedAfterMs,
  };
};

/** A weekday from 2 to 20 November 2026, between nine and five UTC. */
const usualOnset = (key: number): number => {
  const day = 2 + drawInteger(key, 11, [0, 2]) * 7 + drawInteger(key, 12, [0, 4]);
  return Date.UTC(2026, 10, day, 9) + drawInteger(key, 13, [0, 8 * 3600]) * 1000;
};

/** Throws on a fault name that is not in `faultNames`. */
export const buildWorld = (request: WorldRequest): BuiltWorld => {
  const maker = faultMaker(request.fault);
  if (maker === null) throw new Error(`Unknown fault ${request.fault}. Choose one of: ${faultNames.join(', ')}`);
  const key = keyOf('world', request.fault, request.seed);
  const base = { key, fault: maker(derive(key, 1)) };
  if (request.onsetMs !== undefined) return buildAt(request, base, request.onsetMs);
  if (request.startAtMs === undefined) return buildAt(request, base, usualOnset(key));
  const trial = buildAt({ ...request, interventions: [] }, base, request.startAtMs - 5 * minuteMs);
  const lateMs = trial.startAtMs - request.startAtMs;
  return lateMs === 0 ? trial : buildAt(request, base, trial.truth.onsetMs - lateMs);
};
