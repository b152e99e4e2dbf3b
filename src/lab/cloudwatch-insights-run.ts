import type { InsightsGroup, InsightsQuery } from './cloudwatch-insights.ts';
import type { InsightsTest } from './cloudwatch-insights-filter.ts';
import { jsonFields } from './log-scan.ts';
import type { LogLine } from './world.ts';

/** One result row as GetQueryResults returns it. */
export type InsightsRow = readonly { readonly field: string; readonly value: string }[];

/** `2026-11-21 10:00:00.000`, the way Insights prints times: UTC, no zone. */
const insightsTime = (atMs: number): string => new Date(atMs).toISOString().replace('T', ' ').replace('Z', '');

/** A field of a line. Insights discovers fields in JSON messages only; a plain line has none but the `@` ones. */
function fieldOf(line: LogLine, field: string): string | null {
  if (field === '@timestamp') return insightsTime(line.atMs);
  if (field === '@message') return line.message;
  if (field === '@logStream') return line.pod;
  const value = jsonFields(line.message)?.[field];
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : null;
}

function passes(line: LogLine, test: InsightsTest): boolean {
  if ('tests' in test) {
    const passesOne = (each: InsightsTest) => passes(line, each);
    return test.operator === 'and' ? test.tests.every(passesOne) : test.tests.some(passesOne);
  }
  const value = fieldOf(line, test.field);
  if (test.operator === '!=') return value === null || !test.values.includes(value);
  if (test.operator === 'not like') return value === null || !test.values.some((part) => value.includes(part));
  if (value === null) return false;
  return test.operator === 'like' ? test.values.every((part) => value.includes(part)) : test.values.includes(value);
}

function groupValue(line: LogLine, group: InsightsGroup): string | null {
  if (group.field !== null) return fieldOf(line, group.field);
  return insightsTime(Math.floor(line.atMs / group.binMs) * group.binMs);
}

function countRows(query: InsightsQuery, lines: readonly LogLine[]): InsightsRow[] {
  const { label, groups } = query.count ?? { label: '', groups: [] };
  const buckets = new Map<string, { row: InsightsRow; count: number }>();
  for (const line of lines) {
    const row = groups.flatMap((group) => {
      const value = groupValue(line, group);
      return value === null ? [] : [{ field: group.label, value }];
    });
    const key = JSON.stringify(row);
    buckets.set(key, { row, count: (buckets.get(key)?.count ?? 0) + 1 });
  }
  return [...buckets.values()].map(({ row, count }) => [...row, { field: label, value: String(count) }]);
}

function lineRow(query: InsightsQuery, line: LogLine, index: number): InsightsRow {
  const cells = query.fields.flatMap((field) => {
    const value = fieldOf(line, field);
    return value === null ? [] : [{ field, value }];
  });
  return [
    ...cells,
    { field: '@ptr', value: Buffer.from(`${line.service}/${line.atMs}/${index}`).toString('base64url') },
  ];
}

function compareCells(left: string, right: string): number {
  const difference = Number(left) - Number(right);
  if (!Number.isNaN(difference)) return difference;
  return left < right ? -1 : Number(left > right);
}

function sortRows<Row>(rows: readonly Row[], query: InsightsQuery, cell: (row: Row, field: string) => string): Row[] {
  const { sort } = query;
  if (sort === null) return [...rows];
  const direction = sort.descending ? -1 : 1;
  return rows.toSorted((left, right) => direction * compareCells(cell(left, sort.field), cell(right, sort.field)));
}

/** The rows of a query over the lines of its window, and how many lines matched its filters. */
export function runInsights(query: InsightsQuery, lines: readonly LogLine[]): { rows: InsightsRow[]; matched: number } {
  const matching = lines.filter((line) => query.tests.every((test) => passes(line, test)));
  if (query.count !== null) {
    const cell = (row: InsightsRow, field: string) => row.find((item) => item.field === field)?.value ?? '';
    const rows = sortRows(countRows(query, matching), query, cell);
    return { rows: rows.slice(0, query.limit), matched: matching.length };
  }
  const sorted = sortRows(matching, query, (line, field) => fieldOf(line, field) ?? '');
  const rows = sorted.slice(0, query.limit).map((line, index) => lineRow(query, line, index));
  return { rows, matched: matching.length };
}
