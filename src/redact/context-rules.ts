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
const secretWord =
  '(?:pass(?:word|wd|phrase|code)|(?:^|[^a-z])(?:pass|pwd|pw)|secret[es]?(?:[_.-]?(?:id|value|text|string))?|token|credentials?|connection[_.-]?string|(?:session|refresh|csrf|xsrf)[_.-]id|jsessionid|phpsessid|webhook[_.-]?url)';

const gateOf = (pattern: string): RegExp => new RegExp(pattern, 'iuy');
const number = '(?:[_-]?[0-9]{1,4})?';

/** Secrets known by what stands before them. */
export const contextRules: readonly Rule[] = [
  {
    kind: 'assigned-secret',
    within: 'line',
    gate: gateOf(`[a-z]{0,12}(?:[_.-][a-z]{1,8})?${number}${assign}\\S`),
    hints: [
      'pass',
      'pwd',
      'pw',
      'secret',
      'token',
      'credential',
      'connection',
      'session',
      'sessid',
      'refresh',
      'csrf',
      'xsrf',
      'webhook',
    ],
    pattern: `(?i)${secretWord}${number}${assign}${value}`,
    group: -1,
  },
  {
    kind: 'assigned-key',
    within: 'line',
    gate: gateOf(`(?<=${keyWordStart})(?:[_-]id)?${number}${assign}\\S`),
    hints: ['key'],
    pattern: `(?i)${keyWord}${number}${assign}${value}`,
    group: -1,
  },
  {
    kind: 'secret-field',
    within: 'line',
    gate: gateOf(`[\\w.-]{0,90}${assign}["']`),
    hints: ['pass', 'secret', 'token', 'credential', 'key'],
    pattern: `(?i)(?:${secretWord}|${keyWord})(?:[_.-][a-z0-9]{1,20}){1,3}${assign}@?(?:"([^"\\r\\n]{4,}?)"|'([^'\\r\\n]{4,}?)')`,
    group: -1,
  },
  {
    kind: 'compared-secret',
    within: 'line',
    gate: /(?<=["']\s{0,3}[!=]?==)/uy,
    hints: ['=='],
    pattern: `(?i)(?:"([^"\\r\\n]{4,}?)"|'([^'\\r\\n]{4,}?)')\\s{0,3}[!=]={1,2}\\s{0,3}[\\w.$-]{0,40}(?:${secretWord}|${keyWord})`,
    group: -1,
  },
  {
    kind: 'secret-argument',
    within: 'line',
    gate: /[\w.-]{0,80}["']\s{0,2},/uy,
    hints: ['pass', 'pwd', 'secret', 'token', 'credential', 'key'],
    pattern: `(?i)["'][\\w.-]{0,60}(?:${secretWord}|${keyWord})["']\\s{0,2},\\s{0,4}(?:"([^"\\r\\n]{4,}?)"|'([^'\\r\\n]{4,}?)'|value\\s?=\\s?"([^"\\r\\n]{3,}?)")`,
    group: -1,
  },
  {
    kind: 'secret-element',
    gate: /[\w.-]{0,80}>\s{0,80}[^<\s]/uy,
    within: 'text',
    hints: ['pass', 'pwd', 'secret', 'token', 'credential', 'key'],
    pattern: `(?i)<[\\w.:-]{0,60}(?:${secretWord}|${keyWord})[\\w.-]{0,20}>\\s{0,80}([^<\\s][^<]{2,}?)\\s{0,80}</`,
    group: 1,
  },
  {
    kind: 'secret-attribute',
    within: 'line',
    gate: /[\w.-]{0,80}"\s{1,4}value/iuy,
    hints: ['pass', 'secret', 'token', 'credential'],
    pattern: `(?i)\\b(?:key|name)\\s?=\\s?"[\\w.:-]{0,60}${secretWord}"\\s{1,4}value\\s?=\\s?"([^"\\r\\n]{3,}?)"`,
    group: 1,
  },
  {
    kind: 'authorization',
    within: 'line',
    gate: /[a-z-]{0,60}\\{0,2}["']?\s{0,80}[:=]/iuy,
    hints: ['authorization', 'x-auth', 'x-api'],
    pattern:
      '(?i)(?:(?:proxy-)?authorization|x-auth[a-z-]*|x-api[a-z-]*)\\\\{0,2}["\']?\\s*[:=]\\s*\\\\{0,2}["\']?(?:(?:bearer|basic|token|apikey|digest|ssws|negotiate|aws4-hmac-sha256)\\s+)?([^\\s"\'\\\\,]{6,})',
    group: 1,
  },
  {
    kind: 'bearer',
    within: 'line',
    gate: /\s{1,80}[\w.~+/=-]{16}/uy,
    hints: ['bearer', 'basic', 'ssws'],
    pattern: '(?i)(?:^|[^a-z0-9])(?:bearer|basic|ssws)\\s+([A-Za-z0-9._~+/=-]{16,})',
    group: 1,
  },
  {
    kind: 'cookie',
    within: 'line',
    gate: /\\{0,2}["']?\s{0,80}:/uy,
    hints: ['cookie'],
    pattern: '(?i)(?:set-)?cookie\\\\{0,2}["\']?\\s*:\\s*\\\\{0,2}["\']?([^\\r\\n"\'\\\\]{4,})',
    group: 1,
  },
  {
    kind: 'url-credentials',
    within: 'line',
    gate: /[^\s/"'<>]{0,2000}@/uy,
    hints: ['://'],
    pattern: '(?i)[a-z][a-z0-9+.-]{1,30}://(?:[^\\s/:@"\'<>]*:([^\\s/"\'<>]+)|([0-9a-f]{32}))@',
    group: -1,
  },
  {
    kind: 'signed-url',
    within: 'line',
    gate: /[a-z-]{0,30}=/iuy,
    hints: ['sig', 'x-amz', 'x-goog', 'x-oss'],
    pattern:
      '(?i)[?&](?:sig|signature|x-amz-signature|x-amz-security-token|x-amz-credential|x-goog-signature|x-goog-credential)=([^&\\s"\'<>\\\\]{8,})',
    group: 1,
  },
  {
    kind: 'command-line',
    within: 'line',
    hints: ['--pass', '--token', '--secret', '-api-key', '--access-token', ' -u', '--user'],
    pattern:
      '(?i)(?:^|\\s)(?:--(?:password|passwd|token|secret|[a-z-]{0,20}api-key|access-token)[\\s=]{1,3}|(?:-u|--user)[\\s=]{1,3}["\']?[^\\s"\':]{1,80}:)["\']?([^\\s"\']{3,})',
    group: 1,
  },
];
