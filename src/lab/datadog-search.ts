/**
 * The search syntax Datadog's logs, events and spans share: `service:x`, `service:(a OR b)`, `@field:value`, words,
 * `"phrases"`, `*`, AND, OR, NOT, `-` and parentheses. Ranges and comparisons are refused.
 * Source: Datadog documentation, "Log Search Syntax".
 */
import { done, failed, type Result } from '../core/result.ts';

/** What a search is tried on. `field` returns the values of a tag, reserved attribute or `@attribute`. */
export type SearchDocument = { readonly field: (name: string) => readonly string[]; readonly text: string };

export type SearchNode =
  | { readonly kind: 'all' }
  | { readonly kind: 'and' | 'or'; readonly parts: readonly SearchNode[] }
  | { readonly kind: 'not'; readonly part: SearchNode }
  | { readonly kind: 'field'; readonly name: string; readonly value: string }
  | { readonly kind: 'text'; readonly value: string };

type Token =
  | { readonly kind: '(' | ')' | 'and' | 'or' | 'not' }
  | { readonly kind: 'name'; readonly text: string }
  | { readonly kind: 'value'; readonly text: string };

/** The reader's place, and the first thing it could not read. */
type Cursor = { readonly tokens: readonly Token[]; index: number; problem: string | null };

const tokenPattern =
  /\s*(?:([()])|(AND|OR|NOT)(?=[\s(]|$)|(-)(?=\S)|(@?[A-Za-z][\w.@/-]*):(?=\S)|"((?:[^"\\]|\\.)*)"|([^\s()":]+))/y;
const words = { AND: { kind: 'and' }, OR: { kind: 'or' }, NOT: { kind: 'not' } } as const;

function tokenOf(match: RegExpExecArray): Token {
  const [, parenthesis, word, minus, name, phrase, bare] = match;
  if (parenthesis === '(' || parenthesis === ')') return { kind: parenthesis };
  if (word === 'AND' || word === 'OR' || word === 'NOT') return words[word];
  if (minus !== undefined) return { kind: 'not' };
  if (name !== undefined) return { kind: 'name', text: name };
  return { kind: 'value', text: phrase?.replaceAll(/\\(.)/g, '$1') ?? bare ?? '' };
}

function readTokens(query: string): readonly Token[] | null {
  const tokens: Token[] = [];
  const text = query.trim();
  tokenPattern.lastIndex = 0;
  while (tokenPattern.lastIndex < text.length) {
    const match = tokenPattern.exec(text);
    if (match === null) return null;
    tokens.push(tokenOf(match));
  }
  return tokens;
}

const peek = (cursor: Cursor): Token | undefined => cursor.tokens[cursor.index];

function readValue(cursor: Cursor, name: string | null): SearchNode {
  const token = peek(cursor);
  cursor.index += 1;
  if (token?.kind === '(') return readGroup(cursor, name);
  if (token?.kind === 'name' && name === null) return readValue(cursor, token.text);
  if (token?.kind !== 'value' || /^[[<>]/.test(token.text)) {
    cursor.problem ??= token?.kind === 'value' ? token.text : (token?.kind ?? 'end of query');
    return { kind: 'all' };
  }
  if (token.text === '*' && name === null) return { kind: 'all' };
  return name === null ? { kind: 'text', value: token.text } : { kind: 'field', name, value: token.text };
}

function readGroup(cursor: Cursor, name: string | null): SearchNode {
  const group = readOr(cursor, name);
  if (peek(cursor)?.kind !== ')') cursor.problem ??= 'missing )';
  cursor.index += 1;
  return group;
}

function readUnary(cursor: Cursor, name: string | null): SearchNode {
  if (peek(cursor)?.kind !== 'not') return readValue(cursor, name);
  cursor.index += 1;
  return { kind: 'not', part: readUnary(cursor, name) };
}

function readAnd(cursor: Cursor, name: string | null): SearchNode {
  const parts = [readUnary(cursor, name)];
  for (
    let token = peek(cursor);
    token !== undefined && token.kind !== ')' && token.kind !== 'or';
    token = peek(cursor)
  ) {
    if (token.kind === 'and') cursor.index += 1;
    parts.push(readUnary(cursor, name));
  }
  return { kind: 'and', parts };
}

function readOr(cursor: Cursor, name: string | null): SearchNode {
  const parts = [readAnd(cursor, name)];
  while (peek(cursor)?.kind === 'or') {
    cursor.index += 1;
    parts.push(readAnd(cursor, name));
  }
  return { kind: 'or', parts };
}

/** The query's tree, or what could not be read. An empty query finds everything. */
export function parseSearch(query: string): Result<SearchNode, string> {
  const tokens = readTokens(query);
  if (tokens === null) return failed(`Invalid query: '${query}'`);
  if (tokens.length === 0) return done({ kind: 'all' });
  const cursor: Cursor = { tokens, index: 0, problem: null };
  const node = readOr(cursor, null);
  if (cursor.index < tokens.length) cursor.problem ??= 'unexpected )';
  return cursor.problem === null ? done(node) : failed(`Invalid query near '${cursor.problem}'`);
}

/** Text as Datadog indexes it: lower-case words with one space around each. */
const indexed = (text: string): string =>
  ` ${text
    .toLowerCase()
    .split(/[^\p{L}\p{N}_*]+/u)
    .filter(Boolean)
    .join(' ')} `;

/** `*` stands for any run of characters. */
function globMatches(pattern: string, text: string): boolean {
  const [head = '', ...rest] = pattern.split('*');
  if (rest.length === 0) return pattern === text;
  const tail = rest.pop() ?? '';
  if (!text.startsWith(head) || text.length < head.length + tail.length || !text.endsWith(tail)) return false;
  let from = head.length;
  for (const part of rest) {
    const at = text.indexOf(part, from);
    if (at < 0) return false;
    from = at + part.length;
  }
  return from <= text.length - tail.length;
}

function textMatches(value: string, document: SearchDocument): boolean {
  const text = indexed(document.text);
  const wanted = indexed(value);
  if (!wanted.includes('*')) return text.includes(wanted);
  return text
    .trim()
    .split(' ')
    .some((word) => globMatches(wanted.trim(), word));
}

function fieldMatches(name: string, value: string, document: SearchDocument): boolean {
  return document.field(name).some((candidate) => globMatches(value.toLowerCase(), candidate.toLowerCase()));
}

/** Whether the document is found. */
export function searchMatches(node: SearchNode, document: SearchDocument): boolean {
  switch (node.kind) {
    case 'all':
      return true;
    case 'and':
      return node.parts.every((part) => searchMatches(part, document));
    case 'or':
      return node.parts.some((part) => searchMatches(part, document));
    case 'not':
      return !searchMatches(node.part, document);
    case 'field':
      return fieldMatches(node.name, node.value, document);
    case 'text':
      return textMatches(node.value, document);
  }
}

function fieldsOf(node: SearchNode): readonly (string | null)[] {
  if (node.kind === 'field') return [node.name];
  if (node.kind === 'text') return [null];
  if (node.kind === 'not') return fieldsOf(node.part);
  return node.kind === 'all' ? [] : node.parts.flatMap(fieldsOf);
}

function conjuncts(node: SearchNode): readonly SearchNode[] {
  if (node.kind === 'and') return node.parts.flatMap(conjuncts);
  const [only, second] = node.kind === 'or' ? node.parts : [];
  return only !== undefined && second === undefined ? conjuncts(only) : [node];
}

/** The values of one field that can match at all, so that a search need not read every service. */
export function narrow(node: SearchNode, name: string, values: readonly string[]): readonly string[] {
  const conditions = conjuncts(node).filter((part) => {
    const fields = fieldsOf(part);
    return fields.length > 0 && fields.every((field) => field === name);
  });
  return values.filter((value) => {
    const document: SearchDocument = { text: '', field: (asked) => (asked === name ? [value] : []) };
    return conditions.every((condition) => searchMatches(condition, document));
  });
}
