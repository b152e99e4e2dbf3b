import { beforeHexadecimal, escapes, prefixed, prefixedBy, toldBy } from './prefixed.ts';
import type { FormRule, Rule } from './rule.ts';

/** Tokens of the clouds, forges and services most incidents touch, and keys in PEM. */
export const tokenRules: readonly Rule[] = [
  {
    kind: 'aws-access-key',
    within: 'token',
    gate: /[A-Z0-9]{16}/uy,
    hints: ['akia', 'asia', 'abia', 'acca', 'a3t'],
    pattern: `(?:^|[^A-Za-z0-9]|${escapes})((?:AKIA|ASIA|ABIA|ACCA|A3T[A-Z0-9])[A-Z0-9]{16})(?:$|[^A-Za-z0-9])`,
    group: 1,
  },
  {
    kind: 'aws-secret-key',
    within: 'line',
    gate: /[\w .-]{0,40}['"]?\s{0,20}(?::|=>?)\s{0,20}['"]?[A-Za-z0-9/+]{40}/uy,
    hints: ['aws', 'secret'],
    pattern: '(?i)(?:aws|secret)[\\w .-]{0,30}[\'"]?\\s*(?:=|:|=>)\\s*[\'"]?([A-Za-z0-9/+]{40})(?:$|[^A-Za-z0-9/+=])',
    group: 1,
  },
  prefixedBy(
    'github-token',
    ['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_'],
    'gh[pousr]_[A-Za-z0-9]{30,255}|ghs_[0-9]+_[A-Za-z0-9_.-]{30,}',
  ),
  prefixed('github-token', 'github_pat_', 'github_pat_[A-Za-z0-9_]{22,255}'),
  prefixedBy(
    'gitlab-token',
    ['glpat-', 'gloas-', 'gldt-', 'glrt-', 'glcbt-', 'glptt-', 'glft-', 'glimt-', 'glagent-', 'glsoat-', 'glffct-'],
    'gl(?:pat|oas|dt|rt|cbt|ptt|ft|imt|agent|soat|ffct)-[A-Za-z0-9_.-]{20,}',
  ),
  prefixed('slack-token', 'xox', 'xox[abeoprs](?:\\.xox[bp])?-[A-Za-z0-9-]{10,}'),
  prefixed('slack-token', 'xapp-', 'xapp-[0-9]-[A-Za-z0-9-]{10,}'),
  prefixed(
    'slack-webhook',
    'hooks.slack.com',
    'hooks\\.slack\\.com/(?:services|workflows|triggers)/[A-Za-z0-9+/]{20,}',
  ),
  prefixedBy('stripe-key', ['k_live_', 'k_test_', 'k_prod_'], '(?:sk|rk|pk)_(?:live|test|prod)_[A-Za-z0-9]{10,}'),
  prefixed('stripe-webhook-secret', 'whsec_', 'whsec_[A-Za-z0-9+/=]{16,}'),
  prefixed('google-key', 'aiza', 'AIza[A-Za-z0-9_-]{35}'),
  prefixed('google-token', 'ya29.', 'ya29\\.[A-Za-z0-9_-]{20,}'),
  prefixed('google-secret', 'gocspx-', 'GOCSPX-[A-Za-z0-9_-]{20,}'),
  prefixed('model-key', 'sk-', 'sk-[A-Za-z0-9_-]{20,}'),
  prefixed('npm-token', 'npm_', 'npm_[A-Za-z0-9]{36}'),
  prefixed('pypi-token', 'pypi-', 'pypi-[A-Za-z0-9_-]{16,}'),
  prefixed('sendgrid-key', 'sg.', 'SG\\.[A-Za-z0-9_-]{16,32}\\.[A-Za-z0-9_-]{16,64}'),
  { ...prefixedBy('twilio-key', beforeHexadecimal('sk'), 'SK[0-9a-f]{32}'), gate: /[0-9a-f]{31}/uy },
  prefixed('mailgun-key', 'key-', 'key-[0-9a-f]{32}'),
  toldBy(
    'mailchimp-key',
    ['-us1', '-us2', '-us3', '-us4', '-us5', '-us6', '-us7', '-us8', '-us9'],
    '[0-9a-f]{32}-us[0-9]{1,2}',
  ),
  prefixed('digitalocean-token', '_v1_', 'do[opr]_v1_[0-9a-f]{64}'),
  prefixed('shopify-token', 'shp', 'shp(?:at|ca|pa|ss)_[0-9A-Za-z]{32,64}'),
  prefixed('huggingface-token', 'hf_', 'hf_[A-Za-z0-9]{30,}'),
  prefixed('huggingface-token', 'api_org_', 'api_org_[A-Za-z0-9]{30,}'),
  prefixedBy('grafana-token', ['glsa_', 'glc_'], 'gl(?:sa|c)_[A-Za-z0-9_+/=-]{30,}'),
  prefixed('databricks-token', 'dapi', 'dapi[0-9a-f]{32}(?:-[0-9])?'),
  prefixed('linear-key', 'lin_api_', 'lin_api_[A-Za-z0-9]{32,}'),
  prefixed('postman-key', 'pmak-', 'PMAK-[0-9A-Fa-f]{24}-[0-9A-Fa-f]{34}'),
  prefixed('telegram-token', ':aa', '[0-9]{7,12}:AA[A-Za-z0-9_-]{32,}'),
  prefixed('discord-webhook', '/api/webhooks/', 'discord(?:app)?\\.com/api/webhooks/[0-9]+/[A-Za-z0-9_-]{20,}'),
  prefixedBy('vault-token', ['hvs.', 'hvb.', 'hvr.'], 'hv[sbr]\\.[A-Za-z0-9_-]{20,}'),
  prefixed('terraform-token', '.atlasv1.', '[A-Za-z0-9]{14}\\.atlasv1\\.[A-Za-z0-9_=-]{60,70}'),
  prefixed('dynatrace-token', 'dt0', 'dt0[a-z][0-9]{2}\\.[A-Z0-9]{24}\\.[A-Z0-9]{64}'),
  prefixedBy(
    'newrelic-key',
    ['nrak-', 'nrii-', 'nral-', 'nrra-', 'nrbr-', 'nrsp-'],
    'NR(?:AK|II|AL|RA|BR|SP)-[A-Za-z0-9_-]{20,}',
  ),
  prefixed('age-key', 'age-secret-key-1', 'AGE-SECRET-KEY-1[A-Z0-9]{58}'),
  prefixed('atlassian-token', 'atatt3', 'ATATT3[A-Za-z0-9_=-]{50,}'),
  prefixed('square-token', 'sq0', 'sq0[a-z]{3}-[A-Za-z0-9_-]{22,50}'),
  prefixed('doppler-token', 'dp.', 'dp\\.(?:pt|st|ct|sa|scim|audit)\\.[A-Za-z0-9_.-]{40,}'),
  prefixed('planetscale-token', 'pscale_', 'pscale_(?:tkn|pw|oauth)_[A-Za-z0-9_.=-]{30,}'),
  prefixed('jwt', 'eyj', 'eyJ[A-Za-z0-9_-]{8,}\\.eyJ[A-Za-z0-9_-]{8,}(?:\\.[A-Za-z0-9_-]*)?'),
  {
    kind: 'private-key',
    within: 'text',
    hints: ['private key'],
    pattern:
      '(?s)-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----(?:.*?-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----|.*)',
    group: 0,
  },
  {
    kind: 'private-key',
    within: 'text',
    hints: ['private key'],
    pattern: '^(?:[A-Za-z0-9+/=\\\\\\s]{64,})-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----',
    group: 0,
  },
  {
    kind: 'bundler-license',
    within: 'line',
    hints: ['contribsys'],
    pattern: '(?i)contribsys(?:__|\\.)com[^0-9a-f]{1,20}([0-9a-f]{8}:[0-9a-f]{8})',
    group: 1,
  },
  {
    kind: 'kubernetes-secret',
    within: 'text',
    hints: ['kind:'],
    gate: /\s{0,40}['"]?secret\b/iuy,
    pattern: '(?is)kind:\\s*[\'"]?secret\\b.*?\\n(?:string)?data:[^\\n]*\\n((?:[ \\t]+[^\\n]*(?:\\n|$))+)',
    group: 1,
  },
  {
    kind: 'kubernetes-secret',
    within: 'text',
    hints: ['kind:'],
    gate: /\s{0,40}['"]?secret\b/iuy,
    pattern: '(?is)(?:^|\\n)(?:string)?data:[^\\n]*\\n((?:[ \\t]+[^\\n]*\\n)+)(?:[^\\n]*\\n)*?kind:\\s*[\'"]?secret\\b',
    group: 1,
  },
];

/** Three parts of base64, of which no other thing has the lengths. */
export const discordToken: FormRule = {
  kind: 'discord-token',
  seek: /\.[\w-]{6}\.[\w-]{27,38}/gu,
  check: (text, { start, end }) => {
    const before = /(?<![\w-])[\w-]{24,28}$/u.exec(text.slice(Math.max(0, start - 29), start));
    return before === null ? null : { start: start - before[0].length, end };
  },
};
