import { z } from 'zod';
import type { Catalogue, Service } from '../../src/core/catalogue.ts';
import { lastLive } from './deployments.ts';
import { readRepository } from './files.ts';
import { at, type Place } from './place.ts';

export type CodeVersion = {
  readonly sha: string;
  /** How it was chosen, for people. */
  readonly chosen: 'asked' | 'deployed' | 'default branch';
};

type Asked = {
  readonly sha: string | undefined;
  readonly service: Service | null;
  readonly catalogue: Catalogue;
  readonly beforeMs: number;
};

const reference = z.object({ object: z.object({ sha: z.string() }) });
const commit = z.object({ sha: z.string() });

/** The asked commit in full, else what is live of the service, else the tip of the default branch. */
export async function versionOf(place: Place, { sha, service, catalogue, beforeMs }: Asked): Promise<CodeVersion> {
  if (sha !== undefined) {
    const answered = await place.client.rest.repos.getCommit({ ...at(place), ref: sha, per_page: 1 });
    return { sha: commit.parse(answered.data).sha, chosen: 'asked' };
  }
  const [live] = service === null ? [] : await lastLive(place, { service: service.id, catalogue, beforeMs }, 1);
  if (live !== undefined) return { sha: live.sha, chosen: 'deployed' };
  const { default_branch: branch } = await readRepository(place);
  const answered = await place.client.rest.git.getRef({ ...at(place), ref: `heads/${branch}` });
  return { sha: reference.parse(answered.data).object.sha, chosen: 'default branch' };
}
