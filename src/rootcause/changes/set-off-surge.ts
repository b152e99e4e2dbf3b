import type { ClassCandidate } from '../classes/failure-class.ts';
import { type Picture, worstOfRole } from '../picture.ts';
import type { AttributedChange } from './attribute-changes.ts';

const minute = 60_000;
const skewMs = 1.5 * minute;
const promptMs = 5 * minute;

/** What governs how often something is asked: general technical words, in a title, a path or a changed line. */
const demand =
  /retr(?:y|ies)|back.?off|jitter|reconnect|keep.?alive|poll|interval|\bcron|schedul|prefetch|refresh|cache|\bttl\b|batch|fan.?out|concurren|broadcast|campaign/iu;

/**
 * The surge that a change sets off: requests to its own service began to grow within minutes after it, and it can alter
 * how much is asked: a switch, a setting, or a diff about retries, polling and caches. A surge that begins by chance in
 * the minutes after such a change is rarer than one that the change makes.
 */
export function surgeSetOffBy(
  picture: Picture,
  { change, entity }: AttributedChange,
  classes: readonly ClassCandidate[],
): ClassCandidate | null {
  const surge = classes.find((one) => one.kind === 'traffic-surge' && one.entity === entity);
  const view = picture.services.get(entity);
  const startMs = view === undefined ? null : (worstOfRole(view, 'load')?.startMs ?? null);
  if (surge === undefined || startMs === null) return null;
  const isPrompt = change.effectiveMs.some((atMs) => startMs - atMs >= -skewMs && startMs - atMs <= promptMs);
  const isSwitch = change.kind === 'flag' || change.kind === 'config';
  const governs = isSwitch || demand.test([change.title, ...change.paths, change.diff].join('\n'));
  return isPrompt && governs ? surge : null;
}
