import type { Catalogue, Service } from '../../src/core/catalogue.ts';

/**
 * The service a change lands on: where most of its files are, by the longest path prefix in the catalogue. A file
 * outside every prefix belongs to the service it is named after (`config/checkout.yaml`). Null when nothing fits.
 */
export function serviceOfPaths(catalogue: Catalogue, repository: string, paths: readonly string[]): string | null {
  const votes = new Map<string, number>();
  for (const path of paths) {
    const service = serviceOfPath(catalogue, repository, path);
    if (service !== null) votes.set(service, (votes.get(service) ?? 0) + 1);
  }
  const [first] = [...votes].toSorted((one, other) => other[1] - one[1] || one[0].localeCompare(other[0]));
  return first?.[0] ?? soleService(catalogue, repository);
}

/** The only service of a repository that holds one. */
export function soleService(catalogue: Catalogue, repository: string): string | null {
  const [only, another] = ofRepository(catalogue, repository);
  return another === undefined ? (only?.id ?? null) : null;
}

function serviceOfPath(catalogue: Catalogue, repository: string, path: string): string | null {
  const prefixes = ofRepository(catalogue, repository).flatMap((service) =>
    service.paths.filter((prefix) => isUnder(path, prefix)).map((prefix) => ({ service: service.id, prefix })),
  );
  const [longest] = prefixes.toSorted((one, other) => other.prefix.length - one.prefix.length);
  return longest?.service ?? namedService(catalogue, path);
}

const ofRepository = (catalogue: Catalogue, repository: string): readonly Service[] =>
  catalogue.services.filter((service) => service.repository?.toLowerCase() === repository.toLowerCase());

function isUnder(path: string, prefix: string): boolean {
  const folder = prefix.replace(/\/+$/, '');
  return path === folder || path.startsWith(`${folder}/`);
}

function namedService(catalogue: Catalogue, path: string): string | null {
  const names = new Set(
    path
      .toLowerCase()
      .split('/')
      .flatMap((part) => [part, part.replace(/\.[^.]*$/, '')]),
  );
  return catalogue.services.find((service) => names.has(service.id))?.id ?? null;
}
