import { z } from 'zod';
import type { Json } from '../../core/json.ts';
import { cut, linkHeader, pageOf } from './call.ts';
import type { Deployment, DeploymentStatus, Handler, Hub, Repository, Visit } from './hub.ts';
import { nodeId } from './hub.ts';
import { jsonReply, notFound, refusal } from './reply.ts';
import { userJson } from './shapes.ts';
import { toTimestamp } from './timestamps.ts';

const environmentName = 'prod';
const ciLogin = 'github-actions[bot]';

type Rollout = {
  readonly service: string;
  readonly sha: string;
  readonly startedAtMs: number;
  readonly liveAtMs: number;
};

/** Records what CI does after a merge: queued at once, in progress after 5 s, success when it is live. */
export function recordRollout(hub: Hub, repository: Repository, rollout: Rollout): void {
  const { service, sha, startedAtMs, liveAtMs } = rollout;
  const status = (state: DeploymentStatus['state'], description: string, atMs: number): DeploymentStatus => ({
    id: hub.nextId(),
    state,
    description,
    creator: ciLogin,
    atMs,
  });
  const id = hub.nextId();
  repository.deployments.set(id, {
    id,
    sha,
    ref: 'main',
    task: 'deploy',
    environment: environmentName,
    payload: { service },
    description: `Deploy ${service}`,
    creator: ciLogin,
    createdAtMs: startedAtMs,
    statuses: [
      status('queued', 'Waiting for a runner', startedAtMs),
      status('in_progress', 'Rolling out', Math.min(startedAtMs + 5_000, liveAtMs)),
      status('success', 'All pods run the new version', liveAtMs),
    ],
  });
}

/** Statuses the clock has reached, newest first. */
const shown = (deployment: Deployment, nowMs: number): readonly DeploymentStatus[] =>
  deployment.statuses.filter(({ atMs }) => atMs <= nowMs).toReversed();

function deploymentJson({ hub, repository, call }: Visit, deployment: Deployment): Json {
  const api = `${hub.origin}/repos/${repository.fullName}`;
  const [latest] = shown(deployment, call.nowMs);
  return {
    url: `${api}/deployments/${deployment.id}`,
    id: deployment.id,
    node_id: nodeId('Deployment', deployment.id),
    sha: deployment.sha,
    ref: deployment.ref,
    task: deployment.task,
    payload: deployment.payload,
    original_environment: deployment.environment,
    environment: deployment.environment,
    description: deployment.description,
    creator: userJson(hub.origin, deployment.creator),
    created_at: toTimestamp(deployment.createdAtMs),
    updated_at: toTimestamp(latest?.atMs ?? deployment.createdAtMs),
    statuses_url: `${api}/deployments/${deployment.id}/statuses`,
    repository_url: api,
    transient_environment: false,
    production_environment: deployment.environment === environmentName,
  };
}

function statusJson({ hub, repository }: Visit, deployment: Deployment, status: DeploymentStatus): Json {
  const api = `${hub.origin}/repos/${repository.fullName}`;
  return {
    url: `${api}/deployments/${deployment.id}/statuses/${status.id}`,
    id: status.id,
    node_id: nodeId('DeploymentStatus', status.id),
    state: status.state,
    creator: userJson(hub.origin, status.creator),
    description: status.description,
    environment: deployment.environment,
    target_url: '',
    created_at: toTimestamp(status.atMs),
    updated_at: toTimestamp(status.atMs),
    deployment_url: `${api}/deployments/${deployment.id}`,
    repository_url: api,
    environment_url: '',
    log_url: '',
  };
}

export const listDeployments: Handler = async (visit) => {
  const { hub, repository, call } = visit;
  const wanted = (['sha', 'ref', 'task', 'environment'] as const).flatMap((field) => {
    const value = call.query.get(field);
    return value === null ? [] : [{ field, value }];
  });
  const matching = [...repository.deployments.values()]
    .filter((deployment) => deployment.createdAtMs <= call.nowMs)
    .filter((deployment) => wanted.every(({ field, value }) => deployment[field] === value))
    .sort((left, right) => right.createdAtMs - left.createdAtMs || right.id - left.id);
  const page = cut(matching, pageOf(call.query)).map((deployment) => deploymentJson(visit, deployment));
  return jsonReply(200, page, linkHeader(hub.origin, call, matching.length));
};

const known = ({ repository, call, parameters }: Visit): Deployment | null => {
  const deployment = repository.deployments.get(Number(parameters[0]));
  return deployment && deployment.createdAtMs <= call.nowMs ? deployment : null;
};

export const getDeployment: Handler = async (visit) => {
  const deployment = known(visit);
  return deployment === null ? notFound() : jsonReply(200, deploymentJson(visit, deployment));
};

export const listDeploymentStatuses: Handler = async (visit) => {
  const deployment = known(visit);
  if (deployment === null) return notFound();
  const statuses = shown(deployment, visit.call.nowMs);
  const page = cut(statuses, pageOf(visit.call.query)).map((status) => statusJson(visit, deployment, status));
  return jsonReply(200, page, linkHeader(visit.hub.origin, visit.call, statuses.length));
};

const createSchema = z.object({
  ref: z.string().min(1),
  task: z.string().default('deploy'),
  environment: z.string().default('production'),
  description: z.string().nullish(),
  payload: z.json().default({}),
});

export const createDeployment: Handler = async (visit) => {
  const { hub, repository, call } = visit;
  const parsed = createSchema.safeParse(call.body);
  if (!parsed.success) return refusal(422, 'Invalid request. "ref" wasn\'t supplied.');
  const commit = await repository.git.commit(parsed.data.ref);
  if (commit === null) return refusal(422, `No ref found for: ${parsed.data.ref}`);
  const deployment: Deployment = {
    ...parsed.data,
    id: hub.nextId(),
    sha: commit.sha,
    description: parsed.data.description ?? '',
    creator: call.actor,
    createdAtMs: call.nowMs,
    statuses: [],
  };
  repository.deployments.set(deployment.id, deployment);
  return jsonReply(201, deploymentJson(visit, deployment));
};

const statusSchema = z.object({
  state: z.enum(['error', 'failure', 'inactive', 'pending', 'success', 'queued', 'in_progress']),
  description: z.string().default(''),
});

export const createDeploymentStatus: Handler = async (visit) => {
  const { hub, repository, call } = visit;
  const deployment = known(visit);
  if (deployment === null) return notFound();
  const parsed = statusSchema.safeParse(call.body);
  if (!parsed.success)
    return refusal(422, 'Validation Failed', [{ resource: 'DeploymentStatus', field: 'state', code: 'invalid' }]);
  const status = { id: hub.nextId(), ...parsed.data, creator: call.actor, atMs: call.nowMs };
  repository.deployments.set(deployment.id, { ...deployment, statuses: [...deployment.statuses, status] });
  return jsonReply(201, statusJson(visit, deployment, status));
};

export const listEnvironments: Handler = async ({ hub, repository }) => {
  const names = [...new Set([...repository.deployments.values()].map(({ environment }) => environment))].sort();
  const environments = names.map((name, index) => ({
    id: index + 1,
    node_id: nodeId('Environment', index + 1),
    name,
    url: `${hub.origin}/repos/${repository.fullName}/environments/${name}`,
    html_url: `${hub.origin}/${repository.fullName}/deployments/activity_log?environments_filter=${name}`,
    created_at: toTimestamp(repository.createdAtMs),
    updated_at: toTimestamp(repository.createdAtMs),
    protection_rules: [],
    deployment_branch_policy: null,
  }));
  return jsonReply(200, { total_count: environments.length, environments });
};
