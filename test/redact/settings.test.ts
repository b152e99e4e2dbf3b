/** What the process's variables turn on, and what doctor says of it. */
import { expect, it } from 'vitest';
import { examineRedaction } from '../../src/commands/doctor/examine-own.ts';
import { readEnvironment } from '../../src/config.ts';
import { redactionOptions } from '../../src/redact/settings.ts';

const environmentOf = (variables: { readonly [name: string]: string }) => {
  const environment = readEnvironment(variables);
  if (!environment.ok) throw new Error(environment.failure.join('\n'));
  return environment.value;
};
const optionsOf = (variables: { readonly [name: string]: string }) =>
  redactionOptions(environmentOf(variables), { variables, secret: 'the installation' });

it.each([
  [{}, { personalData: true, ipAddresses: false }, 'ok: secrets masked, personal data masked, IP addresses kept'],
  [
    { REDACT_PERSONAL_DATA: 'off' },
    { personalData: false, ipAddresses: false },
    'off: secrets masked, personal data NOT masked, IP addresses kept',
  ],
  [
    { REDACT_IP_ADDRESSES: 'pseudonymise' },
    { personalData: true, ipAddresses: true },
    'ok: secrets masked, personal data masked, IP addresses as tokens',
  ],
])('%j is what the redactor gets and doctor says', (variables, options, told) => {
  expect(optionsOf(variables)).toMatchObject(options);
  const { name, state, says } = examineRedaction(environmentOf(variables));
  expect([name, `${state}: ${says}`]).toEqual(['redaction', told]);
});

it('own credentials are values named so, passwords in addresses, canaries, and the secret of the installation', () => {
  const { ownCredentials } = optionsOf({
    GITHUB_TOKEN: 'one-of-github',
    DD_APP_KEY: 'two-of-datadog',
    PAGERDUTY_WEBHOOK_SECRET: 'three-of-pagerduty',
    SOME_SERVER_PAT: 'four-of-some-server',
    HTTP_ACTION_TOKENS: 'flags.test=eight-of-flags==, queue.test:8443=nine-of-queue',
    DATABASE_URL: 'postgres://app:five%2Fof@db.test/shop',
    REDACT_CANARIES: 'six-of-them  seven-of-them',
    GITHUB_API_URL: 'https://api.github.test',
    LOG_LEVEL: 'info',
  });

  expect(ownCredentials.toSorted()).toEqual([
    'eight-of-flags==',
    'five%2Fof',
    'five/of',
    'four-of-some-server',
    'nine-of-queue',
    'one-of-github',
    'seven-of-them',
    'six-of-them',
    'the installation',
    'three-of-pagerduty',
    'two-of-datadog',
  ]);
});
