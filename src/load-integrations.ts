/** Finds every vendor's integration, `<directory>/<vendor>/integration.ts`, and connects those whose environment is there. */
import { readdir } from 'node:fs/promises';
import { z } from 'zod';
import { chooseEnvironment, presentVariables } from './choose-environment.ts';
import type { Integration } from './integration.ts';

type Connected = { readonly integration: Integration; readonly examiner: ReturnType<Integration['connect']> };
export type Integrations = {
  readonly connected: readonly Connected[];
  /** Vendors with none of their variables. */
  readonly off: readonly string[];
  /** Some of the variables, or bad ones. */
  readonly problems: readonly string[];
};

const shape = z.object({
  vendor: z.string().min(1),
  source: z.string().min(1),
  environment: z.instanceof(z.ZodType),
  grants: z.string().min(1),
  connect: z.function(),
});
const loaded = z.object({ integration: z.custom<Integration>((value) => shape.safeParse(value).success) });

/** In vendor order. Throws when a file does not export an integration: that is a bug. */
export async function loadIntegrations(directory: URL): Promise<readonly Integration[]> {
  const folders = (await readdir(directory, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  const files = await Promise.all(
    folders.map(async ({ name }) => ({ name, files: await readdir(new URL(`${name}/`, directory)) })),
  );
  const found = files.filter((folder) => folder.files.includes('integration.ts')).map(({ name }) => name);
  return Promise.all(found.toSorted().map((name) => loadIntegration(new URL(`${name}/integration.ts`, directory))));
}

async function loadIntegration(file: URL): Promise<Integration> {
  const parsed = loaded.safeParse(await import(file.href));
  if (!parsed.success) throw new Error(`${file.pathname} must export const integration = defineIntegration({...})`);
  return parsed.data.integration;
}

export function connectIntegrations(
  integrations: readonly Integration[],
  environment: { readonly [name: string]: string | undefined },
): Integrations {
  const present = presentVariables(environment);
  const connected: Connected[] = [];
  const off: string[] = [];
  const problems: string[] = [];
  for (const integration of integrations) {
    const { vendor } = integration;
    const chosen = chooseEnvironment({ name: vendor, environment: integration.environment }, present);
    if (chosen.kind === 'complete') connected.push({ integration, examiner: integration.connect(chosen.environment) });
    else if (chosen.kind === 'absent') off.push(vendor);
    else problems.push(...chosen.problems);
  }
  return { connected, off, problems };
}
