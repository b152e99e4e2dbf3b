/**
 * Two exact ways in which a failing service names a change: a stack frame in a file the change touches, and a name quoted
 * in an error that the change takes away or brings in (stack traces are the strongest single feature of crash-inducing
 * change location: Wu et al., "ChangeLocator", 2018).
 */
import type { LogChange } from '../logs/log-delta.ts';
import type { DiffLine } from './diff-lines.ts';

const frames =
  /([\w./-]*[\w-]+\.(?:go|ts|tsx|js|mjs|py|java|kt|rb|rs|cs|cpp|cc|c|php|scala|ex|swift))[:"' ,(]+(?:line )?\d+/giu;
const quoted = /["'`]([A-Za-z_][\w.-]{2,60})["'`]/gu;
const identifiers = /[A-Za-z_][\w-]{2,60}/gu;

/** 0 to 1: the severest line with a stack frame in one of the files. */
export function sharedFrame(paths: readonly string[], logs: readonly LogChange[]): number {
  const hits = logs.filter(({ template }) =>
    [...template.sample.matchAll(frames)].some(([, frame = '']) => paths.some((path) => isSameFile(path, frame))),
  );
  return Math.max(0, ...hits.map(({ severity }) => severity));
}

/** Equal from the right over all parts that the shorter one has. */
function isSameFile(path: string, frame: string): boolean {
  const [a, b] = [path, frame].map((name) => name.split('/').filter((part) => part !== '' && part !== '.'));
  if (a === undefined || b === undefined || a.length === 0 || b.length === 0) return false;
  const depth = Math.min(a.length, b.length);
  return a.slice(-depth).join('/') === b.slice(-depth).join('/');
}

/** 0 to 1: the severest line that quotes a name which only one side of the diff holds. */
export function sharedQuote(lines: readonly DiffLine[], logs: readonly LogChange[]): number {
  const namesOn = (sign: DiffLine['sign']): ReadonlySet<string> =>
    new Set(lines.filter((line) => line.sign === sign).flatMap((line) => line.text.match(identifiers) ?? []));
  const [removed, added] = [namesOn('-'), namesOn('+')];
  const hits = logs.filter(({ template }) =>
    [...`${template.template} ${template.sample}`.matchAll(quoted)].some(
      ([, name = '']) => removed.has(name) !== added.has(name),
    ),
  );
  return Math.max(0, ...hits.map(({ severity }) => severity));
}

/** 1 when the diff asks for more to be logged and lines of that level are what surged; else 0. */
export function sharedVerbosity(lines: readonly DiffLine[], logs: readonly LogChange[]): 0 | 1 {
  const asks = lines.some(({ sign, text }) => sign === '+' && /\b(?:debug|trace|verbose)\b/iu.test(text));
  const surges = logs.some(
    ({ template, change }) => template.level === 'debug' && change !== 'vanished' && template.count >= manyLines,
  );
  return asks && surges ? 1 : 0;
}

const manyLines = 50;
