/** A credential as something could echo it. */
export const disguises: readonly (readonly [form: string, of: (text: string) => string])[] = [
  ['plain', (text) => text],
  ['reversed', (text) => Array.from(text).toReversed().join('')],
  ['JSON', (text) => JSON.stringify(text)],
  ['JSON in JSON', (text) => JSON.stringify(JSON.stringify(text))],
  ['JSON with escaped slashes', (text) => JSON.stringify(text).replaceAll('/', '\\/')],
  [
    'escaped letter by letter',
    (text) =>
      Buffer.from(text, 'utf16le')
        .toString('hex')
        .replaceAll(/(..)(..)/gu, '\\u$2$1'),
  ],
  ['hexadecimal', (text) => Buffer.from(text).toString('hex')],
  ['upper-case hexadecimal', (text) => Buffer.from(text).toString('hex').toUpperCase()],
  ['URL-encoded', encodeURIComponent],
  ['URL-encoded twice', (text) => encodeURIComponent(encodeURIComponent(text))],
  ['form-encoded', (text) => new URLSearchParams({ a: text }).toString().slice(2)],
  ['percent-encoded throughout', (text) => Buffer.from(text).toString('hex').replaceAll(/../gu, '%$&')],
  ['in HTML', (text) => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;')],
  ['base64', (text) => Buffer.from(text).toString('base64')],
  ['base64, one byte on', (text) => Buffer.from(`u${text}`).toString('base64')],
  ['base64, two bytes on', (text) => Buffer.from(`u:${text}:x`).toString('base64')],
  ['base64url', (text) => Buffer.from(`user:${text}`).toString('base64url')],
  ['with letters that do not show', (text) => Array.from(text).join('\u200b')],
  [
    'in full width',
    (text) => text.replaceAll(/[!-~]/gu, (letter) => String.fromCharCode(letter.charCodeAt(0) + 0xfee0)),
  ],
  ['in colour', (text) => `\u001b[31m${text.slice(0, 6)}\u001b[0m${text.slice(6)}`],
];
