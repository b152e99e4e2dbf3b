import { combinedStatus, listCheckRuns, listStatuses } from './checks.ts';
import {
  createDeployment,
  createDeploymentStatus,
  getDeployment,
  listDeploymentStatuses,
  listDeployments,
  listEnvironments,
} from './deployments.ts';
import { forward, forwardDated, forwardDiff, writeTree } from './forward.ts';
import type { Handler } from './hub.ts';
import { createPull, editPull, mergePullRequest } from './pull-writes.ts';
import { getPull, isMerged, listPullCommits, listPullFiles, listPulls, listPullsOfCommit } from './pulls.ts';
import { jsonReply } from './reply.ts';
import { repositoryJson } from './shapes.ts';
import { dispatchWorkflow, getRun, getWorkflow, listRuns, listRunsOfWorkflow, listWorkflows } from './workflows.ts';

export type Route = { readonly method: string; readonly pattern: RegExp; readonly handle: Handler };

const getRepository: Handler = async ({ hub, repository }) =>
  jsonReply(200, {
    ...repositoryJson(hub.origin, repository),
    network_count: 0,
    subscribers_count: 0,
  });

const none: Handler = async () => jsonReply(200, []);

/** `:name` is one path segment, `*` the rest of the path with its slashes. */
const route = (method: string, template: string, handle: Handler): Route => {
  const source = template.replaceAll(/:\w+/g, '([^/]+)').replaceAll('*', '(.+)');
  return { method, pattern: new RegExp(`^${source}$`), handle };
};

/**
 * What the counterpart serves, below `/repos/{owner}/{name}`; the first match wins. Everything else is a 404: it is
 * better to be missing than to be wrong.
 */
export const routes: readonly Route[] = [
  route('GET', '', getRepository),

  route('GET', '/pulls', listPulls),
  route('POST', '/pulls', createPull),
  route('GET', '/pulls/:number', getPull),
  route('PATCH', '/pulls/:number', editPull),
  route('GET', '/pulls/:number/files', listPullFiles),
  route('GET', '/pulls/:number/commits', listPullCommits),
  route('GET', '/pulls/:number/merge', isMerged),
  route('PUT', '/pulls/:number/merge', mergePullRequest),

  route('GET', '/commits', forward),
  route('GET', '/commits/:sha/pulls', listPullsOfCommit),
  route('GET', '/commits/*/check-runs', listCheckRuns),
  route('GET', '/commits/*/status', combinedStatus),
  route('GET', '/commits/*/statuses', listStatuses),
  route('GET', '/commits/*', forwardDiff),
  route('GET', '/compare/*', forwardDiff),

  route('GET', '/branches', forward),
  route('GET', '/branches/*', forward),
  route('GET', '/git/ref/*', forward),
  route('GET', '/git/matching-refs/*', forward),
  route('POST', '/git/refs', forward),
  route('PATCH', '/git/refs/*', forward),
  route('DELETE', '/git/refs/*', forward),
  route('GET', '/git/commits/:sha', forward),
  route('POST', '/git/commits', forwardDated),
  route('GET', '/git/trees/:sha', forward),
  route('POST', '/git/trees', writeTree),
  route('GET', '/git/blobs/:sha', forward),
  route('POST', '/git/blobs', forward),
  route('GET', '/contents', forward),
  route('GET', '/contents/*', forward),
  route('PUT', '/contents/*', forwardDated),
  route('DELETE', '/contents/*', forwardDated),

  route('GET', '/deployments', listDeployments),
  route('POST', '/deployments', createDeployment),
  route('GET', '/deployments/:id', getDeployment),
  route('GET', '/deployments/:id/statuses', listDeploymentStatuses),
  route('POST', '/deployments/:id/statuses', createDeploymentStatus),
  route('GET', '/environments', listEnvironments),

  // The shop ships by deployments alone, and nobody writes issues.
  route('GET', '/releases', none),
  route('GET', '/issues', none),

  route('GET', '/actions/workflows', listWorkflows),
  route('GET', '/actions/workflows/:id', getWorkflow),
  route('GET', '/actions/workflows/:id/runs', listRunsOfWorkflow),
  route('POST', '/actions/workflows/:id/dispatches', dispatchWorkflow),
  route('GET', '/actions/runs', listRuns),
  route('GET', '/actions/runs/:id', getRun),
];
