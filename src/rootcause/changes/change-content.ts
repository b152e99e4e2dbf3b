import type { LogChange } from '../logs/log-delta.ts';
import type { LogTopic } from '../logs/log-vocabulary.ts';
import { clampUnit } from '../metrics/robust.ts';
import { type DiffLine, linesOfDiff } from './diff-lines.ts';
import { sharedFrame, sharedQuote, sharedVerbosity } from './diff-overlap.ts';
import type { JoinedChange } from './join-changes.ts';

/** What failed, in terms a diff can be compared with. */
export type FailureTerms = {
  /** Log changes on the services the change lands on or that it can reach. */
  readonly logs: readonly LogChange[];
  /** Mechanisms in sight there, strongest first. */
  readonly topics: readonly { readonly topic: Mechanism; readonly strength: number }[];
};

export type Mechanism = LogTopic | 'processor' | 'slowness';

/** Words that a diff able to set off the mechanism tends to hold. General programming words, no product's names. */
const mechanismWords: { readonly [mechanism in Mechanism]: RegExp } = {
  pool: /pool|max_?conn|max_?open|max_?size|connection|acquire|\bidle|\brelease|keep_?alive/iu,
  memory:
    /cache|memo|buffer|heap|memory|retain|new Map|new Set|\.push\(|\.set\(|append\(|listener|\bon\(|stream|leak|history/iu,
  processor:
    /regex|new RegExp|\bsort|while|for \(|\bfor\b|hash|crypt|sync\(|json\.(?:parse|stringify)|compress|recurs|worker|cpu|thread/iu,
  slowness:
    /select\b|query|\bsql\b|\bjoin\b|where\b|index|\blike\b|limit|await|sleep|delay|timeout|retry|batch|page|for \(|lock|sync/iu,
  database: /select\b|query|\bsql\b|\bjoin\b|where\b|index|migrat|column|table|schema|transaction|lock/iu,
  disk: /\blog|debug|trace|tmp|temp|retention|rotat|write|file|dump|archive|volume|disk/iu,
  timeout: /timeout|deadline|retry|backoff|attempt|abort|\bms\b|await|lock/iu,
  unreachable: /host|url|port|endpoint|address|proxy|connect|retry|replica|listen|route|target/iu,
  quota: /rate|limit|batch|interval|poll|retry|concurren|parallel|quota|attempt|loop|prefetch|cache/iu,
  platform: /affinity|toleration|node_?selector|nodepool|zone|region|evict|priority_?class|daemonset/iu,
  certificate: /cert|tls|ssl|\bca\b|https|issuer|x509|secure|verify/iu,
  credentials: /key|token|secret|credential|auth|password|rotat|vault|\bkid\b|issuer|audience|scope|\brole/iu,
  'name-resolution': /host|url|endpoint|dns|resolv|domain|\.internal|\.local|address/iu,
  configuration: /config|env|key|token|secret|credential|auth|scope|role|permission|option|setting/iu,
  data: /parse|schema|valid|format|decode|encode|serial|convert|unit|round|currency|date|field/iu,
  code: /null|undefined|\?\.|return|throw|catch|await|optional|default|type|assert|parse/iu,
};

export type ContentMatch = { readonly score: number; readonly says: string | null };

/**
 * Seven ways a diff can have to do with a failure: its lines hold the words of the mechanism in sight, they share uncommon
 * words or numbers with new log lines, they change a number by much, a stack frame lies in its files, an error quotes a
 * name it takes away or brings in, or it asks for the log level that surged.
 */
export function matchContent(change: JoinedChange, failure: FailureTerms, corpus: WordCorpus): ContentMatch {
  const lines = linesOfDiff(change.diff);
  const changed = textOf(lines.filter((line) => line.sign !== ' '));
  // What a platform reports has no diff: its title says what was turned.
  const isEvent = change.kind === 'flag' || (change.repository === null && change.diff === '');
  const text = isEvent ? `${changed}\n${change.title}` : changed;
  if (text.trim() === '') return { score: 0, says: null };
  const nearby = `${textOf(lines.filter((line) => line.sign === ' '))}\n${change.title}`;
  const mechanism = bestMechanism({ changed: text, nearby }, failure);
  const shared = sharedWords(text, failure, corpus);
  const numbers = sharedNumbers(textOf(lines.filter((line) => line.sign === '+')), failure);
  const leap = numberLeap(lines);
  const named = Math.max(
    0.85 * sharedFrame(change.paths, failure.logs),
    0.75 * sharedQuote(lines, failure.logs),
    0.7 * sharedVerbosity(lines, failure.logs),
  );
  const weak = (1 - 0.65 * mechanism.strength) * (1 - 0.7 * shared.weight) * (1 - 0.5 * numbers) * (1 - 0.3 * leap);
  return { score: clampUnit(1 - weak * (1 - named)), says: matchSentence(mechanism, shared.count, named) };
}

const textOf = (lines: readonly DiffLine[]): string => lines.map((line) => line.text).join('\n');

type MechanismMatch = { readonly name: Mechanism | null; readonly strength: number };
type DiffText = { readonly changed: string; readonly nearby: string };

function bestMechanism({ changed, nearby }: DiffText, failure: FailureTerms): MechanismMatch {
  const matches = failure.topics
    .map(({ topic, strength }) => {
      const words = mechanismWords[topic];
      return { name: topic, strength: strength * Math.max(share(changed, words), 0.65 * share(nearby, words)) };
    })
    .filter((match) => match.strength > 0);
  return matches.toSorted((a, b) => b.strength - a.strength)[0] ?? { name: null, strength: 0 };
}

/** Share of the lines that hold a word, doubled: half the lines are enough. */
function share(text: string, words: RegExp): number {
  const lines = text.split('\n').filter((line) => /\w/u.test(line));
  const hits = lines.filter((line) => words.test(line)).length;
  return hits === 0 ? 0 : clampUnit(0.3 + (1.4 * hits) / lines.length);
}

const numberPattern = /(?<![\w.])\d+(?:\.\d+)?/gu;

/** The largest change of one number on an otherwise equal line, as 0 to 1: eightfold is 1. */
function numberLeap(lines: readonly DiffLine[]): number {
  const shapeOf = (line: DiffLine): string => `${line.path} ${line.text.replace(numberPattern, '0')}`;
  const removed = new Map(lines.filter((line) => line.sign === '-').map((line) => [shapeOf(line), line.text]));
  const leaps = lines.flatMap((line) => {
    const old = line.sign === '+' ? removed.get(shapeOf(line)) : undefined;
    return old === undefined ? [] : leapsBetween(old, line.text);
  });
  return clampUnit(Math.max(0, ...leaps) / 3);
}

function leapsBetween(old: string, fresh: string): readonly number[] {
  const after = fresh.match(numberPattern) ?? [];
  return (old.match(numberPattern) ?? []).map((value, at) => {
    const [from, to] = [Number(value), Number(after[at] ?? value)];
    if (from === to) return 0;
    return from > 0 && to > 0 ? Math.abs(Math.log2(to / from)) : 3;
  });
}

function matchSentence(mechanism: MechanismMatch, words: number, named: number): string | null {
  const parts = [
    ...(named > 0.1 ? ['holds the file, the name or the level that the log lines point at'] : []),
    ...(mechanism.name === null ? [] : [`touches what governs ${mechanismNames[mechanism.name]}`]),
    ...(words === 0 ? [] : [`shares ${words} uncommon ${words === 1 ? 'word' : 'words'} with new log lines`]),
  ];
  return parts.length === 0 ? null : parts.join(' and ');
}

const mechanismNames: { readonly [mechanism in Mechanism]: string } = {
  pool: 'connection pools',
  memory: 'memory',
  processor: 'processor time',
  slowness: 'how long requests take',
  database: 'database queries',
  disk: 'disk use',
  timeout: 'timeouts',
  unreachable: 'where calls go',
  quota: 'how often others are called',
  platform: 'where it runs',
  certificate: 'TLS',
  credentials: 'credentials',
  'name-resolution': 'host names',
  configuration: 'configuration or credentials',
  data: 'how data is read',
  code: 'the failing code path',
};

/** How many of all changes hold a word: words in every diff say nothing. */
export type WordCorpus = { readonly changes: number; readonly holding: ReadonlyMap<string, number> };

/** Names of services count as held by every change. */
export function countWords(changes: readonly JoinedChange[], services: readonly string[]): WordCorpus {
  const holding = new Map<string, number>();
  for (const change of changes) {
    for (const word of wordsOf(change.diff)) holding.set(word, (holding.get(word) ?? 0) + 1);
  }
  for (const part of services.flatMap((id) => [id, ...id.split(/[-_.]/u)]))
    holding.set(part.toLowerCase(), changes.length);
  return { changes: changes.length, holding };
}

const tooCommon = new Set(
  'error errors failed failure request response service info warn message status with from this that return const await async function null undefined true false then when line level code type value data name path http https text string number after before while for not the and was has'.split(
    ' ',
  ),
);

/** Identifiers and their parts (`orderTotal` also as `order`, `total`), lower-case, four letters or more. */
function wordsOf(text: string): ReadonlySet<string> {
  const words = new Set<string>();
  for (const match of text.matchAll(/[A-Za-z_][A-Za-z0-9_]{3,60}/gu)) {
    const whole = match[0];
    words.add(whole.toLowerCase());
    for (const part of whole.split(/_|(?<=[a-z0-9])(?=[A-Z])/u)) if (part.length >= 4) words.add(part.toLowerCase());
  }
  for (const word of tooCommon) words.delete(word);
  return words;
}

function sharedWords(text: string, failure: FailureTerms, corpus: WordCorpus): { weight: number; count: number } {
  const inDiff = wordsOf(text);
  const weights = new Map<string, number>();
  for (const change of failure.logs.slice(0, 12)) {
    for (const word of wordsOf(`${change.template.template} ${change.template.sample}`)) {
      if (inDiff.has(word)) weights.set(word, Math.max(weights.get(word) ?? 0, change.severity * rarity(word, corpus)));
    }
  }
  const sum = [...weights.values()].toSorted((a, b) => a - b).reduce((total, weight) => total + weight, 0);
  return { weight: sum / (sum + 1), count: [...weights.values()].filter((weight) => weight > 0.2).length };
}

/** 1 for a word only one change holds, towards 0 for one they all hold. */
function rarity(word: string, corpus: WordCorpus): number {
  const holding = Math.max(1, corpus.holding.get(word) ?? 1);
  return Math.log((corpus.changes + 1) / holding) / Math.log(corpus.changes + 1);
}

/** A number of two or more digits that the change adds and new log lines repeat, such as a limit or a timeout. */
function sharedNumbers(added: string, failure: FailureTerms): number {
  const numbers = new Set([...added.matchAll(/(?<![\w.])\d{2,7}(?![\w.])/gu)].map((match) => match[0]));
  const hits = failure.logs.filter((change) => {
    const inLine = change.template.sample.match(/(?<![\w.:-])\d{2,7}(?=\D|$)/gu) ?? [];
    return inLine.some((number) => numbers.has(number));
  });
  return Math.max(0, ...hits.map((change) => change.severity));
}
