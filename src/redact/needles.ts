import type { Needle } from './scan.ts';

/** Shorter credentials would match ordinary words. */
const lengthMin = 8;

/** Our own credentials as they could leak: plain, reversed, hexadecimal, URL-encoded, base64 at any alignment, escaped. */
export function needlesOf(credentials: readonly string[]): readonly Needle[] {
  const needles = [...new Set(credentials)].filter((text) => text.length >= lengthMin).flatMap(disguises);
  return [...new Map(needles.map((needle) => [needle.text, needle])).values()];
}

/** The longest disguise, `\u0061` for each letter, is so many times as long as the credential. */
export const disguiseFactor = 6;

function disguises(credential: string): readonly Needle[] {
  const bytes = Buffer.from(credential);
  const inJson = JSON.stringify(credential).slice(1, -1);
  const exact = [
    credential,
    Array.from(credential).toReversed().join(''),
    inJson,
    JSON.stringify(inJson).slice(1, -1),
    inJson.replaceAll('/', '\\/'),
    ...base64Forms(bytes),
  ];
  const hexadecimal = bytes.toString('hex');
  const formEncoded = new URLSearchParams({ '': credential }).toString().slice(1);
  const urlEncoded = [encodeURIComponent(credential), formEncoded, hexadecimal.replaceAll(/../gu, '%$&')];
  const loose = [
    hexadecimal,
    ...urlEncoded,
    ...urlEncoded.map((once) => once.replaceAll('%', '%25')),
    ...['\\u', '\\\\u'].map((lead) =>
      unitsOf(credential)
        .map((unit) => lead + unit)
        .join(''),
    ),
    inHtml(credential),
  ];
  return [...exact.map((text) => ({ text, ignoreCase: false })), ...loose.map((text) => ({ text, ignoreCase: true }))];
}

const unitsOf = (text: string): readonly string[] =>
  Array.from({ length: text.length }, (_, at) => text.charCodeAt(at).toString(16).padStart(4, '0'));

const inHtml = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');

/** Base64 works on three bytes at a time, so what precedes the secret shifts it: the inner characters stay the same. */
function base64Forms(bytes: Buffer): readonly string[] {
  return [0, 1, 2].flatMap((shift) => {
    const encoded = Buffer.concat([Buffer.alloc(shift), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    const inner = encoded.slice(shift === 0 ? 0 : shift + 1, (shift + bytes.length) % 3 === 0 ? undefined : -1);
    return [inner, inner.replaceAll('+', '-').replaceAll('/', '_')].filter((text) => text.length >= lengthMin);
  });
}
