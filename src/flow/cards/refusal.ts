import type { ApprovalRefusal } from '../../core/approval.ts';
import type { Card } from '../../core/card.ts';
import { noticeCard } from './reply.ts';

const refusals: { readonly [Refusal in ApprovalRefusal]: readonly [what: string, fix: string] } = {
  'unknown-plan': ['I do not know this plan', 'Use the buttons of the newest approval request.'],
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

/** Why a click did not count, for the one who clicked. */
export function refusalCard(refusal: ApprovalRefusal): Card {
  const [what, fix] = refusals[refusal];
  return noticeCard(what, fix);
}
