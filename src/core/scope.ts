import type { Catalogue, Service } from './catalogue.ts';

/**
 * The service, everything it calls however far away, its direct callers, and who else calls what it calls: a cause lies
 * below, and whether others feel it too tells where. Nearest first, no repeats; each tool reads as many as it affords.
 */
export function servicesInScope(catalogue: Catalogue, serviceId: string | null): readonly Service[] {
  const start = catalogue.services.find((service) => service.id === serviceId);
  if (!start) return catalogue.services;
  const first = calledBy(catalogue, [start]);
  const found = new Set([start, ...first, ...callersOf(catalogue, [start])]);
  for (let last = first; last.length > 0; ) {
    last = calledBy(catalogue, last).filter((service) => !found.has(service));
    for (const service of last) found.add(service);
  }
  return [...new Set([...found, ...callersOf(catalogue, first)])];
}

function calledBy(catalogue: Catalogue, callers: readonly Service[]): readonly Service[] {
  const ids = new Set(callers.flatMap((caller) => caller.dependsOn));
  return catalogue.services.filter((service) => ids.has(service.id));
}

function callersOf(catalogue: Catalogue, called: readonly Service[]): readonly Service[] {
  const ids = new Set(called.map(({ id }) => id));
  return catalogue.services.filter(({ dependsOn }) => dependsOn.some((id) => ids.has(id)));
}
