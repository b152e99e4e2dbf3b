import { describe, expect, it } from 'vitest';
import { type ApprovalQuestion, decideApproval } from '../../src/core/decide-approval.ts';
import { sealPlan } from '../../src/core/digest.ts';
import { samplePlan } from '../support/sample-plan.ts';

const sealed = sealPlan(samplePlan);
const question: ApprovalQuestion = {
  click: {
    by: 'lee',
    plan: sealed.plan.id,
    version: 1,
    digestTail: sealed.digest.slice(-8),
    atMs: sealed.plan.expiresAtMs,
  },
  row: { ...sealed, state: 'pending', approvals: [] },
  standing: 'member',
  allowed: true,
  approversNeeded: 1,
};
const { click, row } = question;
const broken = (reasonGiven: boolean): ApprovalQuestion['click'] => ({ ...click, breakGlass: { reasonGiven } });

describe('one approval', () => {
  it.each<[string, Partial<ApprovalQuestion>, string]>([
    ['at the last moment', {}, 'enough'],
    ['by a chat account where that is not enough', { signInNeeded: true }, 'sign-in-needed'],
    ['signed in where that is needed', { signInNeeded: true, click: { ...click, strength: 'strong' } }, 'enough'],
    ['a millisecond too late', { click: { ...click, atMs: click.atMs + 1 } }, 'expired'],
    ['on an old version', { click: { ...click, version: 0 } }, 'stale-version'],
    ['on another digest', { click: { ...click, digestTail: '00000000' } }, 'digest-mismatch'],
    ['by the requester', { click: { ...click, by: 'sam' } }, 'requester'],
    ['by a guest', { standing: 'guest' }, 'guest'],
    ['by a stranger', { standing: 'stranger' }, 'guest'],
    ['against the policy', { allowed: false }, 'policy'],
    ['on a rejected plan', { row: { ...row, state: 'rejected' } }, 'settled'],
    ['on an expired plan', { row: { ...row, state: 'expired' } }, 'expired'],
    [
      'twice by one person',
      { row: { ...row, approvals: [{ by: 'lee', digest: row.digest, atMs: 1 }] } },
      'already-approved',
    ],
    ['as the first of two', { approversNeeded: 2 }, 'one more'],
    [
      'as the second of two',
      { approversNeeded: 2, row: { ...row, approvals: [{ by: 'dana', digest: row.digest, atMs: 1 }] } },
      'enough',
    ],
    [
      'after an approval of another digest',
      { approversNeeded: 2, row: { ...row, approvals: [{ by: 'dana', digest: 'old', atMs: 1 }] } },
      'one more',
    ],
    ['breaking the glass with a reason', { click: broken(true), approversNeeded: 2 }, 'enough'],
    ['breaking the glass without a reason', { click: broken(false) }, 'reason-missing'],
    ['breaking the glass against the policy', { click: broken(true), allowed: false }, 'not-break-glass'],
    ['breaking the glass as the requester', { click: { ...broken(true), by: 'sam' } }, 'requester'],
    ['breaking the glass too late', { click: { ...broken(true), atMs: click.atMs + 1 } }, 'expired'],
    [
      'breaking the glass for another digest',
      { click: { ...broken(true), digestTail: '00000000' } },
      'digest-mismatch',
    ],
    [
      'breaking the glass after an ordinary approval',
      {
        click: broken(true),
        approversNeeded: 3,
        row: { ...row, approvals: [{ by: 'lee', digest: row.digest, atMs: 1 }] },
      },
      'enough',
    ],
  ])('%s is decided', (_, change, expected) => {
    const decision = decideApproval({ ...question, ...change });
    const said = decision.ok ? { true: 'enough', false: 'one more' }[`${decision.value.enough}`] : decision.failure;
    expect(said).toBe(expected);
  });
});
