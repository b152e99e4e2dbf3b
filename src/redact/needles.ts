import type { Needle } from './scan.ts';

/** Shorter credentials would match ordinary words. */
const lengthMin = 8;

/** Our own credentials as they could leak: plain, reversed, hexadecimal, URL-encoded, base64 at any alignment. */
export function needlesOf(credentials: readonly string[]): readonly Needle[] {
  const needles = [...new Set(credentials)].filter((text) => text.length >= lengthMin).flatMap(disguises);
  return [...new Map(needles.map((needle) => [needle.text, needle])).values()];
}

function disguises(credential: string): readonly Needle[] {
  const bytes = Buffer.from(credential);
  const exact = [
    credential,
    Array.from(credential).toReversed().join(''),
    JSON.stringify(credential).slice(1, -1),
    ...base64Forms(bytes),
  ];
  const hexadecimal = bytes.toString('hex');
  const formEncoded = new URLSearchParams({ '': credential }).toString().slice(1);
  const loose = [hexadecimal, hexadecimal.replaceAll(/../gu, '%$&'), encodeURIComponent(credential), formEncoded];
  return [...exact.map((text) => ({ text, ignoreCase: false })), ...loose.map((text) => ({ text, ignoreCase: true }))];
}

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
