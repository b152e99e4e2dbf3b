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

const isDigit = (code: number): boolean => code >= 48 && code <= 57;
const isLetter = (code: number): boolean => (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code > 127;
const isWord = (code: number): boolean => isDigit(code) || isLetter(code) || code === 95;
/** Characters that may stand inside one identifier, address, path or number. */
const isJoint = (code: number): boolean => code === 45 || code === 46 || code === 47 || code === 58 || code === 64;

/** End of the run of word and joint characters that starts at `from`; a trailing joint is not part of it. */
function runEnd(text: string, from: number): number {
  let at = from;
  while (at < text.length && (isWord(text.charCodeAt(at)) || isJoint(text.charCodeAt(at)))) at += 1;
  while (at > from + 1 && isJoint(text.charCodeAt(at - 1))) at -= 1;
  return at;
}

function hasDigit(token: string): boolean {
  for (let at = 0; at < token.length; at += 1) if (isDigit(token.charCodeAt(at))) return true;
  return false;
}

/** A run as a constant or `<*>`: anything with a digit, a path, or a long hexadecimal string varies. */
function maskRun(run: string): string {
  if (hasDigit(run)) return variable;
  if (run.length > 1 && run.includes('/')) return variable;
  if (run.length >= 16 && /^[0-9a-f-]+$/iu.test(run)) return variable;
  return run;
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
    const code = line.charCodeAt(at);
    if (code <= 32) {
      at += 1;
    } else if (isWord(code) || isJoint(code)) {
      const end = runEnd(line, at);
      pushToken(tokens, maskRun(line.slice(at, end)));
      at = end;
    } else {
      pushToken(tokens, line.charAt(at));
      at += 1;
    }
  }
  return tokens;
}

/** Neighbouring variables are one: lists and versions of any length fall together. */
function pushToken(tokens: string[], token: string): void {
  if (token === variable && tokens.at(-1) === variable) return;
  tokens.push(token);
}
