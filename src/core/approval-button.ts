import { createHmac, timingSafeEqual } from 'node:crypto';
import { canonicalJson } from './digest.ts';
import type { Place } from './incident.ts';
import type { SealedPlan } from './plan.ts';

/** The buttons that decide about a plan. */
export const decisions = ['approve-plan', 'reject-plan', 'break-glass'] as const;
export type Decision = (typeof decisions)[number];

/** What a button shows of itself. Never a source of truth: the plan's row is. */
export type ButtonValue = {
  readonly plan: string;
  readonly version: number;
  readonly digestTail: string;
  /** Drawn when the version was stored; a new version has a new one. */
  readonly nonce: string;
};

/** `old`: made before buttons were sealed. */
export type ReadButton =
  | ({ readonly kind: 'sealed'; readonly seal: string } & ButtonValue)
  | { readonly kind: 'old'; readonly plan: string };

/** Where a button may be pressed: in the channel it was posted in, or by the one person it was shown to. */
export type ButtonPlace = Pick<Place, 'platform' | 'tenant'> &
  ({ readonly channel: string } | { readonly person: string });

export type ButtonUse = { readonly decision: Decision; readonly place: ButtonPlace };

const sealed =
  /^(?<plan>[\w-]{1,120})\.(?<version>\d{1,6})\.(?<tail>[0-9a-f]{8})\.(?<nonce>[\w-]{1,64})\.(?<seal>[\w-]{43})$/u;
const old = /^(?<plan>[\w-]+):\d{1,6}:[0-9a-f]{8}$/u;

/** `plan.version.digest tail.nonce.seal`, at most 250 characters: Slack takes 2,000, Teams 28 KB for the whole card. */
export function buttonValue(
  key: Uint8Array,
  { plan, digest, nonce }: SealedPlan & { readonly nonce: string },
  use: ButtonUse,
): string {
  const value = { plan: plan.id, version: plan.version, digestTail: digest.slice(-8), nonce };
  return [value.plan, value.version, value.digestTail, nonce, sealOf(key, value, use)].join('.');
}

/** Null for anything that never was a button of ours. */
export function readButton(value: string): ReadButton | null {
  const { plan, version, tail, nonce, seal } = sealed.exec(value)?.groups ?? {};
  if (plan && version && tail && nonce && seal)
    return { kind: 'sealed', plan, version: Number(version), digestTail: tail, nonce, seal };
  const before = old.exec(value)?.groups?.['plan'];
  return before === undefined ? null : { kind: 'old', plan: before };
}

/** Whether we made this button for this decision in this place. Constant time. */
export function buttonHolds(
  key: Uint8Array,
  { seal, ...value }: ButtonValue & { seal: string },
  use: ButtonUse,
): boolean {
  const [expected, given] = [Buffer.from(sealOf(key, value, use)), Buffer.from(seal)];
  return expected.length === given.length && timingSafeEqual(expected, given);
}

function sealOf(
  key: Uint8Array,
  { plan, version, digestTail, nonce }: ButtonValue,
  { decision, place }: ButtonUse,
): string {
  const where = 'channel' in place ? ['channel', place.channel] : ['person', place.person];
  const text = canonicalJson([plan, version, digestTail, nonce, decision, place.platform, place.tenant, ...where]);
  return createHmac('sha256', key).update(text).digest('base64url');
}
