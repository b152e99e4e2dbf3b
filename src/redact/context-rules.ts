import { after } from './prefixed.ts';
import type { Rule } from './rule.ts';

// The value after a delimiter: quoted up to its quote, or bare up to white space or a separator.
const value =
  '(?:\\\\{0,2}"([^"\\r\\n]+?)\\\\{0,2}"|\\\\{0,2}\'([^\'\\r\\n]+?)\\\\{0,2}\'|`([^`\\r\\n]+?)`|([^\\s"\'`,;&<>(){}\\[\\]|\\\\][^\\s"\'`,;&<>|\\\\]{2,}))';
// Also a declared type in between, and the operators of shells, make files and PHP: "var apiToken string = ", "::=", ".=".
const assign =
  '(?:\\[[0-9]{0,6}\\])?\\\\{0,2}["\'`]?\\]?(?:\\s{0,4}(?:string|str|const char\\s?\\*))?\\s{0,4}(?:[:.?+!]{0,3}={1,3}>?|:)\\s{0,4}@?';
const keyWordStart =
  '(?:api|app|application|access|account|auth|private|secret|encryption|signing|master|license|shared|storage|sas|service|client|consumer|ssh|ibm|softlayer|sl|cos)[_.-]?key';
const keyWord = `${keyWordStart}(?:[_-]id)?`;
const longWord =
  'pass(?:word|wd|phrase|code)|secret[es]?(?:[_.-]?(?:id|value|text|string))?|token|credentials?|connection[_.-]?string|(?:session|refresh|csrf|xsrf)[_.-]id|jsessionid|phpsessid|webhook[_.-]?url';
const shortWord = '(?:^|[^a-z])(?:pass|pwd|pw)';
const secretWord = `(?:${shortWord}|${longWord})`;
// For a pattern that is tried where its hint begins: what may not stand before it is in the gate.
const secretHere = `(?:${longWord}|pass|pwd|pw)`;
const wordHere = `(?:${secretHere}|key(?:[_-]id)?)`;
// The short words are no part of a longer one, unless of "password"; a key is one of the keys above.
const isWord = `(?:(?<=pass)(?=word|wd|phrase|code)|(?<=${shortWord})|(?<=${keyWordStart})|(?<!pass|pwd|pw|key))`;
// What every value begins with.
const valueStart = '(?:\\\\{0,2}["\'`]|[^\\s"\'`,;&<>(){}\\[\\]|\\\\][^\\s"\'`,;&<>|\\\\]{2})';
const fieldHints = ['pass', 'secret', 'token', 'credential', 'key'];

const gateOf = (pattern: string): RegExp => new RegExp(pattern, 'iuy');
const number = '(?:[_-]?[0-9]{1,4})?';
const anywhere = after('');

/** Secrets known by what stands before them. */
export const contextRules: readonly Rule[] = [
  {
    kind: 'assigned-secret',
    within: 'line',
    before: anywhere,
    gate: gateOf(`${isWord}[a-z]{0,12}(?:[_.-][a-z]{1,8})?${number}${assign}${valueStart}`),
    hints: [
      'pass',
      'pwd',
      'pw',
      'secret',
      'token',
      'credential',
      'connection',
      'session',
      'jsessionid',
      'phpsessid',
      'refresh',
      'csrf',
      'xsrf',
      'webhook',
    ],
    pattern: `(?i)${secretHere}${number}${assign}${value}`,
    group: -1,
  },
  {
    kind: 'assigned-key',
    within: 'line',
    before: anywhere,
    gate: gateOf(`(?<=${keyWordStart})(?:[_-]id)?${number}${assign}${valueStart}`),
    hints: ['key'],
    pattern: `(?i)key(?:[_-]id)?${number}${assign}${value}`,
    group: -1,
  },
  {
    kind: 'secret-field',
    within: 'line',
    before: anywhere,
    gate: gateOf(`${isWord}[\\w.-]{0,90}${assign}(?:"[^"\\r\\n]{4}|'[^'\\r\\n]{4})`),
    hints: fieldHints,
    pattern: `(?i)${wordHere}(?:[_.-][a-z0-9]+)+${assign}@?(?:"([^"\\r\\n]{4,}?)"|'([^'\\r\\n]{4,}?)')`,
    group: -1,
  },
  {
    kind: 'compared-secret',
    within: 'line',
    gate: gateOf(`(?<=["']\\s{0,3}[!=]?==)=?\\s{0,3}[\\w.$-]{0,40}?(?:${secretWord}|${keyWord})`),
    hints: ['=='],
    pattern: `(?i)(?:"([^"\\r\\n]{4,}?)"|'([^'\\r\\n]{4,}?)')\\s{0,3}[!=]={1,2}\\s{0,3}[\\w.$-]*(?:${secretWord}|${keyWord})`,
    group: -1,
  },
  {
    kind: 'secret-argument',
    within: 'line',
    before: after(`["'][\\w.-]{0,60}`),
    gate: gateOf(`${isWord}[\\w.-]{0,80}["']\\s{0,2},\\s{0,4}(?:"[^"\\r\\n]{4}|'[^'\\r\\n]{4}|value)`),
    hints: ['pwd', ...fieldHints],
    pattern: `(?i)${wordHere}["']\\s{0,2},\\s{0,4}(?:"([^"\\r\\n]{4,}?)"|'([^'\\r\\n]{4,}?)'|value\\s?=\\s?"([^"\\r\\n]{3,}?)")`,
    group: -1,
  },
  {
    kind: 'secret-element',
    within: 'text',
    before: after('<[\\w.:-]{0,60}'),
    gate: gateOf(`${isWord}[\\w.-]{0,80}>\\s{0,80}[^<\\s]`),
    hints: ['pwd', ...fieldHints],
    pattern: `(?i)${wordHere}[\\w.-]*>\\s*([^<\\s][^<]{2,}?)\\s*</`,
    group: 1,
  },
  {
    kind: 'secret-attribute',
    within: 'line',
    before: after('\\b(?:key|name)\\s?=\\s?"[\\w.:-]{0,60}', '', 'iu'),
    gate: gateOf(`${isWord}[\\w.-]{0,80}"\\s{1,4}value`),
    hints: ['pass', 'secret', 'token', 'credential'],
    pattern: `(?i)${secretHere}"\\s{1,4}value\\s?=\\s?"([^"\\r\\n]{3,}?)"`,
    group: 1,
  },
  {
    kind: 'authorization',
    within: 'line',
    before: anywhere,
    gate: /[a-z-]{0,60}\\{0,2}["']?\s{0,80}[:=]\s{0,80}\\{0,2}["']?[^\s"'\\,]{4}/iuy,
    hints: ['authorization', 'x-auth', 'x-api'],
    pattern:
      '(?i)(?:authorization|x-auth[a-z-]*|x-api[a-z-]*)\\\\{0,2}["\']?\\s*[:=]\\s*\\\\{0,2}["\']?(?:(?:bearer|basic|token|apikey|digest|ssws|negotiate|aws4-hmac-sha256)\\s+)?([^\\s"\'\\\\,]{6,})',
    group: 1,
  },
  {
    kind: 'bearer',
    within: 'line',
    before: after('(?:^|[^a-z0-9])', '', 'iu'),
    gate: /\s{1,80}[\w.~+/=-]{16}/uy,
    hints: ['bearer', 'basic', 'ssws'],
    pattern: '(?i)(?:bearer|basic|ssws)\\s+([A-Za-z0-9._~+/=-]{16,})',
    group: 1,
  },
  {
    kind: 'cookie',
    within: 'line',
    before: anywhere,
    gate: /\\{0,2}["']?\s{0,80}:/uy,
    hints: ['cookie'],
    pattern: '(?i)cookie\\\\{0,2}["\']?\\s*:\\s*\\\\{0,2}["\']?([^\\r\\n"\'\\\\]{4,})',
    group: 1,
  },
  {
    kind: 'url-credentials',
    within: 'line',
    before: after('[a-z][a-z0-9+.-]{1,30}', '', 'iu'),
    gate: /[^\s/"'<>]{0,2000}@/uy,
    hints: ['://'],
    pattern: '(?i)://(?:[^\\s/:@"\'<>]*:([^\\s/"\'<>]+)|([0-9a-f]{32}))@',
    group: -1,
  },
  {
    kind: 'signed-url',
    within: 'line',
    before: after('[?&]'),
    gate: /[a-z-]{0,30}=[^&\s"'<>\\]{8}/iuy,
    hints: ['sig', 'x-amz', 'x-goog', 'x-oss'],
    pattern:
      '(?i)(?:sig|signature|x-amz-signature|x-amz-security-token|x-amz-credential|x-goog-signature|x-goog-credential)=([^&\\s"\'<>\\\\]{8,})',
    group: 1,
  },
  {
    kind: 'command-line',
    within: 'line',
    before: after('(?:^|\\s)', '(?:-[a-z-]{0,20})?', 'iu'),
    gate: /(?<=--[a-z-]{0,40})[a-z-]{0,10}[\s=]{1,3}["']?[^\s"']{3}/iuy,
    hints: ['--pass', '--token', '--secret', '-api-key', '--access-token'],
    pattern: '(?i)--(?:password|passwd|token|secret|[a-z-]*api-key|access-token)[\\s=]{1,3}["\']?([^\\s"\']{3,})',
    group: 1,
  },
  {
    kind: 'command-line',
    within: 'line',
    before: after('(?:^|\\s|(?=\\s))'),
    gate: /[\s=]{1,3}["']?[^\s"':]{1,80}:["']?[^\s"']{3}/uy,
    hints: [' -u', '--user'],
    pattern: '(?i)(?: -u|--user)[\\s=]{1,3}["\']?[^\\s"\':]{1,80}:["\']?([^\\s"\']{3,})',
    group: 1,
  },
];
