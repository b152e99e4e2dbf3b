import type { Window } from './windows.ts';

/** Length of an IBAN by country, as the SWIFT registry lists them. */
const lengths: ReadonlyMap<string, number> = new Map(
  (
    'AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ' +
    'ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 ' +
    'LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 ' +
    'QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30'
  )
    .split(' ')
    .map((entry) => [entry.slice(0, 2), Number(entry.slice(2))]),
);

/** The account number at the start of what was found, by its country's length and check digits; null when it is none. */
export function ibanIn(text: string, found: Window): Window | null {
  const run = text.slice(found.start, found.end);
  const length = lengths.get(run.slice(0, 2));
  if (length === undefined) return null;
  let end = 0;
  for (let kept = 0; kept < length && end < run.length; end += 1) if (run[end] !== ' ') kept += 1;
  const account = run.slice(0, end).replaceAll(' ', '');
  const closed = end === run.length || run[end] === ' ';
  return closed && account.length === length && remainderOf(account) === 1
    ? { start: found.start, end: found.start + end }
    : null;
}

/** ISO 7064 MOD 97-10, letters as two digits, country and check digits moved to the end. */
function remainderOf(account: string): number {
  let remainder = 0;
  for (const symbol of account.slice(4) + account.slice(0, 4)) {
    const value = Number.parseInt(symbol, 36);
    remainder = (remainder * (value > 9 ? 100 : 10) + value) % 97;
  }
  return remainder;
}
