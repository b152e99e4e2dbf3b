import type { EvidenceId } from '../../core/evidence.ts';
import type { CauseKind } from '../../core/hypothesis.ts';
import type { LogChange } from '../logs/log-delta.ts';
import type { LogTopic } from '../logs/log-vocabulary.ts';
import { cleanPoints, joinEvidence, median } from '../metrics/robust.ts';
import type { Picture, ServiceView } from '../picture.ts';
import type { Reason } from '../ranking.ts';
import type { Suspicion } from '../suspect-services.ts';

/** A cause that is not a change, as one detector sees it. */
export type ClassCandidate = {
  readonly entity: string;
  readonly kind: CauseKind;
  /** 0 to 1. */
  readonly score: number;
  /** What a diff would have to touch to have caused this. */
  readonly topic: LogTopic | 'processor' | 'load' | null;
  readonly mechanism: string;
  readonly wrongIf: string;
  readonly reasons: readonly Reason[];
};

export type Suspicions = ReadonlyMap<string, Suspicion>;
export type Detector = (picture: Picture, suspicions: Suspicions) => readonly ClassCandidate[];

export const nearness = (suspicions: Suspicions, id: string): number => suspicions.get(id)?.near ?? 1;

/** New or surging lines a service logs on a topic. */
export const linesAbout = (changes: readonly LogChange[], topic: LogTopic): readonly LogChange[] =>
  changes.filter((change) => change.topic === topic && change.change !== 'vanished');

export const strengthOf = (changes: readonly LogChange[]): number =>
  joinEvidence(changes.slice(0, 4).map((change) => change.severity));

/** Where a metric stands now, the middle of its last three samples, with its evidence; null without samples. */
export function standsAt(
  { telemetry }: Picture,
  service: string,
  metric: string,
): { readonly value: number; readonly evidence: readonly EvidenceId[] } | null {
  const series = telemetry.series.find((one) => one.service === service && one.metric === metric);
  const points = cleanPoints(series?.points ?? []).filter(([atMs]) => atMs <= telemetry.window.toMs);
  if (series === undefined || points.length === 0) return null;
  const value = median(points.slice(-3).map((point) => point[1]));
  return { value, evidence: series.evidence === undefined ? [] : [series.evidence] };
}

/** Among services a line set names, the one most of it names; a provider outside wins a tie. */
export function namedTarget(changes: readonly LogChange[], services: ReadonlyMap<string, ServiceView>): string | null {
  const votes = new Map<string, number>();
  for (const change of changes) {
    for (const id of change.mentions) votes.set(id, (votes.get(id) ?? 0) + change.severity);
  }
  const weigh = (id: string): number => (services.get(id)?.external === true ? 1.01 : 1);
  return [...votes.entries()].toSorted((a, b) => b[1] * weigh(b[0]) - a[1] * weigh(a[0]))[0]?.[0] ?? null;
}
