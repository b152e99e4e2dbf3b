import type { Json } from './json.ts';
import { type Tainted, taint } from './tainted.ts';

/** Outside text as a row keeps it, tainted again; null for anything else. */
export function keptText(value: Json | undefined): Tainted | null {
  if (value === undefined || value === null || typeof value !== 'object' || Array.isArray(value)) return null;
  const { untrusted } = value as { readonly [key: string]: Json };
  return typeof untrusted === 'string' ? taint(untrusted) : null;
}
