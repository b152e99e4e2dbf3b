/** What actions and the rollback planner say of the world is outside text too. What they are to do stays exact. */
import type { ActionFailure } from '../action.ts';
import type { Result } from '../core/result.ts';
import type { Redactor } from '../ports.ts';
import { redacted } from './redacted.ts';
import type { RollbackPlanner } from './rollback-port.ts';
import type { ConnectedAction } from './world.ts';

/** Reasons and rehearsed calls are redacted; outcomes, which later calls go by, are not. */
export function redactAction(redactor: Redactor, { action, connected }: ConnectedAction): ConnectedAction {
  const said = async <Value>(given: Promise<Result<Value, ActionFailure>>): Promise<Result<Value, ActionFailure>> => {
    const result = await given;
    return result.ok ? result : { ...result, failure: (await redacted(redactor, result.failure)).json };
  };
  return {
    action,
    connected: {
      ...connected,
      dryRun: async (...given) => (await redacted(redactor, await connected.dryRun(...given))).json,
      check: (...given) => said(connected.check(...given)),
      execute: (...given) => said(connected.execute(...given)),
      reconcile: (...given) => said(connected.reconcile(...given)),
    },
  };
}

/** The diff, the files and the reasons are redacted; the parameters of the pull request are not. */
export function redactPlanner(redactor: Redactor, plan: RollbackPlanner): RollbackPlanner {
  return async (request) => {
    const draft = await plan(request);
    if (draft.kind !== 'clean') return (await redacted(redactor, draft)).json;
    const { parameters, ...shown } = draft;
    return { ...(await redacted(redactor, shown)).json, parameters };
  };
}
