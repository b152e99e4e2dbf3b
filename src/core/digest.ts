import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { Json } from './json.ts';
import type { Plan, SealedPlan } from './plan.ts';

/** RFC 8785 canonical JSON. Throws for a number that JSON cannot hold (NaN, infinite): that is a bug upstream. */
export function canonicalJson(value: Json): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError('canonicalJson was given something that is not JSON');
  return text;
}

/** sha256 of the UTF-8 bytes, lower-case hex. */
export const sha256Hex = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');

/** What people approve: the plan with the sha256 of its canonical JSON. Any change of any field changes the digest. */
export const sealPlan = (plan: Plan): SealedPlan => ({ plan, digest: sha256Hex(canonicalJson(plan)) });

/** The last eight characters: what a card shows and a button carries. */
export const digestTail = (digest: string): string => digest.slice(-8);

/** False when the plan is not the one its digest was made of. */
export const sealHolds = ({ plan, digest }: SealedPlan): boolean => sealPlan(plan).digest === digest;
