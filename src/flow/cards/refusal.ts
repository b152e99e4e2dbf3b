import type { ApprovalRefusal } from '../../core/approval.ts';
import type { Card } from '../../core/card.ts';
import { noticeCard } from './reply.ts';

const refusals: { readonly [Refusal in ApprovalRefusal]: readonly [what: string, fix: string] } = {
  'unknown-plan': ['I do not know this plan', 'Use the buttons of the newest approval request.'],
  'old-button': ['This button is of an older version of me', 'Use the newest card: I have just redrawn the request.'],
  'forged-button': [
    'This button is not one I made, so it decides nothing',
    'Use the buttons of the approval request in its channel. This click is in the audit log.',
  ],
  elsewhere: ['This button belongs to another channel', 'Use the buttons of the request where it was posted.'],
  'sign-in-needed': [
    'This plan is high risk: it is approved on its own page, after signing in',
    'Use Review and Approve on the request.',
  ],
  'sign-in-stale': ['You signed in too long ago to approve this', 'Open the page again, sign in and decide.'],
  'other-person': [
    'You signed in as somebody else than this account',
    'Sign in as the person your chat account belongs to.',
  ],
  'not-an-approver': [
    'You are not in the directory, so you cannot approve',
    'Ask an owner of the service, or have your account added to causeway.yaml.',
  ],
  requester: ['You asked for this, so somebody else must approve it', 'Another owner or the person on call can.'],
  guest: ['Guests and people from other organisations cannot approve', 'Ask a member of the owning group.'],
  'already-approved': ['You have already approved this plan', 'One more person is needed.'],
  'stale-version': ['This request was replaced by a newer version', 'Use the newest approval request.'],
  'digest-mismatch': ['The plan behind this button is not the one stored', 'Use the newest approval request.'],
  expired: ['This request has expired, nothing runs', 'Mention me again for a new proposal.'],
  settled: ['This request is already decided', 'See its record in the channel.'],
  policy: [
    'Only owners of the service or the person on call can decide this',
    'Ask one of the people named on the request.',
  ],
  'reason-missing': ['Breaking the glass needs a reason, nothing runs', 'Press Break Glass again and say why.'],
  'not-break-glass': [
    'You cannot break the glass for this plan now',
    'Only members of the break-glass group can, in time, and not while everything is stopped.',
  ],
};

/** What an administrator has to do before a high-risk plan can be approved at all. */
export const signInFix =
  'Set OIDC_ISSUER, OIDC_CLIENT_ID and PUBLIC_URL, and give people an oidc account in causeway.yaml.';

/** Why a click did not count, for the one who clicked. */
export function refusalCard(refusal: ApprovalRefusal, signIn: 'none' | 'local' | 'oidc'): Card {
  const [what, fix] = refusals[refusal];
  if (refusal === 'sign-in-needed' && signIn === 'none')
    return noticeCard('This plan is high risk and nobody can sign in here, so it cannot be approved', signInFix);
  return noticeCard(what, fix);
}
