import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { verifyChain } from '../core/audit-chain.ts';
import type { AuditRow } from '../core/audit-entry.ts';
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

/** Walks the chain of the store, or of an export, offline. Exit code 1 and the first bad sequence number when broken. */
export async function verifyAudit(variables: Variables, options: { export?: string; json?: boolean }): Promise<number> {
  const file = options.export;
  if (file === undefined)
    return withSystem(variables, async ({ world }) => tell(verifyChain(await world.store.auditRows({})), options.json));
  const rows = await readExport(file);
  return typeof rows === 'string' ? fail([rows]) : tell(verifyChain(rows), options.json);
}

function tell(result: ReturnType<typeof verifyChain>, json = false): number {
  if (json) printJson(result);
  else if (result.ok) printLine(`The audit log verifies: ${result.rows} entries, head ${result.head}.`);
  else printLine(`The audit log does NOT verify. First bad entry: ${result.firstBadSeq}. ${result.why}`);
  return result.ok ? 0 : 1;
}

async function readExport(file: string): Promise<readonly AuditRow[] | string> {
  const rows: AuditRow[] = [];
  try {
    for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY })) {
      if (line.trim() !== '') rows.push(JSON.parse(line) as AuditRow);
    }
  } catch (error) {
    return `${file}, line ${rows.length + 1}: ${error instanceof Error ? error.message : 'cannot be read'}. Export again with: causeway audit export`;
  }
  return rows;
}
