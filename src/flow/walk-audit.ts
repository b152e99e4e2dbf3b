import { type ChainResult, type Checkpoint, chainVerifier } from '../core/audit-chain.ts';
import type { AuditRow } from '../core/audit-entry.ts';
import type { Store } from '../ports.ts';

const pageRows = 1_000;

type AuditSource = Pick<Store, 'auditRows'>;

/** The whole log after `afterSeq`, oldest first, a page at a time: it may be longer than memory. */
export async function* auditPages(store: AuditSource, afterSeq = 0): AsyncGenerator<readonly AuditRow[], void> {
  for (let after = afterSeq; ; ) {
    const rows = await store.auditRows({ afterSeq: after, limit: pageRows });
    const last = rows.at(-1);
    if (!last) return;
    yield rows;
    after = last.seq;
  }
}

/** Verifies the whole chain of the store. */
export async function walkAudit(store: AuditSource, checkpoints: readonly Checkpoint[] = []): Promise<ChainResult> {
  const verifier = chainVerifier(checkpoints);
  for await (const rows of auditPages(store)) {
    for (const row of rows) if (verifier.take(row) !== null) return verifier.end();
  }
  return verifier.end();
}
