import { hash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { Json } from './json.ts';
import type { Plan, SealedPlan } from './plan.ts';

/** RFC 8785 canonical JSON. Throws for a number that JSON cannot hold (NaN, infinite): that is a bug upstream. */
export function canonicalJson(value: Json): string {
  const text = inOrder(value) ? JSON.stringify(value) : canonicalize(value);
  if (text === undefined) throw new TypeError('canonicalJson was given something that is not JSON');
  return text;
}

/**
 * Whether plain JSON.stringify already gives the canonical form: keys in order, text well formed, numbers finite. So it
 * is for whatever was parsed from canonical text, and that is eight times as fast.
 */
export function inOrder(value: Json): boolean {
  if (typeof value === 'string') return value.isWellFormed();
  if (typeof value === 'number') return Number.isFinite(value);
  if (value === null || typeof value !== 'object') return true;
  return isList(value) ? value.every(inOrder) : membersInOrder(value);
}

function membersInOrder(value: { readonly [key: string]: Json }): boolean {
  let last: string | null = null;
  for (const key of Object.keys(value)) {
    if ((last !== null && key <= last) || !key.isWellFormed() || !inOrder(value[key] ?? null)) return false;
    last = key;
  }
  return true;
}

const isList = (value: Json): value is readonly Json[] => Array.isArray(value);

/** sha256 of the UTF-8 bytes, lower-case hex. */
export const sha256Hex = (text: string): string => hash('sha256', text);

/** What people approve: the plan with the sha256 of its canonical JSON. Any change of any field changes the digest. */
export const sealPlan = (plan: Plan): SealedPlan => ({ plan, digest: sha256Hex(canonicalJson(plan)) });

/** The last eight characters: what a card shows and a button carries. */
export const digestTail = (digest: string): string => digest.slice(-8);

/** False when the plan is not the one its digest was made of. */
export const sealHolds = ({ plan, digest }: SealedPlan): boolean => sealPlan(plan).digest === digest;
