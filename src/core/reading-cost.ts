import type { AuditRow } from './audit-entry.ts';

/** What reading cost the vendors, summed over the calls of an audit log. */
export type ReadingCost = {
  readonly calls: number;
  readonly requests: number;
  readonly charactersRead: number;
  readonly bytesScanned: number;
};

export function readingCostOf(rows: readonly AuditRow[]): ReadingCost {
  const results = rows.filter(({ kind }) => kind === 'tool.result');
  const sum = (name: string): number =>
    results.reduce((total, { body }) => total + (typeof body[name] === 'number' ? body[name] : 0), 0);
  return {
    calls: results.length,
    requests: sum('requests'),
    charactersRead: sum('charactersRead'),
    bytesScanned: sum('bytesScanned'),
  };
}
