import type { Catalogue } from './catalogue.ts';
import type { Runbook } from './runbook.ts';

/**
 * Catalogue ids that a run of the runbook on this service changes, the service first. `callees` adds what it calls
 * directly and the databases and caches of these; providers outside are never changed.
 */
export function runbookReach(
  { services }: Pick<Catalogue, 'services'>,
  { reach }: Pick<Runbook, 'reach'>,
  service: string,
): readonly string[] {
  if (reach === 'service') return [service];
  const ours = (id: string): readonly string[] =>
    (services.find((each) => each.id === id)?.dependsOn ?? []).filter((callee) =>
      services.some((each) => each.id === callee && !each.external),
    );
  const direct = ours(service);
  const stores = direct
    .flatMap(ours)
    .filter((id) => services.some((each) => each.id === id && each.repository === null));
  return [...new Set([service, ...direct, ...stores])];
}
