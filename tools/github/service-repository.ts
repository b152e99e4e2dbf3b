import type { Catalogue, Service } from '../../src/core/catalogue.ts';
import { done, failed, type Result } from '../../src/core/result.ts';
import type { Failed } from '../reading/failure.ts';
import { pickServices } from '../reading/scope.ts';

export type ServiceRepository = { readonly service: Service | null; readonly repository: string };

type Asked = { readonly service: string | undefined; readonly repository: string | undefined };

/** The repository that was named, or the service's own; a failure where there is none. */
export function repositoryOf(
  { service: id, repository }: Asked,
  catalogue: Catalogue,
): Result<ServiceRepository, Failed> {
  if (id === undefined) {
    return repository === undefined
      ? failed(missing('no repository and no service'))
      : done({ service: null, repository });
  }
  const picked = pickServices([id], catalogue);
  if (!picked.ok) return picked;
  const [service] = picked.value;
  const own = repository ?? service?.repository ?? null;
  if (service === undefined || own === null) return failed(missing(`${id} has no repository in the catalogue`));
  return done({ service, repository: own });
}

const missing = (reason: string): Failed => ({
  kind: 'failed',
  reason,
  retryable: false,
  blocks: 'what its code says',
  fix: 'Give a repository as owner/name, or name it in the catalogue.',
});
