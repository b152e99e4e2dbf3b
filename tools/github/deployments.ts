import type { Catalogue } from '../../src/core/catalogue.ts';
import { type DeploymentAnswer, deploymentAnswer, deploymentStatus, payloadService } from './answers.ts';
import { soleService } from './attribution.ts';
import { at, type Pages, type Place, readPages } from './place.ts';
import { inside, type RepositoryReading } from './reading.ts';

export type Deployment = DeploymentAnswer & {
  readonly state: string;
  readonly liveAtMs: number | null;
};

const deploymentsMax = 30;
const size = 100;

type Asked = { readonly environment: string; readonly isEnough: (page: readonly DeploymentAnswer[]) => boolean };

/** Newest first, as GitHub lists them. */
const list = (place: Place, { environment, isEnough }: Asked): Promise<Pages<DeploymentAnswer>> =>
  readPages({
    size,
    pagesMax: 3,
    ask: async (page) => {
      const query = { environment, per_page: size, page };
      const { data, headers } = await place.client.rest.repos.listDeployments({ ...at(place), ...query });
      return { items: deploymentAnswer.array().parse(data), link: headers.link };
    },
    isEnough,
  });

const newestFirst = (deployments: readonly DeploymentAnswer[]): readonly DeploymentAnswer[] =>
  deployments.toSorted((one, other) => other.created_at - one.created_at || other.id - one.id);

/** Newest first, each with its latest state and the moment it went live. */
export async function readDeployments(reading: RepositoryReading, environment: string): Promise<Pages<Deployment>> {
  const { items, truncated } = await list(reading, {
    environment,
    isEnough: (page) => page.some((deployment) => deployment.created_at < reading.window.fromMs),
  });
  const wanted = newestFirst(items).filter((deployment) => inside(reading.window, deployment.created_at));
  const read = wanted.slice(0, deploymentsMax).map((deployment) => withStates(reading, deployment));
  return { items: await Promise.all(read), truncated: truncated || wanted.length > deploymentsMax };
}

async function withStates(place: Place, deployment: DeploymentAnswer): Promise<Deployment> {
  const query = { deployment_id: deployment.id, per_page: 30 };
  const answered = await place.client.rest.repos.listDeploymentStatuses({ ...at(place), ...query });
  const statuses = deploymentStatus
    .array()
    .parse(answered.data)
    .toSorted((one, other) => other.created_at - one.created_at);
  const live = statuses.findLast((status) => status.state === 'success');
  return { ...deployment, state: statuses[0]?.state ?? 'pending', liveAtMs: live?.created_at ?? null };
}

type Deployed = { readonly service: string; readonly catalogue: Catalogue; readonly beforeMs: number };

/** How many deployments are looked at to find live ones: a run of failed deploys is short. */
const candidatesMax = 8;

/** The newest deployments of a service that went live, each of another commit; at most `count`, newest first. */
export async function lastLive(place: Place, deployed: Deployed, count: number): Promise<readonly Deployment[]> {
  const { service, catalogue, beforeMs } = deployed;
  const sole = soleService(catalogue, place.repository);
  const isOurs = (one: DeploymentAnswer): boolean =>
    one.created_at < beforeMs && (payloadService(one.payload) ?? sole) === service;
  const { items } = await list(place, {
    environment: catalogue.environment,
    isEnough: (page) => page.filter(isOurs).length >= candidatesMax,
  });
  const ours = newestFirst(items).filter(isOurs).slice(0, candidatesMax);
  const states = await Promise.all(ours.map((deployment) => withStates(place, deployment)));
  const live = states.filter((deployment) => deployment.liveAtMs !== null);
  return live.filter((one, index) => live.findIndex(({ sha }) => sha === one.sha) === index).slice(0, count);
}
