import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Third-party measurement data, where a machine has it: CAUSEWAY_DATA, else ../shared/data. Null elsewhere. */
export function optionalData(path: string): string | null {
  // biome-ignore lint/style/noProcessEnv: tests locate optional data by this variable.
  const root = process.env['CAUSEWAY_DATA'] ?? fileURLToPath(new URL('../../../shared/data', import.meta.url));
  return existsSync(`${root}/${path}`) ? `${root}/${path}` : null;
}
