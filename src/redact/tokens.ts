import { createHmac, createSecretKey } from 'node:crypto';
import type { Span } from './spans.ts';

/** What stands in place of text that could not be checked. */
export const withheld = '[withheld: redaction timeout]';
export const withheldKind = 'withheld';

/** What stands in place of a span. */
export type Naming = (span: Span, covered: string) => string;

/** Written in many ways, these are still one number: blanks, dots and dashes do not count. */
const numbers = new Set(['card', 'iban', 'phone', 'us-ssn']);

export function tokensOf(tokenKey: string): Naming {
  const key = createSecretKey(tokenKey, 'utf8');
  const hmac8 = (value: string): string => createHmac('sha256', key).update(value).digest('hex').slice(0, 8);
  return ({ kind, personal }, covered) => {
    if (kind === withheldKind) return withheld;
    if (!personal) return `[SECRET:${kind}:${hmac8(covered)}]`;
    const plain = covered.normalize('NFC').toLowerCase();
    return `[PII:${kind}:${hmac8(numbers.has(kind) ? plain.replaceAll(/[^\p{L}\p{N}]/gu, '') : plain)}]`;
  };
}
