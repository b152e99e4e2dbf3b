import type { Catalogue, Service } from './catalogue.ts';

/** The service, everything it calls up to two hops away, and its direct callers. Nearest first, no repeats. */
export function servicesInScope(catalogue: Catalogue, serviceId: string | null): readonly Service[] {
  const start = catalogue.services.find((service) => service.id === serviceId);
  if (!start) return catalogue.services;
  const callers = catalogue.services.filter((service) => service.dependsOn.includes(start.id));
  const first = calledBy(catalogue, [start]);
  const second = calledBy(catalogue, first);
  return [...new Set([start, ...first, ...callers, ...second])];
}

function calledBy(catalogue: Catalogue, callers: readonly Service[]): readonly Service[] {
  const ids = callers.flatMap((caller) => caller.dependsOn);
  return catalogue.services.filter((service) => ids.includes(service.id));
}
