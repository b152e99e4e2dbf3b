/** Drafts services from repositories: one for each folder of a monorepo, else one for the repository. */
import type { DiscoveredService } from '../../src/integration.ts';
import { deploymentAnswer, payloadService } from './answers.ts';
import { type OwnersFile, parseOwners, ruleFor } from './codeowners.ts';
import { readFiles, readRepository } from './files.ts';
import { at, type Place } from './place.ts';
import { readOwnersFile } from './read-owners.ts';
import { githubRefusal } from './refusal.ts';

const repositoriesMax = 50;

/** Rejects as GitHub refuses; a repository that is empty or hidden is passed over. */
export async function discoverServices(
  reach: Omit<Place, 'repository'>,
  { repositories, environment }: { readonly repositories: readonly string[]; readonly environment: string },
): Promise<readonly DiscoveredService[]> {
  const wanted = repositories.slice(0, repositoriesMax);
  const found = await Promise.all(
    wanted.map((repository) => orNone({ ...reach, repository }, (place) => servicesOf(place, environment))),
  );
  return found.flat();
}

async function orNone<Item>(place: Place, read: (place: Place) => Promise<readonly Item[]>): Promise<readonly Item[]> {
  try {
    return await read(place);
  } catch (error) {
    const kind = githubRefusal(error, place.signal)?.kind;
    // 409 is GitHub's answer for a repository without a commit.
    if (kind === 'not-found' || kind === 'rejected' || kind === 'forbidden') return [];
    throw error;
  }
}

/** `services/checkout/src/pool.ts` belongs to a service called checkout. */
const serviceFolder = /^(?<folder>(?:services|apps|cmd|microservices)\/(?<service>[^/]+))\//u;

async function servicesOf(place: Place, environment: string): Promise<readonly DiscoveredService[]> {
  const { default_branch: branch } = await readRepository(place);
  const [{ items: files }, ownersFile, deployed] = await Promise.all([
    readFiles(place, branch, []),
    readOwnersFile(place),
    orNone(place, () => deployedNames(place, environment)),
  ]);
  const folders = new Map(
    files.flatMap(({ path }) => {
      const { folder, service } = serviceFolder.exec(path)?.groups ?? {};
      return folder === undefined || service === undefined ? [] : [[service, `${folder}/`] as const];
    }),
  );
  const owners = ownersFile === null ? null : parseOwners(ownersFile.text);
  const drafts = [
    ...[...folders].map(([service, folder]) => ({ name: service, folder, isDeployed: deployed.includes(service) })),
    ...deployed
      .filter((deployedName) => !folders.has(deployedName))
      .map((deployedName) => ({ name: deployedName, folder: null, isDeployed: true })),
  ];
  const [, name = place.repository] = place.repository.split('/');
  const found = drafts.length > 0 ? drafts : [{ name, folder: null, isDeployed: false }];
  return found.map((one) => draft(place, { ...one, owners }));
}

type Drafted = {
  readonly name: string;
  readonly folder: string | null;
  readonly owners: OwnersFile | null;
  readonly isDeployed: boolean;
};

function draft({ repository }: Place, { name, folder, owners, isDeployed }: Drafted): DiscoveredService {
  const owner = owners === null ? null : ruleFor(owners, `${folder ?? ''}main`);
  return {
    name,
    seen: `GitHub ${repository}${folder === null ? '' : ` ${folder}`}${isDeployed ? ', deployed from there' : ''}`,
    repository,
    ...(folder === null ? {} : { paths: [folder] }),
    ...(owner === null || owner.owners.length === 0 ? {} : { owners: owner.owners }),
  };
}

/** What the newest hundred deployments to an environment say they deploy. */
async function deployedNames(place: Place, environment: string): Promise<readonly string[]> {
  const { data } = await place.client.rest.repos.listDeployments({ ...at(place), environment, per_page: 100 });
  const names = deploymentAnswer
    .array()
    .parse(data)
    .flatMap(({ payload }) => payloadService(payload) ?? []);
  return [...new Set(names)].toSorted();
}
