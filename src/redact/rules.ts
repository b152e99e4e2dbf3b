/**
 * What counts as a secret: prefixes, alphabets and lengths as their vendors publish them. RE2 syntax, so that every
 * pattern takes linear time. `hints` are lower-case words one of which is in every match: without one the pattern is
 * not tried at all.
 */
export type Rule = {
  readonly kind: string;
  readonly hints: readonly string[];
  readonly pattern: string;
  /** The capturing group that holds the secret; 0 is the whole match. */
  readonly group: number;
};

const prefixed = (kind: string, hint: string, pattern: string): Rule => ({
  kind,
  hints: [hint.toLowerCase()],
  pattern: `(?:^|[^A-Za-z0-9_])(${pattern})`,
  group: 1,
});

/** Tokens that say what they are. */
const tokenRules: readonly Rule[] = [
  {
    kind: 'aws-access-key',
    hints: ['akia', 'asia', 'abia', 'acca'],
    pattern: '(?:^|[^A-Za-z0-9])((?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16})(?:$|[^A-Za-z0-9])',
    group: 1,
  },
  {
    kind: 'aws-secret-key',
    hints: ['aws', 'secret'],
    pattern: '(?i)(?:aws|secret)[\\w .-]{0,30}[\'"]?\\s*(?:=|:|=>)\\s*[\'"]?([A-Za-z0-9/+]{40})(?:$|[^A-Za-z0-9/+=])',
    group: 1,
  },
  prefixed('github-token', 'gh', 'gh[pousr]_[A-Za-z0-9]{30,255}'),
  prefixed('github-token', 'github_pat_', 'github_pat_[A-Za-z0-9_]{22,255}'),
  prefixed('gitlab-token', 'gl', 'gl(?:pat|oas|dt|rt|cbt|ptt|ft|imt|agent|soat|ffct)-[A-Za-z0-9_.-]{20,}'),
  prefixed('slack-token', 'xox', 'xox[abeoprs](?:\\.xox[bp])?-[A-Za-z0-9-]{10,}'),
  prefixed('slack-token', 'xapp-', 'xapp-[0-9]-[A-Za-z0-9-]{10,}'),
  prefixed(
    'slack-webhook',
    'hooks.slack.com',
    'hooks\\.slack\\.com/(?:services|workflows|triggers)/[A-Za-z0-9+/]{20,}',
  ),
  prefixed('stripe-key', '_', '(?:sk|rk|pk)_(?:live|test|prod)_[A-Za-z0-9]{10,}'),
  prefixed('stripe-webhook-secret', 'whsec_', 'whsec_[A-Za-z0-9+/=]{16,}'),
  prefixed('google-key', 'aiza', 'AIza[A-Za-z0-9_-]{35}'),
  prefixed('google-token', 'ya29.', 'ya29\\.[A-Za-z0-9_-]{20,}'),
  prefixed('google-secret', 'gocspx-', 'GOCSPX-[A-Za-z0-9_-]{20,}'),
  prefixed('model-key', 'sk-', 'sk-[A-Za-z0-9_-]{20,}'),
  prefixed('npm-token', 'npm_', 'npm_[A-Za-z0-9]{36}'),
  prefixed('pypi-token', 'pypi-', 'pypi-[A-Za-z0-9_-]{16,}'),
  prefixed('sendgrid-key', 'sg.', 'SG\\.[A-Za-z0-9_-]{16,32}\\.[A-Za-z0-9_-]{16,64}'),
  prefixed('twilio-key', 'sk', 'SK[0-9a-f]{32}'),
  prefixed('mailgun-key', 'key-', 'key-[0-9a-f]{32}'),
  prefixed('mailchimp-key', '-us', '[0-9a-f]{32}-us[0-9]{1,2}'),
  prefixed('digitalocean-token', '_v1_', 'do[opr]_v1_[0-9a-f]{64}'),
  prefixed('shopify-token', 'shp', 'shp(?:at|ca|pa|ss)_[0-9A-Fa-f]{32}'),
  prefixed('huggingface-token', 'hf_', '(?:hf|api_org)_[A-Za-z0-9]{30,}'),
  prefixed('grafana-token', 'gl', 'gl(?:sa|c)_[A-Za-z0-9_+/=-]{30,}'),
  prefixed('databricks-token', 'dapi', 'dapi[0-9a-f]{32}(?:-[0-9])?'),
  prefixed('linear-key', 'lin_api_', 'lin_api_[A-Za-z0-9]{32,}'),
  prefixed('postman-key', 'pmak-', 'PMAK-[0-9A-Fa-f]{24}-[0-9A-Fa-f]{34}'),
  prefixed('telegram-token', ':aa', '[0-9]{7,12}:AA[A-Za-z0-9_-]{32,}'),
  prefixed('discord-webhook', '/api/webhooks/', 'discord(?:app)?\\.com/api/webhooks/[0-9]+/[A-Za-z0-9_-]{20,}'),
  prefixed('vault-token', 'hv', 'hv[sbr]\\.[A-Za-z0-9_-]{20,}'),
  prefixed('terraform-token', '.atlasv1.', '[A-Za-z0-9]{14}\\.atlasv1\\.[A-Za-z0-9_=-]{60,70}'),
  prefixed('dynatrace-token', 'dt0', 'dt0[a-z][0-9]{2}\\.[A-Z0-9]{24}\\.[A-Z0-9]{64}'),
  prefixed('newrelic-key', 'nr', 'NR(?:AK|II|AL|RA|BR|SP)-[A-Za-z0-9_-]{20,}'),
  prefixed('age-key', 'age-secret-key-1', 'AGE-SECRET-KEY-1[A-Z0-9]{58}'),
  prefixed('atlassian-token', 'atatt3', 'ATATT3[A-Za-z0-9_=-]{50,}'),
  prefixed('square-token', 'sq0', 'sq0[a-z]{3}-[A-Za-z0-9_-]{22,50}'),
  prefixed('doppler-token', 'dp.', 'dp\\.(?:pt|st|ct|sa|scim|audit)\\.[A-Za-z0-9_.-]{40,}'),
  prefixed('planetscale-token', 'pscale_', 'pscale_(?:tkn|pw|oauth)_[A-Za-z0-9_.=-]{30,}'),
  prefixed('jwt', 'eyj', 'eyJ[A-Za-z0-9_-]{8,}\\.eyJ[A-Za-z0-9_-]{8,}(?:\\.[A-Za-z0-9_-]*)?'),
  {
    kind: 'private-key',
    hints: ['private key'],
    pattern:
      '(?s)-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----(?:.*?-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----|.*)',
    group: 0,
  },
  {
    kind: 'private-key',
    hints: ['private key'],
    pattern: '^(?:[A-Za-z0-9+/=\\\\\\s]{64,})-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----',
    group: 0,
  },
];

// The value after a delimiter: quoted up to its quote, or bare up to white space or a separator.
const value =
  '(?:\\\\{0,2}"([^"\\r\\n]+?)\\\\{0,2}"|\\\\{0,2}\'([^\'\\r\\n]+?)\\\\{0,2}\'|([^\\s"\'`,;&<>(){}\\[\\]|\\\\]{3,}))';
const assign = '\\\\{0,2}["\'`]?\\]?\\s{0,4}(?::=|=>|==|=|:)\\s{0,4}';
const keyWord =
  '(?:api|app|application|access|account|auth|private|secret|encryption|signing|master|license|shared|storage|sas|service|client|consumer|ssh)[_.-]?key';
const secretWord =
  '(?:pass(?:word|wd|phrase|code)|(?:^|[^a-z])(?:pass|pwd)|secrets?(?:[_.-]?(?:id|value|text|string))?|token|credentials?|connection[_.-]?string|(?:session|refresh|csrf|xsrf)[_.-]?id|webhook[_.-]?url)';

/** Secrets known by what stands before them. The group is the first of groups 1 to 3 that matched: see `scan.ts`. */
const contextRules: readonly Rule[] = [
  {
    kind: 'assigned-secret',
    hints: [
      'pass',
      'pwd',
      'secret',
      'token',
      'credential',
      'connection',
      'session',
      'refresh',
      'csrf',
      'xsrf',
      'webhook',
    ],
    pattern: `(?i)${secretWord}[0-9]{0,3}${assign}${value}`,
    group: -1,
  },
  {
    kind: 'assigned-key',
    hints: ['key'],
    pattern: `(?i)${keyWord}[0-9]{0,3}${assign}${value}`,
    group: -1,
  },
  {
    kind: 'authorization',
    hints: ['authorization', 'x-auth', 'x-api'],
    pattern:
      '(?i)(?:(?:proxy-)?authorization|x-auth[a-z-]*|x-api[a-z-]*)\\\\{0,2}["\']?\\s*[:=]\\s*\\\\{0,2}["\']?(?:(?:bearer|basic|token|apikey|digest|ssws|negotiate|aws4-hmac-sha256)\\s+)?([^\\s"\'\\\\,]{6,})',
    group: 1,
  },
  {
    kind: 'bearer',
    hints: ['bearer', 'basic', 'ssws'],
    pattern: '(?i)(?:^|[^a-z0-9])(?:bearer|basic|ssws)\\s+([A-Za-z0-9._~+/=-]{16,})',
    group: 1,
  },
  {
    kind: 'cookie',
    hints: ['cookie'],
    pattern: '(?i)(?:set-)?cookie\\\\{0,2}["\']?\\s*:\\s*\\\\{0,2}["\']?([^\\r\\n"\'\\\\]{4,})',
    group: 1,
  },
  {
    kind: 'url-credentials',
    hints: ['://'],
    pattern: '(?i)[a-z][a-z0-9+.-]{1,30}://[^\\s/:@"\'<>]*:([^\\s/@"\'<>]+)@',
    group: 1,
  },
  {
    kind: 'signed-url',
    hints: ['sig', 'x-amz', 'x-goog', 'x-oss'],
    pattern:
      '(?i)[?&](?:sig|signature|x-amz-signature|x-amz-security-token|x-amz-credential|x-goog-signature|x-goog-credential)=([^&\\s"\'<>\\\\]{8,})',
    group: 1,
  },
  {
    kind: 'command-line',
    hints: ['--', '-u', '-p'],
    pattern:
      '(?i)\\s(?:--(?:password|passwd|token|secret|api-key|access-token)|-u\\s+[\\w.@-]+:|--user\\s+[\\w.@-]+:)\\s{0,2}([^\\s"\']{4,})',
    group: 1,
  },
];

/** Off unless asked for: addresses are often the subject of an incident. */
export const emailRule: Rule = {
  kind: 'email',
  hints: ['@'],
  pattern: '(?i)[a-z0-9][a-z0-9._%+-]{0,63}@[a-z0-9-]{1,63}(?:\\.[a-z0-9-]{1,63})*\\.[a-z]{2,24}',
  group: 0,
};

export const secretRules: readonly Rule[] = [...tokenRules, ...contextRules];
