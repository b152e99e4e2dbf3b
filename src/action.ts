import type { z } from 'zod';
import type { Json } from './core/json.ts';
import type { PlanStep, Precondition } from './core/plan.ts';
import type { Result } from './core/result.ts';

export type ActionContext = {
  readonly signal: AbortSignal;
  readonly nowMs: number;
  /** plan id + step id: the idempotency key of the effect. */
  readonly key: string;
  /** Digest of the approved plan and who approved it. Absent in a dry run: nobody approved yet. */
  readonly approval?: { readonly digest: string; readonly by: readonly string[] };
};

/** `unknown` means the call may or may not have happened: reconcile, never repeat blindly. */
export type ActionFailure = { readonly kind: 'refused' | 'stale' | 'unavailable' | 'unknown'; readonly reason: string };

/**
 * One entry of the closed catalogue of writes. No model is involved in any of it; parameters were compiled by code and
 * approved by people.
 */
export type Action<Environment extends z.ZodType = z.ZodType, Parameters extends z.ZodType = z.ZodType> = {
  readonly name: string;
  readonly description: string;
  readonly environment: Environment;
  readonly parameters: Parameters;
  /** Parameters that a runbook spells out: no input may fill any part of them. */
  readonly fixed?: readonly string[];
  connect(environment: z.output<Environment>): {
    /** Says every call it would make, having made only reads. */
    dryRun(parameters: z.output<Parameters>, context: ActionContext): Promise<Result<readonly string[], ActionFailure>>;
    /** Re-reads what the plan assumed. */
    check(
      preconditions: readonly Precondition[],
      parameters: z.output<Parameters>,
      context: ActionContext,
    ): Promise<Result<null, ActionFailure>>;
    /** Makes the effect once. Called only with an audited intent. */
    execute(parameters: z.output<Parameters>, context: ActionContext): Promise<Result<Json, ActionFailure>>;
    /** Looks for the effect of an earlier attempt: its outcome, or null when it certainly did not happen. */
    reconcile(parameters: z.output<Parameters>, context: ActionContext): Promise<Result<Json | null, ActionFailure>>;
    /** The steps that take it back, given its outcome. */
    undo(parameters: z.output<Parameters>, outcome: Json): readonly PlanStep[];
  };
};

export function defineAction<Environment extends z.ZodType, Parameters extends z.ZodType>(
  action: Action<Environment, Parameters>,
): Action<Environment, Parameters> {
  return action;
}
