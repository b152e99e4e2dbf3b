import type { SealedPlan } from './core/plan.ts';

/** One question to the policy: may this person approve, or may this plan run, now? */
export type PolicyRequest = {
  readonly action: 'approve' | 'execute';
  readonly sealed: SealedPlan;
  readonly tier: 1 | 2 | 3;
  readonly principal: {
    readonly id: string;
    readonly standing: 'member' | 'guest' | 'stranger' | 'inactive';
    readonly onCall: boolean;
    readonly groups: readonly string[];
  };
  readonly owners: readonly string[];
  readonly context: {
    readonly digestMatches: boolean;
    readonly ageMs: number;
    readonly frozen: boolean;
    readonly alreadyApproved: boolean;
    readonly distinctApprovers: number;
    readonly effectsLastHour: number;
    readonly runningOnService: number;
    readonly stopped: boolean;
  };
};
export type PolicyDecision = { readonly allow: boolean; readonly reasons: readonly string[]; readonly version: string };
/** Any evaluation error is a deny whose reason says so. */
export type Policy = {
  readonly version: string;
  decide(request: PolicyRequest): PolicyDecision;
  /** How many distinct approvers `execute` needs for this risk. */
  approversNeeded(risk: 1 | 2 | 3): number;
};
