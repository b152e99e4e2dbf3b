/** Personal data known by its form alone: each form is checked by the rules of whoever gives such numbers out. */
import { cardForm, cardIn } from './card-number.ts';
import { ibanIn } from './iban.ts';
import type { Check, FormRule } from './rule.ts';

/** Endings that make `name@host` a unit, a file or a node and no mailbox. */
const noMailbox =
  /\.(?:service|socket|timer|target|slice|mount|automount|scope|device|path|swap|png|jpe?g|gif|svg|webp|css|m?js|tsx?|ya?ml|json|cluster\.local|(?:ec2|compute)\.internal)$/iu;

/** Addresses that source hosts make up, so that a commit shows none of its author's: they hold the handle. */
const noReader = /@(?:users\.)?noreply\.[a-z0-9.-]+$/iu;

/** A mailbox around what follows its `@`. Users of URLs and of source hosts (`git@`) are logins. */
const mailboxAround: Check = (text, { start, end }) => {
  const before = /[\p{L}\p{N}](?:[\p{L}\p{N}._%+'-]{0,63})$/u.exec(text.slice(Math.max(0, start - 64), start))?.[0];
  const host = text.slice(start, end);
  if (before === undefined || before === 'git' || noMailbox.test(host) || noReader.test(host)) return null;
  if (/^(?:no-?reply|do-?not-?reply)$/iu.test(before)) return null;
  const from = start - before.length;
  return text.startsWith('://', from - 3) ? null : { start: from, end };
};

/** Social Security Administration, "Randomization": no area 000, 666 or 9xx, no group 00, no serial 0000. */
export const isSocialSecurityNumber = (shown: string): boolean =>
  /^(?!000|666|9)\d{3}[ -]?(?!00)\d{2}[ -]?(?!0000)\d{4}$/u.test(shown);

/** ITU-T E.164: at most 15 digits, and no country code begins with 0. With +1 they are eleven. A date after a sign is none. */
export const internationalPhone: Check = (text, found) => {
  const shown = text.slice(found.start, found.end);
  const digits = shown.replace(/x\d+$/u, '').replaceAll(/\D/gu, '');
  if (digits.length < 8 || digits.length > 15 || /^\+(?:19|20)\d\d-\d\d-\d\d/u.test(shown)) return null;
  return digits.startsWith('1') && digits.length !== 11 ? null : found;
};

const isRoutable = (shown: string): boolean => !/^(?:127\.|0\.0\.0\.0$|255\.|::1?$)/u.test(shown);

const internetAddress: Check = (text, found) => {
  const shown = text.slice(found.start, found.end);
  const octets = shown.split('.').map(Number);
  const isFour = octets.length === 4 && octets.every((octet) => octet <= 255);
  return (isFour || isVersionSix(shown)) && isRoutable(shown) ? found : null;
};

/** RFC 4291: eight groups, or fewer around one `::`. A time or a MAC address has neither. */
function isVersionSix(shown: string): boolean {
  const [head = '', tail, ...more] = shown.split('::');
  const groups = [head, tail ?? ''].flatMap((half) => half.split(':')).filter((group) => group !== '').length;
  return more.length === 0 && (tail === undefined ? groups === 8 : groups < 8 && groups > 1);
}

const form = (kind: string, seek: RegExp, check: Check): FormRule => ({ kind, seek, check, personal: true });

export const personalForms: readonly FormRule[] = [
  form('email', /(?:@|%40)(?:[a-z0-9-]{1,63}\.){1,8}[a-z]{2,24}(?![a-z0-9])/giu, mailboxAround),
  form('card', cardForm, cardIn),
  form('iban', /(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?![A-Za-z0-9])/gu, ibanIn),
  form('us-ssn', /(?<![\w.-])(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\w-])/gu, (_text, found) => found),
  form('phone', /(?<![\w.+-])\+[1-9](?:[ ().-]{0,2}\d){6,14}(?!\d)(?:x\d{1,6})?/gu, internationalPhone),
];

/** Off unless asked for: who called whom is what an incident is about. */
export const addressForms: readonly FormRule[] = [
  form(
    'ip',
    /(?<![\w.:])(?:(?:\d{1,3}\.){3}\d{1,3}|(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4})(?![\w.]*\w|:[0-9a-f]{0,4}:)/giu,
    internetAddress,
  ),
];
