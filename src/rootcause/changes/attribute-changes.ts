import type { CauseKind } from '../../core/hypothesis.ts';
import type { Deviation } from '../metrics/deviation.ts';
import { accumulates } from '../metrics/metric-meaning.ts';
import { clampUnit, joinEvidence } from '../metrics/robust.ts';
import { deviationOf, type Picture, reachFrom, type ServiceView, worstOfRole } from '../picture.ts';
import type { Reason } from '../ranking.ts';
import type { Suspicion } from '../suspect-services.ts';
import { countWords, type FailureTerms, type Mechanism, matchContent, type WordCorpus } from './change-content.ts';
import { natureOf } from './change-nature.ts';
import { type JoinedChange, joinChanges } from './join-changes.ts';
import { guessedWorth, landingOf } from './landing.ts';

/** A change with how well it explains the incident, before it competes with other causes. */
export type AttributedChange = {
  readonly change: JoinedChange;
  readonly entity: string;
  readonly kind: CauseKind;
  /** 0 to 1. */
  readonly score: number;
  /** 0 to 1: how much its diff has to do with what fails. */
  readonly content: number;
  /** 0 to 1: how well its time and its power fit, whatever the service looks like. */
  readonly opportunity: number;
  readonly reasons: readonly Reason[];
  readonly against: readonly Reason[];
};

const minute = 60_000;
/** Clocks of a code host, a deployer and a metric differ by this much. */
const skewMs = 2.5 * minute;
const halfLifeMs = 150 * minute;
/** What leaks needs hours to run out. */
const slowHalfLifeMs = 300 * minute;
/** Most changes that break something do so within minutes of taking effect. */
const promptMs = 10 * minute;

/**
 * Changes before the onset that land on a suspect, best first: time to the nearest onset they can explain, suspicion
 * of the service, and overlap of the diff with what fails. Newest-first alone is right in under half of cases
 * (Yu et al. FSE 2024), so recency only tips the scale.
 */
export function attributeChanges(
  picture: Picture,
  suspicions: ReadonlyMap<string, Suspicion>,
): readonly AttributedChange[] {
  const services = [...picture.services.keys()];
  const joined = joinChanges(picture.telemetry.changes, services);
  const corpus = countWords(joined, services);
  return joined
    .flatMap((change) => attributeOne({ picture, suspicions, corpus }, change) ?? [])
    .toSorted((a, b) => b.score - a.score);
}

type Scene = {
  readonly picture: Picture;
  readonly suspicions: ReadonlyMap<string, Suspicion>;
  readonly corpus: WordCorpus;
};

function attributeOne(scene: Scene, change: JoinedChange): AttributedChange | null {
  const place = landingOf(scene, change);
  const view = place === null ? undefined : scene.picture.services.get(place.entity);
  if (place === null || view === undefined) return null;
  const timing = timeOf(scene.picture, view, change);
  const nature = natureOf(change);
  const content = matchContent(change, failureTerms(scene, view), scene.corpus);
  const unread = unreadFit(change);
  const fit = unread + (1 - unread) * content.score;
  const power = nature.onlyVersions ? Math.max(nature.power, content.score) : nature.power;
  const sure = place.told ? 1 : Math.max(guessedWorth, content.score ** 2);
  const score = (sure * place.suspicion) ** 0.7 * timing.score * fit * power;
  const cite =
    (channel: string, worth: number) =>
    (says: string): Reason => ({
      channel,
      score: clampUnit(worth),
      says,
      evidence: change.evidence,
    });
  const doubts = [timing.against, nature.power < 0.5 ? `It is unlikely to break anything: ${nature.why}.` : null];
  const overlap = content.says === null ? [] : [`Its diff ${content.says}.`];
  return {
    change,
    entity: place.entity,
    kind: nature.kind,
    score,
    content: content.score,
    opportunity: timing.score * power,
    reasons: [cite('changes', timing.score)(timing.says), ...overlap.map(cite('diff', content.score))],
    against: doubts.filter((says) => says !== null).map(cite('changes', 0.6)),
  };
}

/** What a change is worth whose content says nothing: less the more of it was read. Platforms' events have no diff. */
function unreadFit({ diff, repository }: JoinedChange): number {
  if (diff !== '') return 0.4;
  return repository === null ? 0.7 : 0.55;
}

type Timing = { readonly score: number; readonly says: string; readonly against: string | null };

/** Nearest onset after the change: of the alert, or of what went wrong on the service itself earlier. */
function timeOf(picture: Picture, view: ServiceView, change: JoinedChange): Timing {
  const onsets = [{ startMs: alertOnset(picture), slow: false }, ...trouble(picture, view)];
  const fits = change.effectiveMs
    .flatMap((atMs) => onsets.map(({ startMs, slow }) => ({ gap: startMs - atMs, slow })))
    .filter(({ gap }) => gap >= -skewMs)
    .map(({ gap, slow }) => ({ gap, score: slow ? slowRecency(gap) : recency(gap) }));
  const firstMs = Math.min(...change.effectiveMs);
  const best = fits.toSorted((a, b) => b.score - a.score)[0];
  if (best === undefined) {
    const late = minutes(firstMs - Math.max(...onsets.map(({ startMs }) => startMs)));
    return { score: 0.02, says: `It took effect ${late} after the onset.`, against: 'It came after the onset.' };
  }
  const says = `It took effect ${minutes(best.gap)} before ${onsetName(picture, best.gap, change)}.`;
  const preceded = trouble(picture, view).filter(({ startMs }) => firstMs - startMs > 4 * minute);
  if (preceded.length === 0) return { score: best.score, says, against: null };
  const early = minutes(firstMs - Math.min(...preceded.map(({ startMs }) => startMs)));
  return { score: 0.4 * best.score, says, against: `${view.id} was already in trouble ${early} before it.` };
}

const slowRecency = (gap: number): number => 1 / (1 + Math.max(0, gap) / slowHalfLifeMs);
const recency = (gap: number): number =>
  0.8 / (1 + Math.max(0, gap) / halfLifeMs) + 0.2 * Math.exp(-Math.max(0, gap) / promptMs);

const alertOnset = ({ symptom, boundaryMs }: Picture): number => symptom.onsetMs ?? boundaryMs;

const onsetName = (picture: Picture, gap: number, change: JoinedChange): string => {
  const isAlert = change.effectiveMs.some((atMs) => Math.abs(alertOnset(picture) - atMs - gap) < minute);
  return isAlert ? 'the onset' : 'trouble on the service began';
};

const minutes = (durationMs: number): string => {
  const count = Math.max(0, Math.round(durationMs / minute));
  return count < 180 ? `${count} min` : `${Math.round(count / 60)} h`;
};

type Trouble = { readonly startMs: number; readonly slow: boolean };

/** When series of the service left their past, where that is clear. Traffic is not trouble. */
const trouble = (picture: Picture, view: ServiceView): readonly Trouble[] =>
  view.deviations
    .filter((one) => one.meaning.role !== 'load' && one.severity > troubleBar(one))
    .flatMap((one) => (one.startMs === null ? [] : [{ startMs: one.startMs, slow: isSlow(one) }]))
    .filter(({ startMs }) => startMs <= alertOnset(picture) + skewMs);

const isSlow = (one: Deviation): boolean => one.filling || accumulates(one.meaning, one.metric);

/** A ratio cannot rise far: for what fills up, less is clear enough. */
function troubleBar(one: Deviation): number {
  if (one.filling) return 0.1;
  return isSlow(one) ? 0.3 : 0.5;
}

/** What fails on the service, in the terms a diff can be compared with. */
function failureTerms({ picture, suspicions }: Scene, view: ServiceView): FailureTerms {
  const callers = [...reachFrom(picture.services, view.id, (one) => one.calledBy)];
  const direct = [view.id, ...view.calls, ...view.calledBy];
  const logs = [...new Set([...direct, ...callers])]
    .flatMap((id) =>
      (picture.services.get(id)?.logs ?? []).map((change) => ({
        ...change,
        severity: change.severity * (id === view.id ? 1 : 0.4),
      })),
    )
    .filter((change) => change.change !== 'vanished')
    .toSorted((a, b) => b.severity - a.severity);
  const explained = suspicions.get(view.id)?.explained ?? 0;
  const fromLogs = logs.flatMap((change) =>
    change.topic === null ? [] : [{ topic: change.topic, strength: change.severity }],
  );
  return { logs, topics: joinTopics([...fromLogs, ...metricMechanisms(view, explained)]) };
}

/** Metrics and logs that tell of one mechanism strengthen each other. */
function joinTopics(topics: FailureTerms['topics']): FailureTerms['topics'] {
  const names = [...new Set(topics.map(({ topic }) => topic))];
  return names.map((name) => {
    const strengths = topics.filter(({ topic }) => topic === name).map(({ strength }) => strength);
    return { topic: name, strength: joinEvidence(strengths.toSorted((a, b) => b - a).slice(0, 4)) };
  });
}

function metricMechanisms(view: ServiceView, explained: number): FailureTerms['topics'] {
  const latency = worstOfRole(view, 'latency');
  const term = (topic: Mechanism, one: Deviation | null, weight: number) =>
    one === null ? [] : [{ topic, strength: one.severity * weight }];
  return [
    ...term('pool', deviationOf(view, 'pool_ratio'), 1),
    ...term('memory', deviationOf(view, 'memory_ratio'), 1),
    ...term('memory', worstOfRole(view, 'restarts'), 0.6),
    ...term('processor', deviationOf(view, 'cpu_ratio'), 0.8),
    ...term('disk', deviationOf(view, 'disk_ratio'), 1),
    ...term('slowness', latency, 0.7 * (1 - 0.5 * explained)),
    ...term('code', worstOfRole(view, 'errors'), 0.5 * (1 - explained)),
  ];
}
