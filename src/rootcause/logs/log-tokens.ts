const variable = '<*>';

/** Keys whose short values name what happened rather than to whom; kept when a JSON line is flattened. */
const stableKeys = [
  'error',
  'err',
  'code',
  'status',
  'type',
  'reason',
  'cause',
  'event',
  'operation',
  'target',
  'host',
];
const messageKeys = ['message', 'msg', 'log', 'text', 'body', 'error', 'err'];

type Fields = { readonly [key: string]: unknown };

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function parseFields(text: string): Fields | null {
  if (text.charCodeAt(0) !== 123) return null;
  try {
    const parsed: unknown = JSON.parse(text);
    return isFields(parsed) ? parsed : null;
  } catch {
    return null;
  }
}

/** One short value as text; an error object by its code, type and message. */
function shortValue(value: unknown): string {
  if (typeof value === 'string') return value.slice(0, 300);
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (!isFields(value)) return '';
  return [value['code'], value['type'], value['name'], value['message']]
    .map((part) => (typeof part === 'string' ? part : ''))
    .filter((part) => part !== '')
    .join(' ');
}

/** The text and level of a line that may be JSON: its message field plus the keys that name the failure. */
export function flattenLine(text: string): { readonly text: string; readonly level: string | null } {
  const fields = parseFields(text.trimStart());
  if (fields === null) return { text, level: null };
  const messageKey = messageKeys.find((key) => shortValue(fields[key]) !== '');
  const parts = stableKeys
    .filter((key) => key !== messageKey && shortValue(fields[key]) !== '')
    .map((key) => `${key}=${shortValue(fields[key])}`);
  const level = fields['level'] ?? fields['severity'] ?? fields['lvl'];
  const message = messageKey === undefined ? '' : shortValue(fields[messageKey]);
  return { text: [message, ...parts].join(' ').trim(), level: typeof level === 'string' ? level : null };
}

const other = 0;
const space = 1;
const digit = 2;
const letter = 3;
const underscore = 4;
/** Characters that may stand inside one identifier, address, path or number. */
const joint = 5;

const kinds = Uint8Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code);
  if (code <= 32) return space;
  if (/[0-9]/u.test(character)) return digit;
  if (/[a-z]/iu.test(character)) return letter;
  if (character === '_') return underscore;
  return '-./:@'.includes(character) ? joint : other;
});

const kindAt = (text: string, at: number): number => kinds[text.charCodeAt(at)] ?? letter;

type Run = { readonly end: number; readonly isVariable: boolean };

/**
 * The run of word and joint characters from `from` on; a trailing joint is not part of it. It varies when it holds a
 * digit or a path, or is a long hexadecimal text.
 */
function readRun(text: string, from: number): Run {
  let end = from;
  let hasDigit = false;
  let hasSlash = false;
  for (let kind = kindAt(text, end); end < text.length && kind >= digit; kind = kindAt(text, end)) {
    if (kind === digit) hasDigit = true;
    else if (text.charCodeAt(end) === 47) hasSlash = true;
    end += 1;
  }
  while (end > from + 1 && kindAt(text, end - 1) === joint) end -= 1;
  const length = end - from;
  if (hasDigit) return { end, isVariable: true };
  if (hasSlash && length > 1) return { end, isVariable: text.slice(from, end).includes('/') };
  return { end, isVariable: length >= 16 && /^[0-9a-f-]+$/iu.test(text.slice(from, end)) };
}

const maxTokens = 64;
const maxCharacters = 600;

/**
 * Splits a line into words and punctuation with variable parts as `<*>`. Knows no system's format: a part varies when
 * it holds a digit or looks like a path. At most 64 tokens of the first 600 characters.
 */
export function tokenize(text: string): string[] {
  const line = text.length > maxCharacters ? text.slice(0, maxCharacters) : text;
  const tokens: string[] = [];
  let at = 0;
  while (at < line.length && tokens.length < maxTokens) {
    const kind = kindAt(line, at);
    if (kind >= digit) {
      const { end, isVariable } = readRun(line, at);
      pushToken(tokens, isVariable ? variable : line.slice(at, end));
      at = end;
    } else {
      if (kind === other) pushToken(tokens, line.charAt(at));
      at += 1;
    }
  }
  return tokens;
}

/** Neighbouring variables are one: lists and versions of any length fall together. */
function pushToken(tokens: string[], token: string): void {
  if (token === variable && tokens[tokens.length - 1] === variable) return;
  tokens.push(token);
}

/** The first words of a line that do not vary, at most `count`, joined by blanks. */
export function leadingWords(text: string, count: number): string {
  let words = '';
  let found = 0;
  for (let at = 0; at < text.length && found < count; ) {
    const kind = kindAt(text, at);
    if (kind < digit) {
      at += 1;
      continue;
    }
    const { end, isVariable } = readRun(text, at);
    if (!isVariable && kind === letter) {
      words += ` ${text.slice(at, end)}`;
      found += 1;
    }
    at = end;
  }
  return words;
}
