import { feltSignal, type Likeness, likenessToAlert } from '../alert-likeness.ts';
import type { Deviation } from '../metrics/deviation.ts';
import { clampUnit, median } from '../metrics/robust.ts';
import { type Picture, reachFrom, type ServiceView, worstOfRole } from '../picture.ts';
import { metricReason } from '../sentences.ts';
import type { ClassCandidate, Detector } from './failure-class.ts';

const minute = 60_000;
/** Traffic of a day swings; less than this is not a surge. */
const minGrowth = 1.35;

type Surge = { readonly view: ServiceView; readonly load: Deviation; readonly growth: number };

/**
 * More was asked of the shop: request rates grew where traffic enters, before or with the symptom, and what lies below
 * grew along. Growth that starts inside (retries) is not a surge.
 */
export const detectSurge: Detector = (picture) => {
  const surging = [...picture.services.values()].flatMap((view) => surgeOf(picture, view) ?? []);
  const ids = new Set(surging.map((surge) => surge.view.id));
  const entries = surging.filter((surge) => surge.view.calledBy.every((caller) => !ids.has(caller)));
  if (entries.length === 0) return [];
  const likeness = likenessToAlert(picture, feltSignal(picture));
  return entries.map((entry) => judge(picture, entry, { surging, likeness }));
};

function surgeOf(picture: Picture, view: ServiceView): Surge | null {
  const load = worstOfRole(view, 'load');
  if (load === null || load.before <= 0 || load.severity < 0.2) return null;
  const growth = load.level / load.before;
  const late = load.startMs !== null && load.startMs > picture.boundaryMs + 8 * minute;
  return growth < minGrowth || late ? null : { view, load, growth };
}

type Among = { readonly surging: readonly Surge[]; readonly likeness: Likeness };

function judge(picture: Picture, entry: Surge, { surging, likeness }: Among): ClassCandidate {
  const below = reachFrom(picture.services, entry.view.id, (view) => view.calls);
  const measured = [...below].flatMap((id) => {
    const view = picture.services.get(id);
    const load = view === undefined ? null : worstOfRole(view, 'load');
    return load === null || load.before <= 0 ? [] : [load.level / load.before];
  });
  const follows = measured.length <= 1 ? 0.5 : clampUnit((median(measured) - 1) / Math.max(0.1, entry.growth - 1));
  const inside = entry.view.calledBy.length > 0 ? 0.5 : 1;
  const size = clampUnit((entry.growth - 1.1) / 0.7);
  const alike = 0.4 + 0.6 * (likeness(entry.view.id, entry.load.metric) ?? 1);
  const says = `${surging.length} of ${picture.services.size} services are asked for more, ${entry.view.id} first.`;
  return {
    entity: entry.view.id,
    kind: 'traffic-surge',
    score: 0.95 * size * inside * (0.4 + 0.6 * follows) * entry.load.severity ** 0.3 * alike,
    topic: 'load',
    mechanism: `Traffic at ${entry.view.id} grew to ${entry.growth.toFixed(1)} times its usual rate, and what lies below cannot keep up.`,
    wrongIf: `The symptom persists once the request rate is back to usual.`,
    reasons: [metricReason(entry.load), { channel: 'graph', score: follows, says, evidence: entry.load.evidence }],
  };
}
