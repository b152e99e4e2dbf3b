import { compareText } from '../order.ts';
import type { SpanNode } from './span-tree.ts';

/** One thing that spans of an operation do or log, and how that changed. */
export type BrokenHabit = {
  readonly service: string;
  readonly operation: string;
  readonly change: 'stopped' | 'new failure' | 'cut short';
  /** Whether it is a line that is logged or an operation that is called. */
  readonly sort: 'line' | 'call';
  /** Spans with it and spans of the operation, before and after. */
  readonly before: readonly [having: number, all: number];
  readonly after: readonly [having: number, all: number];
  /** Standard deviations of the difference of two shares, positive. */
  readonly deviation: number;
};

export type Habits = {
  readonly broken: readonly BrokenHabit[];
  /** Traces in which a service is the deepest with a broken habit, and traces in which it has one at all. */
  readonly deepest: ReadonlyMap<string, { readonly deepest: number; readonly all: number }>;
};

type Counts = { before: number; after: number };
type Operation = {
  readonly service: string;
  readonly name: string;
  before: number;
  after: number;
  readonly features: Map<string, Counts>;
};

/** What nearly every span of the past did counts as a habit. */
const habitShare = 0.95;
const minDeviation = 2;
/** Spans of the past that make a habit. */
const minSpans = 5;
/** A smaller share of spans may merely be cut off by the end of the recording. */
const minChange = 0.05;
const failureWords = /error|exception|fail|fatal|panic|refused|timed?.?out|denied|abort/iu;

/**
 * What spans of an operation always did and no longer do, failures that none of them knew, and requests that break off;
 * blamed on the deepest service of each trace that shows one, because callers above it only follow (event patterns of
 * Yu et al. FSE 2023). Comparing inside one operation keeps a changed mix of requests from looking like a fault.
 * `linesOf` gives the statements logged in a span.
 */
export function findBrokenHabits(
  nodes: readonly SpanNode[],
  linesOf: (node: SpanNode) => ReadonlySet<string> | undefined,
): Habits {
  const operations = new Map<string, Operation>();
  const isFailure = rememberFailures();
  const marked = nodes.map((node): Marked => {
    const features = featuresOf(node, linesOf(node), isFailure);
    return { node, features, operation: countFeatures(operations, node, features) };
  });
  const known = failuresKnown(operations);
  const found = new Map([...operations.values()].map((one) => [one, compareOperation(one, known)]));
  return {
    broken: [...found.values()]
      .flatMap((list) => list.map(({ habit }) => habit))
      .toSorted((a, b) => b.deviation - a.deviation || compareHabits(a, b)),
    deepest: countDeepest(marked, found),
  };
}

type Marked = { readonly node: SpanNode; readonly features: ReadonlySet<string>; readonly operation: Operation };

const compareHabits = (a: BrokenHabit, b: BrokenHabit): number => compareText(textOf(a), textOf(b));

const textOf = ({ service, operation, change, sort, before, after }: BrokenHabit): string =>
  [service, operation, change, sort, ...before, ...after].join(' ');

const wayMark = 'way ';
const leaf: ReadonlySet<string> = new Set([wayMark]);

function featuresOf(
  { span, children }: SpanNode,
  lines: ReadonlySet<string> | undefined,
  isFailure: (text: string) => boolean,
): ReadonlySet<string> {
  if (children.length === 0 && lines === undefined && span.failed !== true) return leaf;
  const features = new Set(children.map(({ label }) => label));
  features.add(wayOf(features, isFailure));
  for (const line of lines ?? []) features.add(line);
  if (span.failed === true) features.add('failed with an error');
  return features;
}

/** All calls a span makes, as one feature; handling an error is no part of the way. */
const wayOf = (calls: ReadonlySet<string>, isFailure: (text: string) => boolean): string =>
  wayMark +
  [...calls]
    .filter((call) => !isFailure(call))
    .sort(compareText)
    .join('\t');

function rememberFailures(): (text: string) => boolean {
  const known = new Map<string, boolean>();
  return (text) => {
    const seen = known.get(text) ?? failureWords.test(text);
    known.set(text, seen);
    return seen;
  };
}

const callsOfWay = (way: string): readonly string[] => (way === wayMark ? [] : way.slice(wayMark.length).split('\t'));

/** One handler may serve several entries: what it does is usual only under the same one. */
function countFeatures(
  operations: Map<string, Operation>,
  { span, parent, label, isPast }: SpanNode,
  features: ReadonlySet<string>,
): Operation {
  const key = `${label}\n${parent === null ? '' : parent.span.operation}`;
  const operation = operations.get(key) ?? newOperation(span);
  operations.set(key, operation);
  const side = isPast ? 'before' : 'after';
  operation[side] += 1;
  for (const feature of features) countFeature(operation.features, feature, side);
  return operation;
}

function countFeature(counted: Map<string, Counts>, feature: string, side: keyof Counts): void {
  const counts = counted.get(feature) ?? { before: 0, after: 0 };
  counts[side] += 1;
  counted.set(feature, counts);
}

const newOperation = ({ service, operation }: SpanNode['span']): Operation => ({
  service,
  name: operation,
  before: 0,
  after: 0,
  features: new Map(),
});

/** Failures a service showed before, in any operation: no news. */
function failuresKnown(operations: ReadonlyMap<string, Operation>): ReadonlySet<string> {
  const known = new Set<string>();
  for (const { service, features } of operations.values()) {
    for (const [feature, { before }] of features) if (before > 0) known.add(`${service} ${feature}`);
  }
  return known;
}

type Found = { readonly feature: string; readonly habit: BrokenHabit };

function compareOperation(operation: Operation, known: ReadonlySet<string>): readonly Found[] {
  const { service, name, before, after } = operation;
  if (before < minSpans || after < 2) return [];
  return [...operation.features].flatMap(([feature, counts]) => {
    const change = changeOf(operation, feature, counts);
    if (change === null || (change === 'new failure' && known.has(`${service} ${feature}`))) return [];
    const deviation = deviationOf(operation, counts);
    if (deviation === 0) return [];
    const habit: BrokenHabit = {
      service,
      operation: name,
      change,
      sort: feature.startsWith('line ') ? 'line' : 'call',
      before: [counts.before, before],
      after: [counts.after, after],
      deviation,
    };
    return [{ feature, habit }];
  });
}

/** 0 when it is within chance, or moved too little to matter. */
function deviationOf({ before, after }: Operation, counts: Counts): number {
  const deviation = Math.abs(differenceOf([counts.before, before], [counts.after, after]));
  const moved = Math.abs(counts.after / after - counts.before / before);
  return deviation < minDeviation || moved < minChange ? 0 : deviation;
}

/**
 * Where one operation serves many kinds of request no call is a habit. Then a request that breaks off shows as a way
 * that is part of a longer one, and grows while the longer one fades.
 */
function isCutShort(operation: Operation, way: string, counts: Counts): boolean {
  const { before, after, features } = operation;
  if (counts.after / after <= counts.before / before || deviationOf(operation, counts) === 0) return false;
  const calls = callsOfWay(way);
  return [...features].some(([longer, others]) => {
    if (!longer.startsWith(wayMark) || others.after / after >= others.before / before) return false;
    const among = new Set(callsOfWay(longer));
    return among.size > calls.length && calls.every((call) => among.has(call)) && deviationOf(operation, others) > 0;
  });
}

/** An error that stopped is no fault; a success that is new is none either. */
function changeOf(operation: Operation, feature: string, counts: Counts): BrokenHabit['change'] | null {
  const { before, after } = operation;
  if (feature.startsWith(wayMark)) return isCutShort(operation, feature, counts) ? 'cut short' : null;
  const isFailure = failureWords.test(feature);
  if (!isFailure && counts.before >= habitShare * before && counts.after < counts.before * (after / before)) {
    return 'stopped';
  }
  return isFailure && counts.before === 0 ? 'new failure' : null;
}

/** Two shares compared, each with half a count added, so that few spans say little. */
function differenceOf(a: readonly [number, number], b: readonly [number, number]): number {
  const [first, second] = [(a[0] + 0.5) / (a[1] + 1), (b[0] + 0.5) / (b[1] + 1)];
  const pooled = (a[0] + b[0] + 1) / (a[1] + b[1] + 2);
  return (second - first) / Math.sqrt(pooled * (1 - pooled) * (1 / (a[1] + 1) + 1 / (b[1] + 1)));
}

function countDeepest(marked: readonly Marked[], found: ReadonlyMap<Operation, readonly Found[]>): Habits['deepest'] {
  const deepest = new Map<string, SpanNode>();
  const shown = new Map<string, Set<string>>();
  for (const { node } of marked.filter((one) => !one.node.isPast && isOdd(one, found))) {
    const traces = shown.get(node.span.service) ?? new Set<string>();
    shown.set(node.span.service, traces.add(node.span.trace));
    const best = deepest.get(node.span.trace);
    if (best === undefined || isDeeper(node, best)) deepest.set(node.span.trace, node);
  }
  const tally = new Map([...shown].map(([service, traces]) => [service, { deepest: 0, all: traces.size }]));
  for (const { span } of deepest.values()) {
    const counted = tally.get(span.service);
    if (counted !== undefined) counted.deepest += 1;
  }
  return tally;
}

/** Of two at one depth the first by name, so that the order of spans does not matter. */
const isDeeper = (a: SpanNode, b: SpanNode): boolean =>
  a.depth > b.depth || (a.depth === b.depth && compareText(a.label, b.label) < 0);

/** It lacks what its operation always did, or shows what is new. */
const isOdd = ({ features, operation }: Marked, found: ReadonlyMap<Operation, readonly Found[]>): boolean =>
  (found.get(operation) ?? []).some(({ feature, habit }) => features.has(feature) !== (habit.change === 'stopped'));
