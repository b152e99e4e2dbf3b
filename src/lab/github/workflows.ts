import { z } from 'zod';
import type { Json } from '../../core/json.ts';
import { cut, linkHeader, pageOf } from './call.ts';
import type { Handler, Repository, Visit, Workflow, WorkflowRun } from './hub.ts';
import { nodeId } from './hub.ts';
import { emptyReply, jsonReply, notFound, refusal } from './reply.ts';
import { runJson, runStatus } from './run-json.ts';
import { repositoryJson } from './shapes.ts';
import { toTimestamp } from './timestamps.ts';

/** GitHub takes the file's name or the number. */
const workflowAt = (repository: Repository, reference: string): Workflow | null =>
  repository.workflows.find(({ id, path }) => String(id) === reference || path.endsWith(`/${reference}`)) ?? null;

const fileNameOf = (workflow: Workflow): string => workflow.path.split('/').at(-1) ?? workflow.path;

function workflowJson({ hub, repository }: Visit, workflow: Workflow): Json {
  const name = fileNameOf(workflow);
  return {
    id: workflow.id,
    node_id: nodeId('Workflow', workflow.id),
    name: workflow.name,
    path: workflow.path,
    state: 'active',
    created_at: toTimestamp(repository.createdAtMs),
    updated_at: toTimestamp(repository.createdAtMs),
    url: `${hub.origin}/repos/${repository.fullName}/actions/workflows/${workflow.id}`,
    html_url: `${hub.origin}/${repository.fullName}/blob/main/${workflow.path}`,
    badge_url: `${hub.origin}/${repository.fullName}/workflows/${name}/badge.svg`,
  };
}

export const listWorkflows: Handler = async (visit) => {
  const { workflows } = visit.repository;
  const page = cut(workflows, pageOf(visit.call.query)).map((workflow) => workflowJson(visit, workflow));
  const link = linkHeader(visit.hub.origin, visit.call, workflows.length);
  return jsonReply(200, { total_count: workflows.length, workflows: page }, link);
};

export const getWorkflow: Handler = async (visit) => {
  const workflow = workflowAt(visit.repository, visit.parameters[0] ?? '');
  return workflow === null ? notFound() : jsonReply(200, workflowJson(visit, workflow));
};

/** GitHub's `created` search: `>=T`, `>T`, `<=T`, `<T`, `A..B`, or a day. */
function createdWithin(range: string, atMs: number): boolean {
  const [from, to] = range.split('..');
  if (from !== undefined && to !== undefined) {
    return (from === '*' || atMs >= Date.parse(from)) && (to === '*' || atMs <= Date.parse(to));
  }
  const moment = Date.parse(range.replace(/^[<>]=?/, ''));
  if (range.startsWith('>=')) return atMs >= moment;
  if (range.startsWith('>')) return atMs > moment;
  if (range.startsWith('<=')) return atMs <= moment;
  if (range.startsWith('<')) return atMs < moment;
  return new Date(atMs).toISOString().startsWith(range);
}

function matches(run: WorkflowRun, { call }: Visit): boolean {
  const asked = (name: string, holds: (value: string) => boolean): boolean => {
    const value = call.query.get(name);
    return value === null || holds(value);
  };
  const { status, conclusion } = runStatus(run, call.nowMs);
  return (
    asked('actor', (value) => value === run.actor) &&
    asked('branch', (value) => value === run.ref) &&
    asked('event', (value) => value === 'workflow_dispatch') &&
    asked('head_sha', (value) => value === run.sha) &&
    asked('status', (value) => value === status || value === conclusion) &&
    asked('created', (value) => createdWithin(value, Math.floor(run.createdAtMs / 1000) * 1000))
  );
}

async function answerRuns(visit: Visit, runs: readonly WorkflowRun[]) {
  const { hub, repository, call } = visit;
  const matching = runs.filter((run) => matches(run, visit)).sort((left, right) => right.id - left.id);
  const repo = repositoryJson(hub.origin, repository);
  const page = await Promise.all(cut(matching, pageOf(call.query)).map((run) => runJson(visit, run, repo)));
  return jsonReply(
    200,
    { total_count: matching.length, workflow_runs: page },
    linkHeader(hub.origin, call, matching.length),
  );
}

export const listRuns: Handler = (visit) => answerRuns(visit, [...visit.repository.runs.values()]);

export const listRunsOfWorkflow: Handler = async (visit) => {
  const workflow = workflowAt(visit.repository, visit.parameters[0] ?? '');
  if (workflow === null) return notFound();
  return answerRuns(
    visit,
    [...visit.repository.runs.values()].filter((run) => run.workflow.id === workflow.id),
  );
};

export const getRun: Handler = async (visit) => {
  const run = visit.repository.runs.get(Number(visit.parameters[0]));
  if (run === undefined) return notFound();
  return jsonReply(200, await runJson(visit, run, repositoryJson(visit.hub.origin, visit.repository)));
};

const dispatchSchema = z.object({
  ref: z.string().min(1),
  inputs: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({}),
  return_run_details: z.boolean().default(false),
});

/** GitHub's refusals of inputs the workflow file does not declare, or declares as required. */
function inputProblem(workflow: Workflow, inputs: { readonly [name: string]: string }): string | null {
  const declared = workflow.inputs.map(({ name }) => name);
  const unexpected = Object.keys(inputs).filter((name) => !declared.includes(name));
  if (unexpected.length > 0) return `Unexpected inputs provided: ${JSON.stringify(unexpected)}`;
  const missing = workflow.inputs.find(({ name, required }) => required && (inputs[name] ?? '') === '');
  return missing ? `Required input '${missing.name}' not provided` : null;
}

/** Starts a run. A run whose `idempotency_key` an earlier run had is skipped and does nothing. */
export const dispatchWorkflow: Handler = async (visit) => {
  const { hub, repository, call } = visit;
  const workflow = workflowAt(repository, visit.parameters[0] ?? '');
  if (workflow === null) return notFound();
  const parsed = dispatchSchema.safeParse(call.body);
  if (!parsed.success) return refusal(422, 'Invalid request. "ref" wasn\'t supplied.');
  const { ref, return_run_details: detailed } = parsed.data;
  const sha = await repository.git.branch(ref.replace(/^refs\/heads\//, ''));
  if (sha === null) return refusal(422, `No ref found for: ${ref}`);
  const inputs = Object.fromEntries(Object.entries(parsed.data.inputs).map(([name, value]) => [name, String(value)]));
  const problem = inputProblem(workflow, inputs);
  if (problem !== null) return refusal(422, problem);
  const earlier = [...repository.runs.values()].filter((other) => other.workflow.id === workflow.id);
  const key = inputs['idempotency_key'];
  const skipped = key !== undefined && earlier.some((other) => other.inputs['idempotency_key'] === key);
  const run: WorkflowRun = {
    id: hub.nextId(),
    number: earlier.length + 1,
    workflow,
    inputs,
    ref,
    sha,
    actor: call.actor,
    createdAtMs: call.nowMs,
    skipped,
  };
  repository.runs.set(run.id, run);
  if (!skipped) hub.raised.push({ kind: 'workflow', workflow: fileNameOf(workflow), inputs, atMs: call.nowMs });
  if (!detailed) return emptyReply(204);
  const path = `${repository.fullName}/actions/runs/${run.id}`;
  return jsonReply(200, {
    workflow_run_id: run.id,
    run_url: `${hub.origin}/repos/${path}`,
    html_url: `${hub.origin}/${path}`,
  });
};
