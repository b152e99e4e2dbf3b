import { type ApprovalRefusal, signInFreshMs } from '../core/approval.ts';
import { done, failed, type Result } from '../core/result.ts';
import type { Inbound } from '../ports.ts';
import type { World } from './world.ts';

/** Clocks of the sign-in service and of this process may differ by this much. */
const skewMs = 30_000;

type Click = Pick<Extract<Inbound, { type: 'click' }>, 'signedIn' | 'atMs'>;

/** How strongly the person behind a click proved who they are; refused when the proof is another's, or too old. */
export function clickStrength(
  { settings }: World,
  { signedIn, atMs }: Click,
  person: string,
): Result<'chat' | 'strong', ApprovalRefusal> {
  if (signedIn === undefined) return done('chat');
  if (signedIn.person !== person) return failed('other-person');
  if (signedIn.method !== settings.signIn) return failed('sign-in-needed');
  const ageMs = atMs - signedIn.atMs;
  return ageMs > signInFreshMs || ageMs < -skewMs ? failed('sign-in-stale') : done('strong');
}
