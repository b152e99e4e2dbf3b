import { z } from 'zod';
import { type ActionContext, type ActionFailure, defineAction } from '../action.ts';
import type { Json } from '../core/json.ts';
import type { PlanStep } from '../core/plan.ts';
import { done, failed, type Result } from '../core/result.ts';
import { connectWriter, failureOf, type GitHub, type WriteEnvironment, writeEnvironment } from './github/client.ts';
import { branch, owner, repo } from './github/fields.ts';
import { findRun, isFinished, pollRun, type Run } from './github/workflow-runs.ts';

const inputs = z
  .record(z.string().regex(/^[A-Za-z_][\w-]{0,63}$/u), z.union([z.string().max(1_000), z.number(), z.boolean()]))
  .refine((record) => !Object.hasOwn(record, 'idempotency_key'), 'idempotency_key is set by the action itself')
  .refine((record) => Object.keys(record).length <= 9, 'GitHub takes at most 10 inputs, one of them ours');

const parameters = z.object({
  owner,
  repo,
  /** File name under `.github/workflows`. */
  workflow: z.string().regex(/^[\w.-]{1,100}\.ya?ml$/u),
  ref: branch,
  inputs,
  /** The inputs that take it back; null when nothing does. */
  undoInputs: inputs.nullable().default(null),
  /** How long to wait for the run to end. */
  timeoutSeconds: z.int().min(1).max(3_600).default(300),
  /** How long GitHub may take to list a run it accepted. */
  appearWithinSeconds: z.int().min(1).max(60).default(15),
});
type Parameters = z.output<typeof parameters>;
type Call = {
  readonly github: GitHub;
  readonly plan: Parameters;
  readonly context: ActionContext;
  readonly webUrl: string;
};
type Outcome = Result<Json, ActionFailure>;

/**
 * Runs one workflow that a runbook names, and waits for its end. The workflow must declare the input `idempotency_key`
 * and show it in its `run-name`: that is how a run is found again.
 */
export const action = defineAction({
  name: 'github-workflow-dispatch',
  description: 'Run a GitHub Actions workflow named by a runbook and wait for it to finish',
  environment: writeEnvironment,
  parameters,
  fixed: ['owner', 'repo', 'workflow', 'ref'],
  connect: (environment) => ({
    dryRun: (plan, context) => dryRun(callOf(environment, plan, context)),
    check: (_preconditions, plan, context) => check(callOf(environment, plan, context)),
    execute: (plan, context) => execute(callOf(environment, plan, context)),
    reconcile: (plan, context) => reconcile(callOf(environment, plan, context)),
    undo: (plan): readonly PlanStep[] => undo(plan),
  }),
});

const callOf = (environment: WriteEnvironment, plan: Parameters, context: ActionContext): Call => ({
  github: connectWriter(environment, context.signal),
  plan,
  context,
  webUrl: environment.GITHUB_WEB_URL.replace(/\/$/u, ''),
});

const inputsOf = ({ plan, context }: Call): { readonly [name: string]: string } => ({
  ...Object.fromEntries(Object.entries(plan.inputs).map(([name, value]) => [name, String(value)])),
  idempotency_key: context.key,
});

async function dryRun(call: Call): Promise<Result<readonly string[], ActionFailure>> {
  const checked = await check(call);
  if (!checked.ok) return checked;
  const { owner: account, repo: name, workflow, ref } = call.plan;
  const path = `/repos/${account}/${name}/actions/workflows/${workflow}/dispatches`;
  return done([`POST ${path}: ref ${ref}, inputs ${JSON.stringify(inputsOf(call))}`]);
}

/** The workflow's runs can be listed with this token: it exists. */
async function check({ github, plan }: Call): Promise<Result<null, ActionFailure>> {
  const { owner: account, repo: name, workflow } = plan;
  try {
    await github.actions.listWorkflowRuns({ owner: account, repo: name, workflow_id: workflow, per_page: 1 });
    return done(null);
  } catch (error) {
    return failed(failureOf(error, { doing: `reading the workflow ${workflow}`, wrote: false }));
  }
}

async function execute(call: Call): Promise<Outcome> {
  const { github, plan, context } = call;
  const { owner: account, repo: name, workflow, ref } = plan;
  let wrote = false;
  try {
    const earlier = await findOurRun(call);
    if (earlier === null) {
      wrote = true;
      const request = { owner: account, repo: name, workflow_id: workflow, ref, inputs: inputsOf(call) };
      await github.actions.createWorkflowDispatch(request);
    }
    return await awaitEnd(call);
  } catch (error) {
    if (context.signal.aborted) return unknown(wrote ? 'stopped while waiting for the run' : 'stopped before the run');
    return failed(failureOf(error, { doing: `running ${workflow}`, wrote }));
  }
}

/**
 * An earlier attempt's run, waited for. Null when no run with our key shows within `appearWithinSeconds`: GitHub lists
 * a dispatched run within seconds.
 */
async function reconcile(call: Call): Promise<Outcome> {
  const { plan, context } = call;
  try {
    const isEnough = (found: Run | null): boolean => found !== null;
    const waitMs = plan.appearWithinSeconds * 1_000;
    const run = await pollRun(() => findOurRun(call), { isEnough, waitMs, signal: context.signal });
    return run === null ? done(null) : await awaitEnd(call);
  } catch (error) {
    if (context.signal.aborted) return unknown('stopped while looking for an earlier run');
    return failed(failureOf(error, { doing: `looking for an earlier run of ${plan.workflow}`, wrote: false }));
  }
}

const findOurRun = ({ github, plan, context }: Call): Promise<Run | null> =>
  findRun(github, { owner: plan.owner, repo: plan.repo, workflow: plan.workflow, key: context.key });

async function awaitEnd(call: Call): Promise<Outcome> {
  const { plan, context, webUrl } = call;
  const waitMs = plan.timeoutSeconds * 1_000;
  const run = await pollRun(() => findOurRun(call), { isEnough: isFinished, waitMs, signal: context.signal });
  if (run === null) return unknown(`GitHub accepted ${plan.workflow} but lists no run with our key`);
  const url = `${webUrl}/${plan.owner}/${plan.repo}/actions/runs/${run.runId}`;
  if (!isFinished(run)) return unknown(`the run has not ended after ${plan.timeoutSeconds} s: ${url}`);
  if (run.conclusion === 'success') return done({ runId: run.runId, conclusion: run.conclusion, url });
  return failed({ kind: 'refused', reason: `the run ended with ${run.conclusion ?? 'no conclusion'}: ${url}` });
}

const unknown = (reason: string): Outcome => failed({ kind: 'unknown', reason });

function undo(plan: Parameters): readonly PlanStep[] {
  if (plan.undoInputs === null) return [];
  return [
    {
      id: 'undo',
      action: 'github-workflow-dispatch',
      parameters: { ...plan, inputs: plan.undoInputs, undoInputs: plan.inputs },
      says: `Run ${plan.workflow} on ${plan.owner}/${plan.repo} with ${JSON.stringify(plan.undoInputs)}`,
    },
  ];
}
