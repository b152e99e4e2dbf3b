import type { PodSeries, Rollout } from '../telemetry.ts';

/** Means of new pods since the rollout began, of old pods since then, and of old pods before; null without samples. */
export type VersionMeans = {
  readonly fresh: number | null;
  readonly old: number | null;
  readonly before: number | null;
  readonly oldSamples: number;
};

export type RolloutMeasure = {
  readonly success: VersionMeans;
  readonly latency: VersionMeans;
  readonly cpu: VersionMeans;
};

/** Both differences of one rollout, from the samples of its pods. */
export function measureRollout(rollout: Rollout): RolloutMeasure {
  const of = (metric: PodSeries['metric']): VersionMeans => {
    const series = rollout.pods.filter((one) => one.metric === metric);
    const since = (isNew: boolean): readonly number[] =>
      valuesOf(series, (atMs, one) => one.isNew === isNew && atMs >= rollout.startedMs);
    const old = since(false);
    return {
      fresh: mean(since(true)),
      old: mean(old),
      before: mean(valuesOf(series, (atMs, one) => !one.isNew && atMs < rollout.startedMs)),
      oldSamples: old.length,
    };
  };
  return { success: of('success_ratio'), latency: of('latency_ms'), cpu: of('cpu_ratio') };
}

const valuesOf = (series: readonly PodSeries[], wanted: (atMs: number, one: PodSeries) => boolean): readonly number[] =>
  series.flatMap((one) =>
    one.points.flatMap(([atMs, value]) => (Number.isFinite(value) && wanted(atMs, one) ? [value] : [])),
  );

/** Sorted first, so that the order of pods in the document does not matter. */
const mean = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.toSorted((a, b) => a - b).reduce((sum, value) => sum + value, 0) / values.length;
