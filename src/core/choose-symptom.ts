import type { MonitorState } from '../rootcause/telemetry.ts';
import type { Symptom } from './incident.ts';
import { taint } from './tainted.ts';

/** What people call a thing: its id and the names it goes by. */
export type Named = { readonly id: string; readonly names: readonly string[] };

/** People ask what happened for about this long after a monitor is well again. */
const wellAgainMs = 3 * 60 * 60_000;

/**
 * Which monitor this incident is about: one that alerts and is mentioned (by its id, or by its service); else one that is
 * mentioned, triggered in the last three hours and is well again; else the one that alerts and triggered last. Null when
 * there is none. `mentioned` holds ids of monitors and services.
 */
export function chooseSymptom(
  monitors: readonly MonitorState[],
  { mentioned, nowMs }: { readonly mentioned: ReadonlySet<string>; readonly nowMs: number },
): Symptom | null {
  const alerting = monitors.filter(({ state }) => state === 'alert' || state === 'no-data');
  const wellAgain = monitors.filter(
    (each) => (each.state === 'ok' || each.state === 'warn') && nowMs - each.triggeredAtMs <= wellAgainMs,
  );
  const byId = (each: MonitorState): boolean => mentioned.has(each.monitor);
  const byService = (each: MonitorState): boolean => mentioned.has(each.service);
  const inOrder = [
    alerting.filter(byId),
    alerting.filter(byService),
    wellAgain.filter(byId),
    wellAgain.filter(byService),
    alerting,
  ];
  const candidates = inOrder.find((list) => list.length > 0) ?? [];
  const latest = candidates.toSorted(
    (a, b) => b.triggeredAtMs - a.triggeredAtMs || a.monitor.localeCompare(b.monitor),
  )[0];
  if (!latest) return null;
  const { service, title, monitor, metric, query, comparator, threshold, triggeredAtMs } = latest;
  return { service, title: taint(title), monitor, metric, query, comparator, threshold, triggeredAtMs };
}

/**
 * Ids of what the texts name, whole and in any spelling of its separators: `inc-7-device-registry` names
 * `device-registry`, and not `registry`. A name inside a longer one that is there as well does not count.
 */
export function mentionsIn(texts: readonly string[], things: readonly Named[]): ReadonlySet<string> {
  const idsOf = new Map<string, Set<string>>();
  for (const { id, names } of things)
    for (const name of [id, ...names].map(plainName)) idsOf.set(name, (idsOf.get(name) ?? new Set()).add(id));
  const mentioned = new Set<string>();
  let left = texts.map((text) => `-${plainName(text)}-`).join(' ');
  for (const [name, ids] of [...idsOf].toSorted(([one], [other]) => other.length - one.length)) {
    if (name === '' || !left.includes(`-${name}-`)) continue;
    for (const id of ids) mentioned.add(id);
    left = left.replaceAll(`-${name}-`, '- -');
  }
  return mentioned;
}

/** Lower-case words with one dash between them. */
const plainName = (text: string): string =>
  text
    .toLowerCase()
    .split(/[^a-z0-9]+/u)
    .filter((word) => word !== '')
    .join('-');
