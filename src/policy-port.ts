import type { AutonomyLevel } from './core/autonomy.ts';
import type { SealedPlan } from './core/plan.ts';

/** One question to the policy: may this person approve, or break the glass, or may this plan run, now? */
export type PolicyRequest = {
  readonly action: 'approve' | 'break-glass' | 'execute' | 'auto-run';
  readonly sealed: SealedPlan;
  readonly tier: 1 | 2 | 3;
  readonly principal: {
    readonly id: string;
    readonly standing: 'member' | 'guest' | 'stranger' | 'inactive';
    readonly onCall: boolean;
    readonly groups: readonly string[];
  };
  readonly owners: readonly string[];
  /** Groups whose members may break the glass: the catalogue's one, or none. */
  readonly breakGlass: readonly string[];
  readonly context: {
    readonly digestMatches: boolean;
    readonly ageMs: number;
    readonly frozen: boolean;
    /** Somebody broke the glass for this very digest. */
    readonly brokenGlass: boolean;
    readonly alreadyApproved: boolean;
    readonly distinctApprovers: number;
    readonly effectsLastHour: number;
    readonly runningOnService: number;
    readonly stopped: boolean;
    /** How the person proved who they are: `chat` by a chat account, `strong` by signing in for this. */
    readonly authStrength: 'chat' | 'strong';
    /** For `auto-run`: what the catalogue says of the class, and whether cause, evidence and score bear it. */
    readonly autonomy: {
      readonly level: AutonomyLevel;
      readonly confirmed: boolean;
      readonly established: boolean;
      readonly earned: boolean;
    };
  };
};
/** A rule of the policy as people are told of it. */
export type PolicyRule = { readonly id: string; readonly effect: 'permit' | 'forbid'; readonly says: string };
export type PolicyDecision = {
  readonly allow: boolean;
  readonly reasons: readonly string[];
  readonly version: string;
  /** What made the decision: permits of a yes, forbids of a no. */
  readonly rules?: readonly PolicyRule[];
  /** When no rule decided: the permits that did not apply. */
  readonly unmet?: readonly PolicyRule[];
};
/** Any evaluation error is a deny whose reason says so. */
export type Policy = {
  readonly version: string;
  decide(request: PolicyRequest): PolicyDecision;
  /** How many distinct approvers `execute` needs for this risk. */
  approversNeeded(risk: 1 | 2 | 3): number;
  /** Whether a chat account is not enough to approve a plan of this risk. */
  needsSignIn(risk: 1 | 2 | 3): boolean;
};
