import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { type ChainResult, type Checkpoint, chainVerifier } from '../core/audit-chain.ts';
import type { AuditRow } from '../core/audit-entry.ts';
import { walkAudit } from '../flow/walk-audit.ts';
import { printJson, printLine } from './say.ts';
import { fail, type Variables, withSystem } from './with-system.ts';

const pageRows = 1_000;

/** The whole log on stdout, one canonical row per line. */
export const exportAudit = (variables: Variables): Promise<number> =>
  withSystem(variables, async ({ world }) => {
    for (let afterSeq = 0; ; ) {
      const rows = await world.store.auditRows({ afterSeq, limit: pageRows });
      for (const row of rows) printLine(JSON.stringify(row));
      const last = rows.at(-1);
      if (!last) return 0;
      afterSeq = last.seq;
    }
  });

export type VerifyOptions = {
  readonly export?: string;
  readonly checkpoint?: string;
  readonly json?: boolean;
};

/**
 * Walks the chain of the store, or of an export, offline. Exit code 1 and the first bad sequence number when broken; 2
 * when a file cannot be read.
 */
export async function verifyAudit(variables: Variables, options: VerifyOptions): Promise<number> {
  const checkpoint = options.checkpoint === undefined ? null : await readCheckpoint(options.checkpoint);
  if (typeof checkpoint === 'string') return fail([checkpoint]);
  if (options.export !== undefined) return verifyExport(options.export, { checkpoint, json: options.json });
  return withSystem(variables, async ({ world }) => tell(await walkAudit(world.store, checkpoint), options.json));
}

type Told = { readonly checkpoint: Checkpoint | null; readonly json: boolean | undefined };

async function verifyExport(file: string, { checkpoint, json }: Told): Promise<number> {
  const verifier = chainVerifier(checkpoint);
  let lines = 0;
  try {
    for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY })) {
      lines += 1;
      if (line.trim() !== '' && verifier.take(JSON.parse(line) as AuditRow) !== null) break;
    }
  } catch (error) {
    const why = error instanceof Error ? error.message : 'cannot be read';
    return fail([`${file}, line ${lines}: ${why}. Export again with: causeway audit export`]);
  }
  return tell(verifier.end(), json);
}

/** What an earlier `audit verify --json` printed, or any JSON with the same `rows` and `head`. */
const checkpointFile = z.object({ rows: z.int().positive(), head: z.string().regex(/^[0-9a-f]{64}$/u) });

async function readCheckpoint(file: string): Promise<Checkpoint | string> {
  try {
    const { rows, head } = checkpointFile.parse(JSON.parse(await readFile(file, 'utf8')));
    return { seq: rows, hash: head };
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
    return `${file}: ${why}. Give the output of an earlier: causeway audit verify --json`;
  }
}

function tell(result: ChainResult, json = false): number {
  if (json) printJson(result);
  else if (result.ok) printLine(`The audit log verifies: ${result.rows} entries, head ${result.head}.`);
  else printLine(`The audit log does NOT verify. First bad entry: ${result.firstBadSeq}. ${result.why}`);
  return result.ok ? 0 : 1;
}
