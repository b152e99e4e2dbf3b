import { type Depth, depths } from './depth.ts';
import type { EvidenceId, HypothesisId } from './evidence.ts';

/**
 * One grammar for `/sre ...` and `@causeway ...` (chat.md 4.4). There is no approve verb: approval needs the rendered
 * plan. Free text after a mention is a question.
 */
export type Command =
  | { readonly verb: 'investigate'; readonly question: string; readonly depth: Depth }
  | { readonly verb: 'status' | 'brief' | 'approvals' | 'whoami' | 'stats' | 'help' }
  | { readonly verb: 'why'; readonly of: HypothesisId | EvidenceId }
  | { readonly verb: 'timeline'; readonly add: string | null }
  | { readonly verb: 'runbook-list' }
  | { readonly verb: 'runbook'; readonly name: string; readonly arguments: string }
  | { readonly verb: 'stop'; readonly all: boolean }
  | { readonly verb: 'resume' }
  | { readonly verb: 'postmortem' }
  | { readonly verb: 'unknown'; readonly said: string; readonly nearest: string };

export const verbs = [
  'investigate',
  'status',
  'brief',
  'why',
  'timeline',
  'runbook',
  'approvals',
  'stop',
  'resume',
  'postmortem',
  'whoami',
  'stats',
  'help',
] as const;

/** Parses a line without its `/sre` or mention. `asked` tells a mention, where free text is a question. */
export function parseCommand(line: string, asked: boolean): Command {
  const text = line.trim().replace(/\s+/gu, ' ');
  const [first = '', ...rest] = text.split(' ');
  const verb = first.toLowerCase();
  const tail = rest.join(' ');
  if (text === '') return asked ? ask('') : { verb: 'help' };
  switch (verb) {
    case 'investigate':
      return investigate(tail);
    case 'status':
    case 'brief':
    case 'approvals':
    case 'whoami':
    case 'stats':
    case 'help':
    case 'postmortem':
    case 'resume':
      return rest.length > 0 && asked && verb !== 'help' && verb !== 'postmortem' ? ask(text) : { verb };
    case 'why':
      return why(tail, text, asked);
    case 'timeline':
      return { verb, add: /^add (?<text>.+)$/iu.exec(tail)?.groups?.['text']?.replace(/^"|"$/gu, '') ?? null };
    case 'runbook':
    case 'runbooks':
      return runbook(line.trim());
    case 'stop':
      return { verb, all: tail.toLowerCase() === 'all' };
    default:
      return asked ? ask(text) : { verb: 'unknown', said: first, nearest: nearestVerb(verb) };
  }
}

const ask = (question: string): Command => ({ verb: 'investigate', question, depth: 'standard' });

/** `investigate deep why is checkout slow`. A question that only begins with the word is asked at standard depth. */
function investigate(tail: string): Command {
  const [first = '', ...rest] = tail.split(' ');
  const depth = depths.find((each) => each === first.toLowerCase());
  return depth === undefined ? ask(tail) : { verb: 'investigate', question: rest.join(' '), depth };
}

function why(tail: string, text: string, asked: boolean): Command {
  const id = /^(?<letter>[HE])(?<digits>\d+)$/iu.exec(tail);
  if (id) return { verb: 'why', of: `${tail[0]?.toUpperCase() === 'H' ? 'H' : 'E'}${Number(tail.slice(1))}` };
  return asked ? ask(text) : { verb: 'unknown', said: `why ${tail}`.trim(), nearest: 'why H1' };
}

/** What stands behind the name is kept as it was typed: a quoted value keeps its spaces. */
function runbook(line: string): Command {
  const { name, values = '' } = /^\S+\s+(?<name>\S+)(?:\s+(?<values>.*))?$/su.exec(line)?.groups ?? {};
  if (name === undefined || name === 'list') return { verb: 'runbook-list' };
  return { verb: 'runbook', name, arguments: values };
}

/** The closest verb by edit distance, for "did you mean". */
export function nearestVerb(said: string): string {
  return verbs.toSorted((a, b) => distance(said, a) - distance(said, b))[0] ?? 'help';
}

function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const swap = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
