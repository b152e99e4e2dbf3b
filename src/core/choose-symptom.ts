import type { MonitorState } from '../rootcause/telemetry.ts';
import type { Symptom } from './incident.ts';
import { taint } from './tainted.ts';

/**
 * Which monitor this incident is about: one named in the channel's text (by its id, or by its service), else the one
 * that triggered last. Null when no monitor is alerting. `mentioned` holds ids and words, compared whole.
 */
export function chooseSymptom(monitors: readonly MonitorState[], mentioned: ReadonlySet<string>): Symptom | null {
  const alerting = monitors.filter(({ state }) => state === 'alert' || state === 'no-data');
  const named = alerting.filter((each) => mentioned.has(each.monitor));
  const about = alerting.filter((each) => mentioned.has(each.service));
  const candidates = [named, about, alerting].find((list) => list.length > 0) ?? [];
  const latest = candidates.toSorted(
    (a, b) => b.triggeredAtMs - a.triggeredAtMs || a.monitor.localeCompare(b.monitor),
  )[0];
  if (!latest) return null;
  const { service, title, monitor, metric, query, comparator, threshold, triggeredAtMs } = latest;
  return { service, title: taint(title), monitor, metric, query, comparator, threshold, triggeredAtMs };
}
