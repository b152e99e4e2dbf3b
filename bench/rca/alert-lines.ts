/** Alerts as the recorded sets list them: one JSON array per alert, other columns in each set. */
import type { FiredAlert } from '../../src/rootcause/telemetry.ts';

/** One case of a set of alerts: its lists by name, not yet alerts. */
export type AlertLine = { readonly id: string; readonly lists: ReadonlyMap<string, unknown> };

export function parseAlertLine(line: unknown, place: string): AlertLine {
  if (line instanceof Error) throw line;
  const lists = new Map(Object.entries(line ?? {}));
  const id = lists.get('id');
  if (typeof id !== 'string') throw new Error(`${place}: the case has no text "id".`);
  return { id, lists };
}

/** The rows of one list, each as texts; what is not a text or a number in a row becomes an empty text. */
export function rowsOf({ id, lists }: AlertLine, name: string): readonly (readonly string[])[] {
  const list = lists.get(name) ?? [];
  if (!Array.isArray(list)) throw new Error(`${id}: "${name}" is not a list.`);
  return list.map((row: unknown) => {
    if (!Array.isArray(row)) throw new Error(`${id}: "${name}" holds something that is not a list of columns.`);
    return row.map((cell: unknown) => (typeof cell === 'string' || typeof cell === 'number' ? String(cell) : ''));
  });
}

export function textsOf({ id, lists }: AlertLine, name: string): readonly string[] {
  const list = lists.get(name) ?? [];
  if (!Array.isArray(list)) throw new Error(`${id}: "${name}" is not a list.`);
  return list.map(String);
}

/** Milliseconds in the columns of the set; null when a set does not tell. */
export function timeOf(text: string): number | null {
  const value = Number(text);
  return text === '' || !Number.isFinite(value) ? null : value;
}

/** Entities by their number of alerts, most first: what a dashboard of open alerts shows. */
export function rankByCount(alerts: readonly FiredAlert[], candidates: readonly string[]): readonly string[] {
  const counts = new Map(candidates.map((id) => [id, 0]));
  for (const id of alerts.flatMap(({ entity, peer = entity }) => [...new Set([entity, peer])])) {
    if (counts.has(id)) counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return [...counts].toSorted((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).map(([id]) => id);
}
