import { readFile } from 'node:fs/promises';
import { compose, type System } from '../compose.ts';
import { readEnvironment } from '../config.ts';
import { machineClock } from '../machine-clock.ts';
import { startLog } from '../redact/process-log.ts';
import { complain } from './say.ts';

export type Variables = { readonly [name: string]: string | undefined };

/** Services a command does not need: enough to open the ledger when there is no causeway.yaml. */
const emptyCatalogue = 'services: [{ id: unknown, title: Unknown, tier: 3 }]';

/** Opens the system without starting it, for commands that read. Exit code 2 and every problem when it cannot. */
export async function withSystem(variables: Variables, work: (system: System) => Promise<number>): Promise<number> {
  const environment = readEnvironment({ ...variables, LOG_LEVEL: variables['LOG_LEVEL'] ?? 'error' });
  if (!environment.ok) return fail(environment.failure);
  const { CAUSEWAY_CONFIG, LOG_LEVEL } = environment.value;
  const catalogueText = CAUSEWAY_CONFIG ? await readFile(CAUSEWAY_CONFIG, 'utf8').catch(() => null) : emptyCatalogue;
  if (catalogueText === null) return fail([`CAUSEWAY_CONFIG: ${CAUSEWAY_CONFIG} cannot be read. Fix the path.`]);
  const { log, door } = startLog(LOG_LEVEL);
  const composed = await compose({
    environment: environment.value,
    variables,
    catalogueText,
    clock: machineClock,
    log,
    webUrl: 'http://127.0.0.1:3000',
  }).catch((error: unknown) => ({
    ok: false as const,
    failure: [error instanceof Error ? error.message : String(error)],
  }));
  if (!composed.ok) return fail(composed.failure);
  door.open(composed.value.world.redactor);
  try {
    return await work(composed.value);
  } finally {
    await door.flush();
    await composed.value.close();
  }
}

export function fail(problems: readonly string[]): number {
  for (const problem of problems) complain(problem);
  return 2;
}
