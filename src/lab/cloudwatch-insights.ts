/**
 * An allow-listed subset of CloudWatch Logs Insights:
 * `fields a, b | filter f = "x" and (g in ["y"] or h not like "z") | stats count(*) as n by bin(5m), f | sort f desc |
 * limit 100`.
 * Anything else is refused as malformed. Source: AWS, "CloudWatch Logs Insights language query syntax".
 */
import { done, failed, type Result } from '../core/result.ts';
import { type InsightsTest, readFilterTest } from './cloudwatch-insights-filter.ts';

export type InsightsGroup = { readonly label: string; readonly field: string | null; readonly binMs: number };
export type InsightsQuery = {
  readonly fields: readonly string[];
  readonly tests: readonly InsightsTest[];
  readonly count: { readonly label: string; readonly groups: readonly InsightsGroup[] } | null;
  readonly sort: { readonly field: string; readonly descending: boolean } | null;
  readonly limit: number;
};

const maxLimit = 10_000;
/** Without `limit`: what one request can ask for at most. */
const unlimited = 100_000;
const name = '@?[A-Za-z_][\\w.]*';
const fieldsCommand = new RegExp(`^(?:fields|display)\\s+(${name}(?:\\s*,\\s*${name})*)$`);
const statsCommand = /^stats\s+count\(\s*\*\s*\)(?:\s+as\s+([A-Za-z_]\w*))?(?:\s+by\s+(.+))?$/;
// The direction is required: the lab does not guess the vendor's default.
const sortCommand = new RegExp(`^sort\\s+(${name})\\s+(asc|desc)$`);
const limitCommand = /^limit\s+(\d{1,5})$/;
const binTerm = /^bin\(\s*(\d{1,3})\s*(s|m|h)\s*\)(?:\s+as\s+([A-Za-z_]\w*))?$/;
const fieldTerm = new RegExp(`^${name}$`);
const unitMs: { readonly [unit: string]: number } = { s: 1_000, m: 60_000, h: 3_600_000 };

function readGroup(text: string): InsightsGroup | null {
  const term = text.trim();
  const bin = binTerm.exec(term);
  if (bin !== null) {
    const binMs = Number(bin[1]) * (unitMs[bin[2] ?? ''] ?? 0);
    return binMs > 0 ? { label: bin[3] ?? `bin(${bin[1]}${bin[2]})`, field: null, binMs } : null;
  }
  return fieldTerm.test(term) ? { label: term, field: term, binMs: 0 } : null;
}

/** All items, or null when one could not be read. */
function complete<Item>(items: readonly (Item | null)[]): readonly Item[] | null {
  const known = items.filter((item) => item !== null);
  return known.length === items.length ? known : null;
}

type Reader = (command: string, query: InsightsQuery) => InsightsQuery | null;

const readFields: Reader = (command, query) => {
  const match = fieldsCommand.exec(command);
  return match === null ? null : { ...query, fields: (match[1] ?? '').split(',').map((field) => field.trim()) };
};

const readFilter: Reader = (command, query) => {
  if (!/^filter\s/.test(command)) return null;
  const test = readFilterTest(command.slice('filter'.length));
  return test === null ? null : { ...query, tests: [...query.tests, test] };
};

const readStats: Reader = (command, query) => {
  const match = statsCommand.exec(command);
  if (match === null || query.count !== null) return null;
  const groups = match[2] === undefined ? [] : complete(match[2].split(',').map(readGroup));
  return groups === null ? null : { ...query, count: { label: match[1] ?? 'count(*)', groups } };
};

const readSort: Reader = (command, query) => {
  const match = sortCommand.exec(command);
  return match === null ? null : { ...query, sort: { field: match[1] ?? '', descending: match[2] === 'desc' } };
};

const readLimit: Reader = (command, query) => {
  const limit = Number(limitCommand.exec(command)?.[1] ?? Number.NaN);
  return limit >= 1 && limit <= maxLimit ? { ...query, limit } : null;
};

const readers = [readFields, readFilter, readStats, readSort, readLimit];

/** A `|` inside a text is part of it. */
const splitCommands = (text: string): readonly string[] =>
  (text.match(/(?:"(?:[^"\\]|\\.)*"|[^|"]|")+/gsu) ?? ['']).map((part) => part.trim());

/** The query, or what could not be read. */
export function parseInsights(text: string): Result<InsightsQuery, string> {
  let query: InsightsQuery = {
    fields: ['@timestamp', '@message'],
    tests: [],
    count: null,
    sort: null,
    limit: unlimited,
  };
  for (const command of splitCommands(text)) {
    const next = readers.map((read) => read(command, query)).find((read) => read !== null);
    if (next === undefined) return failed(`unexpected symbol found near '${command}'`);
    query = next ?? query;
  }
  return done(query);
}
