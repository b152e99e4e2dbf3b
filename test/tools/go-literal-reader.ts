/** Reads a string literal in double quotes as Go, PromQL and LogQL do. Throws when it does not end. */
export function readGoLiteral(text: string): { readonly value: string; readonly end: number } {
  let value = '';
  let index = 1;
  while (text[index] !== '"') {
    const sign = text[index];
    if (sign === undefined || sign === '\n') throw new Error('the literal does not end');
    const escaped = text[index + 1] ?? '';
    if (sign !== '\\') {
      value += sign;
      index += 1;
    } else if (escaped === 'u') {
      value += String.fromCharCode(Number.parseInt(text.slice(index + 2, index + 6), 16));
      index += 6;
    } else {
      value += escaped;
      index += 2;
    }
  }
  return { value, end: index + 1 };
}
