// biome-ignore lint/suspicious/noControlCharactersInRegex: these are exactly the characters to escape.
const lineBreaking = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/gu;

/**
 * A string literal in double quotes with Go's escapes, as PromQL and LogQL read it: every character that could end or
 * leave it is escaped. Half a surrogate pair becomes U+FFFD.
 */
export function goLiteral(value: string): string {
  const escaped = value
    .toWellFormed()
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"')
    .replaceAll(lineBreaking, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return `"${escaped}"`;
}
