import { flattenLine, leadingWords } from '../logs/log-tokens.ts';
import type { TracedLine } from '../telemetry.ts';
import type { SpanNode } from './span-tree.ts';

/** Words that tell a log statement from its neighbours; the rest of the line is what it was about. */
const tellingWords = 8;

/**
 * The log statements each span ran, told by the words a line begins with: variable parts come late (Drain, He et al.
 * 2017, descends by leading tokens for that reason), so two lines of one statement fall together without mining.
 */
export function statementsBySpan(lines: readonly TracedLine[]): (node: SpanNode) => ReadonlySet<string> | undefined {
  const bySpan = new Map<string, Set<string>>();
  for (const { trace, span, message } of lines) {
    if (trace === undefined || span === undefined) continue;
    const key = `${trace}/${span}`;
    bySpan.set(key, (bySpan.get(key) ?? new Set<string>()).add(statementOf(message)));
  }
  return ({ span }) => bySpan.get(`${span.trace}/${span.span}`);
}

const failure = /error|exception|fail|fatal|panic|refused|timed?.?out|denied|abort/i;
/** A statement shows itself in this many characters, ids of a trace included. */
const tellingCharacters = 240;

function statementOf(message: string): string {
  const text = flattenLine(message).text.slice(0, tellingCharacters);
  return `line${leadingWords(text, tellingWords)}${failure.test(text) ? ' (failure)' : ''}`;
}
