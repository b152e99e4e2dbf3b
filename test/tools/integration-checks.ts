/** How tests examine an integration, and what an examination must say whatever the vendor. */
import type { Check, DiscoveredService, Integration, IntegrationContext } from '../../src/integration.ts';
import { type Answer, type Asked, startVendor } from './counterpart.ts';

type Examining = {
  readonly integration: Integration;
  readonly environment: (url: string) => { readonly [name: string]: string };
};

const context = (): IntegrationContext => ({
  signal: new AbortController().signal,
  nowMs: Date.now(),
  environment: 'prod',
  repositories: [],
  namespaces: [],
  logGroups: [],
});

const connect = ({ integration, environment }: Examining, url: string) =>
  integration.connect(integration.environment.parse(environment(url)));

export async function examine(one: Examining, answer: (asked: Asked) => Answer) {
  const vendor = await startVendor((asked) => answer(asked));
  const checks = await connect(one, vendor.url).examine(context());
  return { vendor, checks };
}

export const examineAt = (one: Examining, url: string): Promise<readonly Check[]> =>
  connect(one, url).examine(context());

export async function discover(
  one: Examining,
  answer: (asked: Asked) => Answer,
): Promise<readonly DiscoveredService[]> {
  const vendor = await startVendor((asked) => answer(asked));
  return (await connect(one, vendor.url).discover?.(context())) ?? [];
}

/** `reachable ok`, one line for each check. */
export const states = (checks: readonly Check[]): readonly string[] =>
  checks.map(({ name, state }) => `${name} ${state}`);

export const checkNamed = (checks: readonly Check[], name: string): Check | undefined =>
  checks.find((check) => check.name === name);
