import { compareText } from '../order.ts';
import type { LogTemplate } from '../telemetry.ts';
import { flattenLine, tokenize } from './log-tokens.ts';

export type LogLine = { readonly atMs: number; readonly level: string; readonly message: string };
export type TimeWindow = { readonly fromMs: number; readonly toMs: number };
/** A `LogTemplate` that does not know yet whose it is. */
export type MinedTemplate = Omit<LogTemplate, 'service' | 'evidence'>;
type Level = LogTemplate['level'];

type Group = {
  tokens: readonly string[];
  level: Level;
  count: number;
  baselineCount: number;
  firstSeenMs: number;
  sampleAtMs: number;
  sample: string;
};

/** Above this many distinct shapes the rarest positions are merged early: memory stays bounded. */
const maxGroups = 4_000;
/** A position that takes this many different words among otherwise equal lines is a variable. */
const distinctWords = 4;
const variable = '<*>';

/**
 * Streams lines into templates with their counts in `window` and `baseline` (half open, milliseconds). Lines outside
 * both are ignored. Order of the result: most frequent in the window first. After the constant-versus-variable position
 * idea of IPLoM and Brain (Yu et al. 2023), with no per-system pattern; bounded memory.
 */
export function mineTemplates(
  lines: Iterable<LogLine>,
  window: TimeWindow,
  baseline: TimeWindow,
): readonly MinedTemplate[] {
  let groups = new Map<string, Group>();
  for (const line of lines) {
    const inWindow = line.atMs >= window.fromMs && line.atMs < window.toMs;
    if (!inWindow && !(line.atMs >= baseline.fromMs && line.atMs < baseline.toMs)) continue;
    addLine(groups, line, inWindow);
    if (groups.size > maxGroups) groups = shrink(mergeVariables(groups));
  }
  return [...mergeVariables(groups).values()].map(toTemplate).toSorted(byCount);
}

function addLine(groups: Map<string, Group>, line: LogLine, inWindow: boolean): void {
  const flat = flattenLine(line.message);
  const level = levelOf(line.level === '' ? (flat.level ?? '') : line.level);
  const tokens = tokenize(flat.text);
  const key = `${level} ${tokens.join(' ')}`;
  const seen = groups.get(key);
  const group = seen ?? newGroup(tokens, level, line);
  if (seen === undefined) groups.set(key, group);
  if (inWindow) group.count += 1;
  else group.baselineCount += 1;
  if (line.atMs < group.firstSeenMs) group.firstSeenMs = line.atMs;
  if (line.atMs < group.sampleAtMs) {
    group.sampleAtMs = line.atMs;
    group.sample = line.message;
  }
}

const newGroup = (tokens: readonly string[], level: Level, line: LogLine): Group => ({
  tokens,
  level,
  count: 0,
  baselineCount: 0,
  firstSeenMs: line.atMs,
  sampleAtMs: line.atMs,
  sample: line.message,
});

/** Any vendor's level word as one of four; unknown words are `info`. */
function levelOf(word: string): Level {
  const lower = word.toLowerCase();
  if (/^(?:err|error|fatal|crit|critical|alert|emerg|emergency|severe|panic|e|f)$/u.test(lower)) return 'error';
  if (/^(?:warn|warning|w)$/u.test(lower)) return 'warn';
  if (/^(?:debug|trace|verbose|d|t|v)$/u.test(lower)) return 'debug';
  return 'info';
}

/** Repeats until no position of equally shaped groups takes `distinctWords` or more values. */
function mergeVariables(groups: Map<string, Group>): Map<string, Group> {
  const byShape = new Map<string, Group[]>();
  for (const group of groups.values()) {
    const shape = `${group.level} ${group.tokens.length}`;
    const list = byShape.get(shape);
    if (list === undefined) byShape.set(shape, [group]);
    else list.push(group);
  }
  const merged = new Map<string, Group>();
  for (const list of byShape.values()) {
    for (const group of settle(list)) combine(merged, `${group.level} ${group.tokens.join(' ')}`, group);
  }
  return merged;
}

function settle(groups: readonly Group[]): readonly Group[] {
  let current = groups;
  for (let round = 0; round < 4; round += 1) {
    const next = mergeEachPosition(current);
    if (next.length === current.length) return next;
    current = next;
  }
  return current;
}

function mergeEachPosition(groups: readonly Group[]): readonly Group[] {
  const length = groups[0]?.tokens.length ?? 0;
  let current = groups;
  for (let position = 0; position < length && current.length >= distinctWords; position += 1) {
    current = mergePosition(current, position);
  }
  return current;
}

function mergePosition(groups: readonly Group[], position: number): readonly Group[] {
  const byRest = new Map<string, Group[]>();
  for (const group of groups) {
    const key = without(group.tokens, position);
    const list = byRest.get(key);
    if (list === undefined) byRest.set(key, [group]);
    else list.push(group);
  }
  return [...byRest.values()].flatMap((list) => (varies(list, position) ? [fold(list, position)] : list));
}

const without = (tokens: readonly string[], position: number): string =>
  tokens.map((token, at) => (at === position ? variable : token)).join(' ');

function varies(list: readonly Group[], position: number): boolean {
  const tokens = list[0]?.tokens ?? [];
  if (!tokens.some((token, at) => at !== position && isConstantWord(token))) return false;
  if (list.some((group) => group.tokens[position] === variable)) return list.length > 1;
  return list.length >= distinctWords;
}

/** A template needs one word that stays, or it says nothing. */
const isConstantWord = (token: string): boolean => token !== variable && token.length > 1;

function fold(list: readonly Group[], position: number): Group {
  const merged = new Map<string, Group>();
  for (const group of list) {
    const tokens = group.tokens.map((token, at) => (at === position ? variable : token));
    combine(merged, '', { ...group, tokens });
  }
  const [only] = merged.values();
  if (only === undefined) throw new Error('fold of an empty list');
  return only;
}

function combine(groups: Map<string, Group>, key: string, group: Group): void {
  const seen = groups.get(key);
  if (seen === undefined) {
    groups.set(key, group);
    return;
  }
  const earlier = seen.sampleAtMs <= group.sampleAtMs ? seen : group;
  groups.set(key, {
    ...seen,
    count: seen.count + group.count,
    baselineCount: seen.baselineCount + group.baselineCount,
    firstSeenMs: Math.min(seen.firstSeenMs, group.firstSeenMs),
    sampleAtMs: earlier.sampleAtMs,
    sample: earlier.sample,
  });
}

/** Still too many shapes: keep only the first words of each, so that free text cannot fill memory. */
function shrink(groups: Map<string, Group>): Map<string, Group> {
  if (groups.size <= maxGroups / 2) return groups;
  const shrunk = new Map<string, Group>();
  for (const group of groups.values()) {
    const tokens = group.tokens.length > 4 ? [...group.tokens.slice(0, 4), variable] : group.tokens;
    combine(shrunk, `${group.level} ${tokens.join(' ')}`, { ...group, tokens });
  }
  if (shrunk.size <= maxGroups / 2) return shrunk;
  const kept = [...shrunk.entries()].toSorted((a, b) => total(b[1]) - total(a[1])).slice(0, maxGroups / 2);
  return new Map(kept);
}

const total = (group: Group): number => group.count + group.baselineCount;

const toTemplate = (group: Group): MinedTemplate => ({
  template: group.tokens.join(' '),
  level: group.level,
  count: group.count,
  baselineCount: group.baselineCount,
  firstSeenMs: group.firstSeenMs,
  sample: group.sample.slice(0, 1_000),
});

const byCount = (a: MinedTemplate, b: MinedTemplate): number =>
  b.count - a.count || b.baselineCount - a.baselineCount || compareText(a.template, b.template);
