import { rankAlerts } from './alerts/rank-alerts.ts';
import { attributeChanges } from './changes/attribute-changes.ts';
import { compareRollouts } from './changes/canary.ts';
import { detectClasses } from './classes/failure-classes.ts';
import { fuse } from './fuse.ts';
import { turnSuccessToFailure } from './metrics/failure-share.ts';
import { factorOf, findOtherUnits, withSameUnits } from './metrics/same-units.ts';
import { readSymptom, type SymptomReading } from './metrics/symptom.ts';
import { compareText } from './order.ts';
import { drawPicture, type Picture } from './picture.ts';
import type { RankedCause, Ranking } from './ranking.ts';
import { type Suspicion, suspectServices } from './suspect-services.ts';
import type { Telemetry } from './telemetry.ts';

/** Below this the engine says that it cannot tell. */
const bar = 0.25;
/** A calm alerting signal needs this much evidence elsewhere to be called an incident. */
const calmBar = 0.75;
/**
 * Where the alerting signal stayed usual, a service this suspicious is an incident all the same: the monitor watches
 * something that barely feels it. From the second on it is a lead, but no more.
 */
const elsewhereBar = 0.5;
const elsewhereLead = 0.3;

/**
 * Ranks the causes of one incident from telemetry alone: symptom, deviations, log deltas, call graph, changes and
 * failure classes, fused. Pure and deterministic; the order of lists in `given` does not matter.
 */
export function rank(given: Telemetry): Ranking {
  const units = findOtherUnits(given);
  const ranking = rankInSameUnits(withSameUnits(given, units));
  if (units.length === 0) return ranking;
  const factor = given.alert === null ? 1 : factorOf(units, given.alert);
  const back = (value: number | null): number | null => (value === null ? null : value * factor);
  const said = units.map(
    (one) => `${one.metric} of ${one.service} was read in another unit: divided by ${one.factor}.`,
  );
  const unusable = [...ranking.unusable, ...said.toSorted(compareText)];
  return { ...ranking, before: back(ranking.before), after: back(ranking.after), unusable };
}

function rankInSameUnits(given: Telemetry): Ranking {
  const telemetry = turnSuccessToFailure(given);
  const symptom = readSymptom(telemetry);
  const picture = drawPicture(telemetry, symptom);
  const suspicions = suspectServices(picture);
  const changes = attributeChanges(picture, suspicions);
  const classes = detectClasses(picture, suspicions);
  const alerts = rankAlerts(telemetry);
  const rollouts = compareRollouts(picture, suspicions);
  const causes = fuse({ picture, suspicions, changes, classes, alerts, rollouts });
  return inGivenTerms(settle(picture, causes, strongestOf(suspicions)), given, telemetry);
}

/** The levels of a signal that was turned around, turned back. */
function inGivenTerms(ranking: Ranking, given: Telemetry, turned: Telemetry): Ranking {
  if (given.alert === null || turned.alert === null || given.alert.metric === turned.alert.metric) return ranking;
  const top = given.alert.threshold + turned.alert.threshold;
  const back = (value: number | null): number | null => (value === null ? null : top - value);
  return { ...ranking, before: back(ranking.before), after: back(ranking.after) };
}

const strongestOf = (suspicions: ReadonlyMap<string, Suspicion>): number =>
  Math.max(0, ...[...suspicions.values()].map(({ score }) => score));

function settle(picture: Picture, causes: readonly RankedCause[], strongest: number): Ranking {
  const { symptom, telemetry } = picture;
  const best = causes[0]?.score ?? 0;
  const shared = {
    onsetMs: symptom.onsetMs,
    before: symptom.before,
    after: symptom.after,
    unusable: unusableOf(telemetry, symptom),
  };
  const calm = isCalm(symptom) ? settleCalm(picture, causes, strongest) : null;
  if (calm !== null) return { ...shared, ...calm };
  if (best < bar && isWellNow(picture)) {
    const because = `${symptom.says} ${wellWords(picture)}`;
    return { ...shared, outcome: 'nothing-wrong', because, causes: [] };
  }
  if (best < bar && isMonitorFault(picture)) {
    const because = `${symptom.says} Everything else measured there is as usual: the monitor lacks data.`;
    return { ...shared, outcome: 'nothing-wrong', because, causes: [] };
  }
  if (best < bar) return { ...shared, outcome: 'cannot-tell', because: missing(picture, best), causes };
  return { ...shared, outcome: 'ranked', because: symptom.says, causes };
}

type Settled = Pick<Ranking, 'outcome' | 'because' | 'causes'>;

/** The alerting signal is not away from its usual range now. Null where the causes decide all the same. */
function settleCalm({ symptom }: Picture, causes: readonly RankedCause[], strongest: number): Settled | null {
  const best = causes[0]?.score ?? 0;
  const elsewhere = symptom.state === 'usual' ? strongest : 0;
  if (best >= calmBar) return null;
  if (elsewhere < elsewhereLead) return { outcome: 'nothing-wrong', because: symptom.says, causes: [] };
  if (elsewhere >= elsewhereBar) return null;
  const because = `${symptom.says} Something else is off, but too little to be called a cause.`;
  return { outcome: 'cannot-tell', because, causes };
}

/** Of a snapshot without an alert: instances are ready or being removed, and no series leaves its level. */
function isWellNow({ symptom, telemetry, services }: Picture): boolean {
  const instances = telemetry.instances ?? [];
  if (symptom.state !== 'no-alert' || instances.length === 0) return false;
  const deviations = [...services.values()].flatMap((view) => view.deviations);
  return (
    instances.every(({ ready, leaving }) => ready || leaving) && deviations.every((one) => one.severity < wellSeverity)
  );
}

/** What was measured, by number: nothing is called well that was not looked at. */
function wellWords({ telemetry, services }: Picture): string {
  const instances = telemetry.instances ?? [];
  const ready = instances.filter((one) => one.ready).length;
  const series = [...services.values()].reduce((sum, view) => sum + view.deviations.length, 0);
  const stands = series === 0 ? 'No series was measured' : `None of ${series} series leaves its level`;
  return `${stands}; ${ready} of ${instances.length} instances are ready.`;
}

/** Half against half of a short window swings by itself. */
const wellSeverity = 0.5;

/** The monitor has no data, and at least two other series of its service are well. */
function isMonitorFault({ symptom, telemetry, services }: Picture): boolean {
  if (symptom.state !== 'no-data' || telemetry.alert === null) return false;
  const others = services.get(telemetry.alert.service)?.deviations ?? [];
  return others.length >= 2 && others.every((one) => one.severity < 0.2);
}

const isCalm = ({ state }: SymptomReading): boolean => state === 'usual' || state === 'recovered';

function missing({ telemetry, symptom }: Picture, best: number): string {
  const gaps = unusableOf(telemetry, symptom);
  const bars = `The strongest lead scores ${best.toFixed(2)}, below ${bar}.`;
  return gaps.length === 0 ? `${bars} ${symptom.says}` : `${bars} Missing: ${gaps.join(' ')}`;
}

function unusableOf(telemetry: Telemetry, symptom: SymptomReading): readonly string[] {
  const absent = (isAbsent: boolean, says: string): readonly string[] => (isAbsent ? [says] : []);
  const spans = telemetry.spans?.length ?? 0;
  return [
    ...absent(
      symptom.state === 'no-data' || symptom.state === 'no-alert',
      `${symptom.says} The onset was not measured.`,
    ),
    ...absent(telemetry.series.length === 0, 'No metrics: deviations were not measured.'),
    ...absent(
      telemetry.logs.length + (telemetry.lines ?? []).length === 0,
      'No log templates: new errors could not be seen.',
    ),
    ...absent(
      telemetry.edges.length + telemetry.edgeStats.length + spans === 0,
      'No call graph: causes and victims look alike.',
    ),
    ...absent(telemetry.edgeStats.length + spans === 0, 'No traces: calls between services were not compared.'),
    ...absent(telemetry.changes.length === 0, 'No changes: none can be blamed or cleared.'),
    ...absent(
      telemetry.changes.length > 0 && telemetry.changes.every((change) => change.diff === ''),
      'No diffs: changes were weighed by time and place only.',
    ),
  ];
}
