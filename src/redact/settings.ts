/** What the process's variables say about redaction. */
import { hkdfSync } from 'node:crypto';
import type { RedactorOptions } from './redactor.ts';

type Variables = { readonly [name: string]: string | undefined };

export type RedactionSettings = {
  readonly REDACT_PERSONAL_DATA: 'on' | 'off';
  readonly REDACT_IP_ADDRESSES: 'keep' | 'pseudonymise';
  readonly REDACT_CANARIES?: string | undefined;
};

const secretName =
  /(?:TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIALS?|API_?KEY|APP_?KEY|ACCESS_?KEY|PRIVATE_?KEY|_KEY|_PAT|WEBHOOK_URL)(?:_\d+)?$/u;

/** `secret` is the installation's own: the same value gets the same token for as long as it stays the same. */
export function redactionOptions(
  settings: RedactionSettings,
  { variables, secret }: { readonly variables: Variables; readonly secret: string },
): RedactorOptions {
  const canaries = (settings.REDACT_CANARIES ?? '').split(/\s+/u).filter((canary) => canary !== '');
  return {
    tokenKey: Buffer.from(hkdfSync('sha256', secret, '', 'causeway redaction tokens', 32)).toString('hex'),
    ownCredentials: [...ownCredentials(variables), secret, ...canaries],
    personalData: settings.REDACT_PERSONAL_DATA === 'on',
    ipAddresses: settings.REDACT_IP_ADDRESSES === 'pseudonymise',
  };
}

/** Several in one variable, with commas between them, each behind the name it is for: `host=token,host=token`. */
const listName = /(?:TOKENS|SECRETS|PASSWORDS|KEYS)$/u;

/** Values of variables named like a credential, each one of a list, and passwords inside addresses. */
function ownCredentials(variables: Variables): readonly string[] {
  return Object.entries(variables).flatMap(([name, value = '']) => [
    ...(secretName.test(name) ? [value.trim()] : []),
    ...(listName.test(name) ? listed(value) : []),
    ...passwordsIn(value),
  ]);
}

const listed = (value: string): readonly string[] =>
  value.split(',').flatMap((item) => /^[^=]+=(?<token>[^=].*)$/u.exec(item.trim())?.groups?.['token'] ?? item.trim());

function passwordsIn(value: string): readonly string[] {
  const written = /^[a-z][a-z0-9+.-]*:\/\/[^\s/:@]*:(?<password>[^\s/@]+)@/iu.exec(value)?.groups?.['password'];
  if (written === undefined) return [];
  try {
    return [...new Set([written, decodeURIComponent(written)])];
  } catch {
    return [written];
  }
}
