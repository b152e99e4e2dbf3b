import type { Repository } from './client.ts';

/** `owner/name` as Octokit wants it. Throws for anything else: repositories come from the catalogue. */
export function splitRepository(repository: string): Repository {
  const [owner, repo, ...rest] = repository.split('/');
  if (!owner || !repo || rest.length > 0) throw new Error(`not owner/name: ${repository}`);
  return { owner, repo };
}
