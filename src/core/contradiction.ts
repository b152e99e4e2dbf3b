/**
 * Evidence items that say different things about the same quantity at the same time. Found by code over typed readings;
 * two vendors that always differ by the same factor measure differently and contradict nothing.
 */
import { amount } from './amount.ts';
import type { Evidence, EvidenceId, Window } from './evidence.ts';
import type { Deployed, Level, MonitorSays, Reading } from './reading.ts';

export type Contradiction = {
  readonly kind: 'level' | 'monitor' | 'deploy-outcome' | 'deployed-commit';
  readonly service: string;
  /** What they disagree about: a metric, or the deployment. */
  readonly quantity: string;
  readonly window: Window;
  readonly sides: readonly [Side, Side];
};
export type Side = { readonly evidence: EvidenceId; readonly source: string; readonly says: string };

type Item = Pick<Evidence, 'id' | 'source' | 'takenAtMs'> & { readonly readings?: readonly Reading[] | undefined };
type Taken<Kind extends Reading> = { readonly item: Item; readonly reading: Kind };

/** They may have been read this far apart and still be of one moment. */
const apartMs = 5 * 60_000;
/** Levels further apart than this, with ranges that do not touch, are two answers. */
const disagreeing = 3;
/** The same factor before and now, within this, is another way of measuring. */
const sameFactor = 1.5;
/** Below these, ratios and counts are noise: the engine's own floors. */
export const floors: { readonly [metric: string]: number } = {
  error_ratio: 0.02,
  cpu_ratio: 0.05,
  memory_ratio: 0.05,
  disk_ratio: 0.05,
  pool_ratio: 0.05,
  restart_count: 2,
  throttle_count: 2,
  certificate_days: 1,
  latency_p95_ms: 20,
  request_rate: 0.5,
};

export function findContradictions(evidence: readonly Item[]): readonly Contradiction[] {
  const levels = newest(takenOf(evidence, 'level'), ({ service, metric }) => `${service} ${metric}`);
  const monitors = newest(takenOf(evidence, 'monitor'), ({ service, metric, comparator, threshold }) =>
    [service, metric, comparator, threshold].join(' '),
  );
  const deploys = takenOf(evidence, 'deploy');
  return [
    ...pairs(levels).flatMap(([one, other]) => levelsDisagree(one, other)),
    ...monitors.flatMap((monitor) => levels.flatMap((level) => monitorDisagrees(monitor, level))),
    ...outcomesDisagree(deploys),
    ...commitsDisagree(deploys),
  ];
}

/** True when something it rests on is disputed by another item. */
export const isContested = (evidence: readonly EvidenceId[], contradictions: readonly Contradiction[]): boolean =>
  contradictions.some(({ sides }) => sides.some((side) => evidence.includes(side.evidence)));

/** "E4 and E9 disagree about error_ratio of checkout: datadog 0.02, prometheus 0.31". */
export const contradictionWords = ({ service, quantity, sides: [one, other] }: Contradiction): string =>
  `${one.evidence} and ${other.evidence} disagree about ${quantity} of ${service}: ${one.source} says ${one.says}, ${other.source} says ${other.says}`;

function takenOf<Kind extends Reading['kind']>(
  evidence: readonly Item[],
  kind: Kind,
): readonly Taken<Extract<Reading, { kind: Kind }>>[] {
  const isKind = (reading: Reading): reading is Extract<Reading, { kind: Kind }> => reading.kind === kind;
  return evidence.flatMap((item) => (item.readings ?? []).filter(isKind).map((reading) => ({ item, reading })));
}

/** What a vendor said last about one thing: a newer reading settles an older one. */
function newest<Kind extends Reading>(
  taken: readonly Taken<Kind>[],
  about: (reading: Kind) => string,
): readonly Taken<Kind>[] {
  const last = new Map<string, Taken<Kind>>();
  for (const each of taken) {
    const key = `${each.item.source} ${about(each.reading)}`;
    const known = last.get(key);
    if (!known || known.item.takenAtMs <= each.item.takenAtMs) last.set(key, each);
  }
  return [...last.values()];
}

const pairs = <Each>(all: readonly Each[]): readonly (readonly [Each, Each])[] =>
  all.flatMap((one, index) => all.slice(index + 1).map((other) => [one, other] as const));

function levelsDisagree(one: Taken<Level>, other: Taken<Level>): readonly Contradiction[] {
  const { service, metric } = one.reading;
  if (one.item.source === other.item.source || service !== other.reading.service) return [];
  if (metric !== other.reading.metric || Math.abs(one.reading.toMs - other.reading.toMs) > apartMs) return [];
  const floor = floors[metric] ?? 0;
  const now = factor(one.reading.middle, other.reading.middle, floor);
  const apart = one.reading.low > other.reading.high || other.reading.low > one.reading.high;
  if (!apart || Math.max(now, 1 / now) < disagreeing) return [];
  const { past } = one.reading;
  const before = past === null || other.reading.past === null ? null : factor(past, other.reading.past, floor);
  if (before !== null && Math.max(now / before, before / now) <= sameFactor) return [];
  return [
    contradiction({
      kind: 'level',
      quantity: metric,
      sides: [sideOf(one, levelSays(one.reading)), sideOf(other, levelSays(other.reading))],
      at: one.reading,
    }),
  ];
}

const factor = (one: number, other: number, floor: number): number =>
  Math.max(Math.abs(one), floor, 1e-9) / Math.max(Math.abs(other), floor, 1e-9);

const levelSays = ({ middle, samples }: Level): string => `${amount(middle)} (median of ${samples} samples)`;

/** A monitor that says ok while all of the series violates by a fifth, or alerts while it is at half its threshold. */
function monitorDisagrees(monitor: Taken<MonitorSays>, level: Taken<Level>): readonly Contradiction[] {
  const { service, metric, state, comparator, threshold } = monitor.reading;
  const { low, high, toMs } = level.reading;
  if (service !== level.reading.service || metric !== level.reading.metric) return [];
  if (monitor.item.id === level.item.id || Math.abs(monitor.item.takenAtMs - toMs) > apartMs) return [];
  const least = comparator === '>' ? low : -high;
  const most = comparator === '>' ? high : -low;
  const bound = comparator === '>' ? threshold : -threshold;
  const violates = least > bound + 0.2 * Math.abs(bound);
  const calm = most < bound - 0.5 * Math.abs(bound);
  if (state === 'ok' ? !violates : !calm) return [];
  const says = `${state === 'ok' ? 'ok' : 'alerting'} (alert when ${comparator} ${amount(threshold)})`;
  return [
    contradiction({
      kind: 'monitor',
      quantity: metric,
      sides: [sideOf(monitor, says), sideOf(level, levelSays(level.reading))],
      at: level.reading,
    }),
  ];
}

const isSame = (one: string, other: string): boolean => one.startsWith(other) || other.startsWith(one);

/** The last word of each item on one commit: one says it went live, the other that it failed. */
function outcomesDisagree(deploys: readonly Taken<Deployed>[]): readonly Contradiction[] {
  const last = new Map<string, Taken<Deployed>>();
  for (const each of deploys.filter(({ reading }) => reading.outcome !== null)) {
    const key = `${each.item.id} ${each.reading.service} ${each.reading.sha.slice(0, 7)}`;
    if ((last.get(key)?.reading.atMs ?? 0) <= each.reading.atMs) last.set(key, each);
  }
  return pairs([...last.values()]).flatMap(([one, other]) => {
    const same = one.reading.service === other.reading.service && isSame(one.reading.sha, other.reading.sha);
    if (!same || one.item.id === other.item.id || one.reading.outcome === other.reading.outcome) return [];
    const says = ({ reading }: Taken<Deployed>): string => `${reading.sha.slice(0, 8)} ${reading.outcome}`;
    return [
      contradiction({
        kind: 'deploy-outcome',
        quantity: 'the deployment',
        sides: [sideOf(one, says(one)), sideOf(other, says(other))],
        at: spanOf(one, other),
      }),
    ];
  });
}

/** Within this, two records are of one deployment. */
const oneDeployMs = 30 * 60_000;

/** Two vendors record a deployment of one service at one time, each of a commit that the other never saw there. */
function commitsDisagree(deploys: readonly Taken<Deployed>[]): readonly Contradiction[] {
  const knows = (source: string, service: string, sha: string): boolean =>
    deploys.some(
      ({ item, reading }) => item.source === source && reading.service === service && isSame(reading.sha, sha),
    );
  return pairs(lastPerSource(deploys)).flatMap(([one, other]) => {
    const { service, sha, atMs } = one.reading;
    if (service !== other.reading.service || one.item.source === other.item.source) return [];
    if (Math.abs(atMs - other.reading.atMs) > oneDeployMs) return [];
    if (knows(other.item.source, service, sha) || knows(one.item.source, service, other.reading.sha)) return [];
    const says = ({ reading }: Taken<Deployed>): string => reading.sha.slice(0, 8);
    return [
      contradiction({
        kind: 'deployed-commit',
        quantity: 'the deployed commit',
        sides: [sideOf(one, says(one)), sideOf(other, says(other))],
        at: spanOf(one, other),
      }),
    ];
  });
}

function lastPerSource(deploys: readonly Taken<Deployed>[]): readonly Taken<Deployed>[] {
  const last = new Map<string, Taken<Deployed>>();
  for (const each of deploys) {
    const key = `${each.item.source} ${each.reading.service}`;
    if ((last.get(key)?.reading.atMs ?? 0) <= each.reading.atMs) last.set(key, each);
  }
  return [...last.values()];
}

const sideOf = ({ item }: Taken<Reading>, says: string): Side => ({ evidence: item.id, source: item.source, says });

const spanOf = (one: Taken<Deployed>, other: Taken<Deployed>) => ({
  service: one.reading.service,
  fromMs: Math.min(one.reading.atMs, other.reading.atMs),
  toMs: Math.max(one.reading.atMs, other.reading.atMs),
});

type Found = Omit<Contradiction, 'service' | 'window'> & {
  readonly at: { readonly service: string; readonly fromMs: number; readonly toMs: number };
};

const contradiction = ({ at: { service, fromMs, toMs }, ...found }: Found): Contradiction => ({
  ...found,
  service,
  window: { fromMs, toMs },
});
