import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import {
  type ChainFault,
  type ChainResult,
  type ChainVerifier,
  type Checkpoint,
  chainVerifier,
} from '../core/audit-chain.ts';
import { auditEvent, auditFormats } from '../core/audit-export.ts';
import { auditPages, walkAudit } from '../flow/walk-audit.ts';
import { readCheckpoints, readExportedLine, readPublicKey } from './audit-files.ts';
import { verifyProof } from './audit-proof.ts';
import { complain, printJson, printLine } from './say.ts';
import { fail, type Variables, withSystem } from './with-system.ts';

/** The whole log on stdout, one event per line. */
export async function exportAudit(variables: Variables, options: { readonly format?: string }): Promise<number> {
  const format = auditFormats.find((known) => known === (options.format ?? 'jsonl'));
  if (!format) return fail([`--format ${options.format}: there is no such form. Known: ${auditFormats.join(', ')}.`]);
  return withSystem(variables, async ({ world }) => {
    for await (const rows of auditPages(world.store)) {
      for (const row of rows) printLine(JSON.stringify(auditEvent(row, format)));
    }
    return 0;
  });
}

export type VerifyOptions = {
  readonly export?: string;
  readonly checkpoint?: string;
  readonly publicKey?: string;
  readonly proof?: string;
  readonly json?: boolean;
};

/**
 * Walks the chain of the store, or of an export, offline; or checks a proof. Exit code 1 and the first bad sequence
 * number when broken, or when a signature is wrong; 2 when a file cannot be read.
 */
export async function verifyAudit(variables: Variables, options: VerifyOptions): Promise<number> {
  const key = options.publicKey === undefined ? null : await readPublicKey(options.publicKey);
  if (key?.ok === false) return refuse(key.failure);
  const checkpoints =
    options.checkpoint === undefined ? null : await readCheckpoints(options.checkpoint, key?.value ?? null);
  if (checkpoints?.ok === false) return refuse(checkpoints.failure);
  const given = { checkpoints: checkpoints?.value ?? [], key: key?.value ?? null, json: options.json ?? false };
  if (options.proof !== undefined) return verifyProof(options.proof, given);
  if (given.key && given.checkpoints.length === 0)
    return fail(['--public-key needs --checkpoint FILE or --proof FILE.']);
  if (options.export !== undefined) return verifyExport(options.export, given);
  return withSystem(variables, async ({ world }) => tell(await walkAudit(world.store, given.checkpoints), given));
}

function refuse({ exitCode, why }: { exitCode: number; why: string }): number {
  complain(why);
  return exitCode;
}

type Given = {
  readonly checkpoints: readonly Checkpoint[];
  readonly key: { readonly name: string } | null;
  readonly json: boolean;
};

async function verifyExport(file: string, given: Given): Promise<number> {
  const verifier = chainVerifier(given.checkpoints);
  let lines = 0;
  try {
    for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY })) {
      lines += 1;
      const fault = line.trim() === '' ? null : takeLine(line, verifier);
      if (fault) return tell(fault, given);
    }
  } catch (error) {
    const why = error instanceof Error ? error.message : 'cannot be read';
    return fail([`${file}, line ${lines}: ${why}. Export again with: causeway audit export`]);
  }
  return tell(verifier.end(), given);
}

function takeLine(line: string, verifier: ChainVerifier): ChainFault | null {
  const { row, agrees } = readExportedLine(line);
  const lying = { ok: false, firstBadSeq: row.seq, why: 'the event around the entry says something else' } as const;
  return verifier.take(row) ?? (agrees() ? null : lying);
}

function tell(result: ChainResult, { checkpoints, key, json }: Given): number {
  if (json) printJson(result);
  else if (result.ok) printLine(`The audit log verifies: ${result.rows} entries, head ${result.head}.`);
  else printLine(`The audit log does NOT verify. First bad entry: ${result.firstBadSeq}. ${result.why}`);
  if (result.ok && !json && checkpoints.length > 0) printLine(contains(checkpoints.length, key));
  return result.ok ? 0 : 1;
}

function contains(count: number, key: Given['key']): string {
  const signed = key ? `signed by ${key.name}` : 'whose signatures were not checked (give --public-key)';
  return `It still contains ${count === 1 ? 'the checkpoint' : `all ${count} checkpoints`}, ${signed}.`;
}
