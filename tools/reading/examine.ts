/** The checks every vendor's examination has in common; what they say is the same for all. */
import type { Check } from '../../src/integration.ts';
import type { Refusal } from './failure.ts';

const skewMsMax = 60_000;

/** Compares the `Date` header of any answer with our clock. Signed requests are refused from five minutes on. */
export function clockCheck(dateHeader: string | null, nowMs: number): Check {
  const theirsMs = Date.parse(dateHeader ?? '');
  if (Number.isNaN(theirsMs)) return { name: 'clock', state: 'unknown', says: 'it does not tell its time', fix: null };
  const skewMs = nowMs - theirsMs;
  const says = `our clock is ${Math.round(Math.abs(skewMs) / 1_000)} s ${skewMs < 0 ? 'behind' : 'ahead'}`;
  if (Math.abs(skewMs) <= skewMsMax) return { name: 'clock', state: 'ok', says, fix: null };
  return {
    name: 'clock',
    state: 'problem',
    says,
    fix: 'Set this machine by NTP: windows and signatures depend on it.',
  };
}

export type Scopes = {
  /** Null: the vendor does not tell what these credentials may do. */
  readonly granted: readonly string[] | null;
  readonly needed: readonly string[];
  /** Grants that these credentials hold and must not. */
  readonly excess: readonly string[];
  /** File under `deploy/` with the right grants. */
  readonly grants: string;
};

export function scopesCheck({ granted, needed, excess, grants }: Scopes): Check {
  if (granted === null) {
    return {
      name: 'scopes',
      state: 'unknown',
      says: `it does not tell what is granted; needed: ${needed.join(', ')}`,
      fix: null,
    };
  }
  const missing = needed.filter((scope) => !granted.includes(scope));
  if (missing.length === 0 && excess.length === 0) {
    return { name: 'scopes', state: 'ok', says: `granted what is needed and no more: ${needed.join(', ')}`, fix: null };
  }
  const parts = [
    ...(missing.length > 0 ? [`missing ${missing.join(', ')}`] : []),
    ...(excess.length > 0 ? [`must not hold ${excess.join(', ')}`] : []),
  ];
  return {
    name: 'scopes',
    state: 'problem',
    says: parts.join('; '),
    fix: `Grant exactly what deploy/${grants} lists.`,
  };
}

/** A write that can have no effect was tried: only a refusal for want of a permission is right. */
export function writeCheck(tried: string, refusal: Refusal | null, grants: string): Check {
  const name = 'write refused';
  switch (refusal?.kind) {
    case 'forbidden':
    case 'unauthorised':
      return { name, state: 'ok', says: `${tried} was refused`, fix: null };
    case undefined:
    case 'not-found':
    case 'rejected':
      return {
        name,
        state: 'problem',
        says: `${tried} was not refused for want of a permission`,
        fix: `These credentials can write. Grant exactly what deploy/${grants} lists.`,
      };
    default:
      return { name, state: 'unknown', says: `${tried} could not be tried (${refusal?.kind})`, fix: null };
  }
}
