/** What a Fill In button and a form carry of themselves. Proof that we made them for this use; the store is the truth. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { canonicalJson } from './digest.ts';
import type { Place } from './incident.ts';

/** `runbook` is null on a button beside which one is chosen. */
export type FillButton = { readonly incident: string; readonly runbook: string | null };

/** `nonce` is drawn when the form is opened: whatever is sent of one form is one request. */
export type FormUse = { readonly incident: string; readonly runbook: string; readonly nonce: string };

type Sealed<Value> = Value & { readonly seal: string };

/** A person of the directory, on one platform. */
type PersonOf = Pick<Place, 'platform' | 'tenant'> & { readonly person: string };

const buttonShape = /^(?<incident>INC-\d{1,12})\.(?<runbook>[a-z][a-z0-9-]{0,63})?(?:\.(?<seal>[\w-]{43}))?$/u;
const formShape =
  /^(?<incident>INC-\d{1,12})\.(?<runbook>[a-z][a-z0-9-]{0,63})\.(?<nonce>[\w-]{1,64})\.(?<seal>[\w-]{43})$/u;

/** For everybody in the incident's own channel, where typing the command does the same. At most 100 characters. */
export const channelFillButton = ({ incident, runbook }: FillButton): string => `${incident}.${runbook ?? ''}`;

/** For one person, wherever it is shown to them: Teams whispers in another conversation. At most 150 characters. */
export const personFillButton = (key: Uint8Array, button: FillButton, of: PersonOf): string =>
  `${channelFillButton(button)}.${sealOfButton(key, button, of)}`;

/** `seal` is null on a button for a channel. Null for anything that never was a button of ours. */
export function readFillButton(value: string): (FillButton & { readonly seal: string | null }) | null {
  const { incident, runbook, seal } = buttonShape.exec(value)?.groups ?? {};
  return incident === undefined ? null : { incident, runbook: runbook ?? null, seal: seal ?? null };
}

/** Whether we made this button for this person. Constant time. */
export const isOfPerson = (key: Uint8Array, { seal, ...value }: Sealed<FillButton>, of: PersonOf): boolean =>
  same(sealOfButton(key, value, of), seal);

/** Where a form belongs: one incident's channel and one person of the directory. */
export type FormPlace = { readonly place: Place; readonly person: string };

/** At most 200 characters: Slack keeps 3,000 with a view. */
export const formSeal = (key: Uint8Array, use: FormUse, at: FormPlace): string =>
  [use.incident, use.runbook, use.nonce, sealOfForm(key, use, at)].join('.');

/** Null for anything that never was a form of ours. */
export function readFormSeal(text: string): Sealed<FormUse> | null {
  const { incident, runbook, nonce, seal } = formShape.exec(text)?.groups ?? {};
  return incident && runbook && nonce && seal ? { incident, runbook, nonce, seal } : null;
}

/** Whether we opened this form for this person and this incident's channel. Constant time. */
export const formHolds = (key: Uint8Array, { seal, ...use }: Sealed<FormUse>, at: FormPlace): boolean =>
  same(sealOfForm(key, use, at), seal);

const sealOfButton = (key: Uint8Array, { incident, runbook }: FillButton, of: PersonOf): string =>
  sign(key, ['runbook-button/1', incident, runbook ?? '', of.platform, of.tenant, of.person]);

const sealOfForm = (key: Uint8Array, { incident, runbook, nonce }: FormUse, { place, person }: FormPlace): string =>
  sign(key, ['runbook-form/1', incident, runbook, nonce, place.platform, place.tenant, place.channel, person]);

/** The first part tells uses of one key apart: no plan is called so. */
const sign = (key: Uint8Array, parts: readonly string[]): string =>
  createHmac('sha256', key).update(canonicalJson(parts)).digest('base64url');

function same(expected: string, given: string): boolean {
  const [a, b] = [Buffer.from(expected), Buffer.from(given)];
  return a.length === b.length && timingSafeEqual(a, b);
}
