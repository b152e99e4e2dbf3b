import type { Window } from './windows.ts';

/** Issuer ranges as ISO/IEC 7812 gives them out, with the lengths in use. `alone`: issued so often that no word is needed beside it. */
const schemes: readonly { readonly starts: RegExp; readonly lengths: readonly number[]; readonly alone: boolean }[] = [
  { starts: /^4/u, lengths: [16], alone: true },
  { starts: /^(?:5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720)/u, lengths: [16], alone: true },
  { starts: /^3[47]/u, lengths: [15], alone: true },
  { starts: /^(?:6011|64[4-9]|65)/u, lengths: [16], alone: true },
  { starts: /^35(?:2[89]|[3-8])/u, lengths: [16], alone: true },
  { starts: /^3(?:0[0-59]|[689])/u, lengths: [14], alone: true },
  { starts: /^62/u, lengths: [16], alone: true },
  { starts: /^4/u, lengths: [13, 19], alone: false },
  { starts: /^(?:2131|1800)/u, lengths: [15], alone: false },
  { starts: /^(?:5[06-8]|6)/u, lengths: [12, 13, 14, 15, 16, 17, 18, 19], alone: false },
];

/** As cards print their numbers; digits in other groups are a table or a time. */
export const cardForm =
  /\d(?<![\w.-]\d)(?:\d{11,18}|\d{3}(?<gap>[ -])\d{4}\k<gap>\d{4}\k<gap>\d{4}(?:\k<gap>\d{3})?|\d{3}(?<wide>[ -])\d{6}\k<wide>\d{4,5})(?![\w-])/gu;

const nearby = /card|credit|debit|visa|maestro|\bpan\b|\bcvv|payment/iu;
const nearbyReach = 48;

/** The number of a payment card: by issuer, length and check digit. Null when it is none. */
export function cardIn(text: string, found: Window): Window | null {
  const digits = text.slice(found.start, found.end).replaceAll(/[ -]/gu, '');
  const scheme = schemes.find(({ starts, lengths }) => lengths.includes(digits.length) && starts.test(digits));
  if (scheme === undefined || !passesLuhn(digits)) return null;
  const isNamed = nearby.test(text.slice(Math.max(0, found.start - nearbyReach), found.start));
  return scheme.alone || isNamed ? found : null;
}

/** ISO/IEC 7812-1, annex B. */
function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let at = 0; at < digits.length; at += 1) {
    const digit = Number(digits[digits.length - 1 - at]);
    const doubled = at % 2 === 0 ? digit : 2 * digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0 && !/^(\d)\1*$/u.test(digits);
}
