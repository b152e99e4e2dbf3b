import type { Catalogue } from '../../core/catalogue.ts';
import type { Check } from '../../integration.ts';
import { connectIntegrations, loadIntegrations } from '../../load-integrations.ts';
import type { Variables } from '../with-system.ts';
import { type Diagnosis, problem } from './diagnosis.ts';

const folder = new URL('../../../tools/', import.meta.url);
const patienceMs = 15_000;

export type Asking = { readonly variables: Variables; readonly catalogue: Catalogue; readonly nowMs: number };

/** Every vendor at once: reachable, clock, scopes, a read that passes, a write that is refused. */
export async function examineVendors({ variables, catalogue, nowMs }: Asking): Promise<readonly Diagnosis[]> {
  const { connected, problems } = connectIntegrations(await loadIntegrations(folder), variables);
  const context = {
    signal: AbortSignal.timeout(patienceMs),
    nowMs,
    environment: catalogue.environment,
    repositories: unique(catalogue.services.flatMap(({ repository }) => repository ?? [])),
    namespaces: unique(catalogue.services.flatMap(({ kubernetes }) => kubernetes?.namespace ?? [])),
    logGroups: unique(catalogue.services.flatMap(({ logGroups }) => logGroups)),
  };
  const examined = connected.map(async ({ integration, examiner }) => {
    const checks = await within(examiner.examine(context));
    return checks.map((check): Diagnosis => ({ ...check, name: `${nameOf(integration.vendor)}: ${check.name}` }));
  });
  return [...(await Promise.all(examined)).flat(), ...problems.map((says) => problem('integrations', says))];
}

/** An examination that hangs is a finding of its own. */
function within(checks: Promise<readonly Check[]>): Promise<readonly Check[]> {
  const { promise, resolve } = Promise.withResolvers<readonly Check[]>();
  const says = `no answer within ${patienceMs / 1_000} s`;
  const late: Check = { name: 'reachable', state: 'problem', says, fix: 'Check the network path to it.' };
  const timer = setTimeout(() => resolve([late]), patienceMs + 1_000);
  return Promise.race([checks, promise]).finally(() => clearTimeout(timer));
}

const unique = (items: readonly string[]): readonly string[] => [...new Set(items)];
const nameOf = (vendor: string): string => vendor.toLowerCase();
