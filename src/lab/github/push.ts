import { recordRollout } from './deployments.ts';
import { heals } from './heals.ts';
import type { Hub, Repository } from './hub.ts';
import { defaultBranch } from './hub.ts';

/** A rollout takes 60 to 90 s of the clock, the same for the same commit. */
const rolloutMs = (sha: string): number => 60_000 + (Number.parseInt(sha.slice(0, 8), 16) % 30_001);

/**
 * What follows when the default branch moved, however it moved: CI deploys the services whose files changed, and the
 * world is told whether the fault is gone from the branch.
 */
export async function noticePush(hub: Hub, repository: Repository, atMs: number): Promise<void> {
  const sha = await repository.git.branch(defaultBranch);
  const before = repository.tip.sha;
  if (sha === null || sha === before) return;
  repository.tip.sha = sha;
  repository.tip.movedAtMs = atMs;
  const { files } = await repository.git.compare(before, sha);
  const paths = files.flatMap((file) => [file.filename, file.previous_filename ?? []].flat());
  const deploys = hub
    .servicesOf(repository.fullName, paths)
    .map((service) => ({ service, startedAtMs: atMs, liveAtMs: atMs + rolloutMs(sha) }));
  for (const deploy of deploys) recordRollout(hub, repository, { ...deploy, sha });
  hub.raised.push({
    kind: 'merge',
    repository: repository.fullName,
    sha,
    atMs,
    heals: heals(repository.faultyBlobs, await repository.git.files(sha)),
    deploys,
  });
}
