import { z } from 'zod';
import type { InitialFile, PullHistory } from '../changes.ts';
import type { ShopService } from '../world.ts';
import { affectedServices } from './affected-services.ts';
import { type Backend, bodyOf } from './backend.ts';
import { gitOf } from './git.ts';
import type { Hub, Repository } from './hub.ts';
import { seedInitial, seedPull } from './seed-history.ts';
import { operationsWorkflows, workflowsOf } from './workflow-files.ts';

export type Source = {
  readonly repositories: readonly string[];
  readonly history: readonly PullHistory[];
  readonly initialFiles: (repository: string) => readonly InitialFile[];
  readonly services: readonly Pick<ShopService, 'id' | 'repository' | 'paths'>[];
};

const operationsRepository = 'acme/ops';
const monthMs = 30 * 86_400_000;

/** A repository's first files, with the operations workflows where the source brings none of that name. */
export function filesOf({ initialFiles }: Pick<Source, 'initialFiles'>, repository: string): readonly InitialFile[] {
  const files = initialFiles(repository);
  if (repository !== operationsRepository) return files.length > 0 ? files : [readme(repository)];
  const given = new Set(files.map(({ path }) => path));
  return [...files, ...operationsWorkflows.filter(({ path }) => !given.has(path))];
}

const readme = (repository: string): InitialFile => ({ path: 'README.md', content: `# ${repository}\n` });

const profileSchema = z.record(z.string(), z.json());

async function profileOf(backend: Backend, fullName: string): Promise<Repository['profile']> {
  const request = { method: 'GET', path: `/repos/${fullName}` };
  return profileSchema.parse(bodyOf(await backend.send(request), request));
}

/** Fills the emulator with the history, in merge order, and keeps beside it what the emulator has no place for. */
export async function makeHub(options: { origin: string; backend: Backend; source: Source }): Promise<Hub> {
  const { origin, backend, source } = options;
  const earliestMs = Math.min(...source.history.map(({ createdAtMs }) => createdAtMs), Date.UTC(2026, 10, 1));
  let id = 1_000;
  const repositories = new Map<string, Repository>();
  for (const fullName of source.repositories) {
    repositories.set(fullName, {
      fullName,
      git: gitOf(backend, fullName),
      profile: await profileOf(backend, fullName),
      createdAtMs: earliestMs - monthMs,
      workflows: workflowsOf(fullName, filesOf(source, fullName)),
      pulls: new Map(),
      deployments: new Map(),
      runs: new Map(),
      faultyBlobs: new Map(),
      tip: { sha: '', movedAtMs: 0 },
    });
  }
  const nextId = (): number => {
    id += 1;
    return id;
  };
  const servicesOf = affectedServices(source.services, source.history);
  const hub: Hub = { origin, backend, repositories, servicesOf, nextId, raised: [] };
  for (const repository of repositories.values()) await seedInitial(repository, filesOf(source, repository.fullName));
  const inOrder = source.history.toSorted((left, right) => left.mergedAtMs - right.mergedAtMs);
  for (const pull of inOrder) {
    const repository = repositories.get(pull.repository);
    if (repository === undefined) throw new Error(`the history names ${pull.repository}, which is not in the lab`);
    await seedPull(hub, repository, pull);
  }
  for (const { git, tip } of repositories.values()) await git.moveBranch('main', tip.sha);
  return hub;
}
