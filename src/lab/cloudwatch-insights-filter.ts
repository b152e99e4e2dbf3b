/** The conditions of an Insights `filter` the lab understands; `and` binds closer than `or`. */
export type InsightsTest =
  | {
      readonly operator: '=' | '!=' | 'like' | 'not like' | 'in';
      readonly field: string;
      readonly values: readonly string[];
    }
  | { readonly operator: 'and' | 'or'; readonly tests: readonly InsightsTest[] };

type Token = { readonly kind: 'text' | 'sign' | 'word'; readonly text: string };
/** What is still to be read. */
type Rest = readonly Token[];
type ReadTest = { readonly test: InsightsTest; readonly rest: Rest } | null;

const token = /\s*(?:"((?:[^"\\]|\\.)*)"|([()[\],]|!=|=)|(@?[A-Za-z_][\w.]*))\s*/y;

function tokensOf(text: string): Rest | null {
  const tokens: Token[] = [];
  token.lastIndex = 0;
  while (token.lastIndex < text.length) {
    const match = token.exec(text);
    if (match === null) return null;
    const [, quoted, sign, word] = match;
    if (quoted !== undefined) tokens.push({ kind: 'text', text: quoted.replaceAll(/\\(.)/gs, '$1') });
    else tokens.push(sign === undefined ? { kind: 'word', text: word ?? '' } : { kind: 'sign', text: sign });
  }
  return tokens;
}

/** Null when the text is no condition, or holds more than one. */
export function readFilterTest(text: string): InsightsTest | null {
  const tokens = tokensOf(text);
  const read = tokens === null ? null : readJoined(tokens, 'or');
  return read !== null && read.rest.length === 0 ? read.test : null;
}

const isToken = (one: Token | undefined, kind: Token['kind'], text: string): boolean =>
  one?.kind === kind && one.text === text;

function readJoined(tokens: Rest, operator: 'and' | 'or'): ReadTest {
  const tests: InsightsTest[] = [];
  let rest = tokens;
  for (;;) {
    const read = operator === 'or' ? readJoined(rest, 'and') : readTerm(rest);
    if (read === null) return null;
    tests.push(read.test);
    rest = read.rest;
    if (!isToken(rest[0], 'word', operator)) break;
    rest = rest.slice(1);
  }
  const [only] = tests;
  return { test: tests.length === 1 && only !== undefined ? only : { operator, tests }, rest };
}

function readTerm(tokens: Rest): ReadTest {
  if (isToken(tokens[0], 'sign', '(')) {
    const read = readJoined(tokens.slice(1), 'or');
    return read !== null && isToken(read.rest[0], 'sign', ')') ? { test: read.test, rest: read.rest.slice(1) } : null;
  }
  const [field, ...rest] = tokens;
  if (field?.kind !== 'word') return null;
  if (isToken(rest[0], 'word', 'in')) return readList(field.text, rest.slice(1));
  const negated = isToken(rest[0], 'word', 'not');
  const [operator, value, ...left] = negated ? rest.slice(1) : rest;
  const name = operatorOf(operator, negated);
  if (name === null || value?.kind !== 'text') return null;
  return { test: { operator: name, field: field.text, values: [value.text] }, rest: left };
}

function operatorOf(operator: Token | undefined, negated: boolean): '=' | '!=' | 'like' | 'not like' | null {
  if (isToken(operator, 'word', 'like')) return negated ? 'not like' : 'like';
  if (negated) return null;
  if (isToken(operator, 'sign', '=')) return '=';
  return isToken(operator, 'sign', '!=') ? '!=' : null;
}

function readList(field: string, tokens: Rest): ReadTest {
  if (!isToken(tokens[0], 'sign', '[')) return null;
  const values: string[] = [];
  let rest = tokens;
  do {
    const [, value, ...left] = rest;
    if (value?.kind !== 'text') return null;
    values.push(value.text);
    rest = left;
  } while (isToken(rest[0], 'sign', ','));
  return isToken(rest[0], 'sign', ']') ? { test: { operator: 'in', field, values }, rest: rest.slice(1) } : null;
}
