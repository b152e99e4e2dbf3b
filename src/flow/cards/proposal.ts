import type { ApprovalRow, PlanState, SaidReason } from '../../core/approval.ts';
import type { Decision } from '../../core/approval-button.ts';
import type { Card, CardAction, CodeBlock, Line } from '../../core/card.ts';
import type { SealedPlan } from '../../core/plan.ts';
import { channelFillButton } from '../../core/runbook-form-seal.ts';
import { taint } from '../../core/tainted.ts';
import { signInFix } from './refusal.ts';
import { fillInAction } from './runbook-form.ts';
import { sentence } from './words.ts';

export type ProposalView = {
  readonly sealed: SealedPlan;
  readonly approvals: readonly ApprovalRow[];
  readonly needed: number;
  readonly approvers: readonly { readonly id: string; readonly name: string }[];
  readonly names: (personId: string) => string;
  /** The plan's own page. */
  readonly url: string;
  /** Where it is approved: by its button here, on its page after signing in, or nowhere until that is set up. */
  readonly way: 'button' | 'page' | 'nowhere';
  /** What a button of this request carries. */
  readonly value: (decision: Decision) => string;
};

const riskWords = { 1: '1 of 3, low', 2: '2 of 3, medium', 3: '3 of 3, high' } as const;

/** Asks people. Rendered by code from the sealed plan: every field that will run is on it. */
export function proposalCard(view: ProposalView): Card {
  const { sealed, approvers, needed, approvals } = view;
  const { plan } = sealed;
  const asked: Line = approvers.flatMap(({ id, name }) => [{ person: id, name, notify: true }, ' ']);
  return {
    kind: 'proposal',
    fallback: sentence(`Approval needed: ${plan.title}`),
    title: [plan.title],
    lead: [...asked, ...asking(view)],
    facts: planFacts(view),
    details: planDetails(view),
    actions: [
      ...approveButton(view),
      {
        id: 'reject-plan',
        label: 'Reject Plan',
        value: view.value('reject-plan'),
        style: 'plain',
        reason: 'optional',
      },
      ...formButton(view),
    ],
    foot: [
      `Needs ${needed} ${needed === 1 ? 'person' : 'people'}, not the requester (${view.names(plan.requester)}) · ${approvals.length} so far · expires `,
      { atMs: plan.expiresAtMs },
      ', then nothing runs · plan ',
      { code: sealed.digest.slice(-8) },
      ' · ',
      { label: 'full plan', href: view.url },
    ],
  };
}

function asking({ way, needed }: ProposalView): Line {
  if (way === 'button') return [`approve or reject: this needs ${needed} of you.`];
  if (way === 'page') return [`approve on its page, signed in, or reject: high risk, this needs ${needed} of you.`];
  return [{ strong: 'High risk, and nobody can sign in here: it cannot be approved. ' }, signInFix];
}

/** A high-risk plan is approved on its own page only: its button opens that page. */
function approveButton(view: ProposalView): readonly CardAction[] {
  const { way, url } = view;
  if (way === 'nowhere') return [];
  if (way === 'page')
    return [
      { id: 'review-plan', label: 'Review and Approve', value: view.sealed.plan.id, style: 'primary', href: url },
    ];
  const value = view.value('approve-plan');
  return [{ id: 'approve-plan', label: 'Approve Plan', value, style: 'primary', confirm: confirmation(view) }];
}

/** The same runbook with other values is another request: what people approve never changes under them. */
function formButton({ sealed: { plan } }: ProposalView): readonly CardAction[] {
  if (plan.runbook === undefined) return [];
  const button = channelFillButton({ incident: plan.incident, runbook: plan.runbook.name });
  return [fillInAction(button, 'Ask With Other Values')];
}

export function planFacts({ sealed: { plan }, approvals, needed, names }: ProposalView): NonNullable<Card['facts']> {
  const people = approvals
    .map(({ by, breakGlass }) => `${names(by)}${breakGlass ? ', who broke the glass' : ''}`)
    .join(', ');
  return [
    {
      label: 'Risk',
      value: [`${riskWords[plan.risk]}${plan.riskReasons.length > 0 ? `: ${plan.riskReasons.join('; ')}` : ''}`],
    },
    ...(plan.runbook
      ? [{ label: 'Runbook', value: [{ strong: plan.runbook.name }, `, ${plan.runbook.lastRun}`] }]
      : []),
    { label: 'Blast radius', value: [plan.blastRadius.says] },
    { label: 'Expected effect', value: [plan.expectedEffect] },
    { label: 'Undo', value: [plan.inverse.says] },
    { label: 'Runs as', value: [plan.runsAs] },
    {
      label: 'Approvals',
      value: [approvals.length === 0 ? `0 of ${needed}` : `${approvals.length} of ${needed}: ${people}`],
    },
  ];
}

export function planDetails({ sealed }: ProposalView): NonNullable<Card['details']> {
  const { plan, digest } = sealed;
  const code: CodeBlock[] = plan.preview ? [{ label: 'change', language: 'diff', text: plan.preview }] : [];
  return {
    summary: 'Exact change and plan',
    open: true,
    lines: [
      ...plan.steps.map(({ says }, index): Line => [`${index + 1}. ${says}`]),
      ...plan.rehearsal.map((line): Line => ['Dry run: ', taint(line)]),
      ...plan.preconditions.map(
        ({ name, expected }): Line => ['Only if ', name, ' is still ', { code: taint(JSON.stringify(expected)) }],
      ),
      ['Plan digest ', { code: digest }],
      [`Policy ${plan.policyVersion.slice(0, 8)}, catalogue ${plan.catalogueVersion.slice(0, 8)}`],
    ],
    code,
  };
}

function confirmation({
  sealed: { plan, digest },
}: ProposalView): NonNullable<NonNullable<Card['actions']>[number]['confirm']> {
  return {
    title: 'Approve this plan',
    text: sentence(
      `${plan.title}. Effect: ${plan.blastRadius.says}. Undo: ${plan.inverse.says}. Plan ${digest.slice(-8)}.`,
    ),
    accept: 'Approve Plan',
    dismiss: 'Go Back',
  };
}

/** What replaces the buttons once the plan is decided. */
export function recordCard(view: ProposalView & { readonly state: PlanState; readonly said: Line }): Card {
  const { plan, digest } = view.sealed;
  return {
    kind: 'record',
    fallback: sentence(`${plan.title}: ${view.state}`),
    title: [plan.title],
    lead: view.said,
    facts: planFacts(view),
    details: { ...planDetails(view), open: false },
    foot: ['Plan ', { code: digest.slice(-8) }, ' · ', { label: 'full plan', href: view.url }],
  };
}

type Deciders = Pick<ProposalView, 'approvals' | 'names' | 'needed'> & {
  /** Who rejected it, or broke the glass, and why. */
  readonly said: SaidReason | null;
};

/** The sentence of a record for each end state. */
export function decisionLine(state: PlanState, view: Deciders): Line {
  const people = view.approvals.map(({ by }) => view.names(by)).join(' and ');
  const approved = approvedBy(people, view);
  switch (state) {
    case 'pending':
      return [`Approved by ${people || 'nobody yet'} · ${view.needed - view.approvals.length} more needed`];
    case 'approved':
    case 'running':
      return [...approved, ' · running in this thread'];
    case 'done':
      return [...approved, ' · done, see the receipt in this thread'];
    case 'rejected':
      return rejectedBy(view);
    case 'expired':
      return ['Timed out, I did not run it'];
    case 'superseded':
      return ['Replaced by a newer version, earlier approvals do not count'];
    case 'stale':
      return ['The world changed since this was proposed, I did not run it'];
    case 'failed':
      return [...approved, ' · failed, see this thread'];
    case 'stopped':
      return ['Cancelled, everything was stopped'];
  }
}

function approvedBy(people: string, { approvals, said }: Deciders): Line {
  if (approvals.some(({ automatic }) => automatic)) return ['Started by itself, as its class is set to'];
  if (!approvals.some(({ breakGlass }) => breakGlass)) return [`Approved by ${people}`];
  return [`Approved by ${people}, breaking the glass`, ...(said?.reason ? [': ', said.reason] : [])];
}

function rejectedBy({ said, names }: Deciders): Line {
  if (!said) return ['Rejected. Nothing ran'];
  return [`Rejected by ${names(said.by)}`, ...(said.reason ? [': ', said.reason] : []), '. Nothing ran'];
}
