import { writeFile } from 'node:fs/promises';
import { auditKey, lastAnchored, noteFor } from '../audit-anchor.ts';
import { readEnvironment } from '../config.ts';
import type { AuditKey } from '../core/checkpoint.ts';
import { verifierKey } from '../core/signed-note.ts';
import { walkAudit } from '../flow/walk-audit.ts';
import { complain, printLine } from './say.ts';
import { fail, type Variables, withSystem } from './with-system.ts';

/** The public key that checks this installation's checkpoints, on stdout. Does not open the store. */
export async function printAuditKey(variables: Variables): Promise<number> {
  const environment = readEnvironment({ ...variables });
  if (!environment.ok) return fail(environment.failure);
  printLine(verifierKey((await auditKey(environment.value.CAUSEWAY_HOME)).note));
  return 0;
}

/** Walks the whole log and signs where it stands. Signs nothing, and exits 1, when it does not verify. */
export const writeCheckpoint = (variables: Variables, { out }: { readonly out?: string }): Promise<number> =>
  withSystem(variables, async ({ world, home }) => {
    const key: AuditKey = await auditKey(home);
    const result = await walkAudit(world.store, await lastAnchored(home, key));
    if (!result.ok) {
      complain(
        `The audit log does NOT verify, so nothing was signed. First bad entry: ${result.firstBadSeq}. ${result.why}`,
      );
      return 1;
    }
    if (out === undefined) process.stdout.write(noteFor(result, key));
    else await writeFile(out, noteFor(result, key));
    return 0;
  });
