import { type ChainResult, type Checkpoint, chainVerifier } from '../core/audit-chain.ts';
import type { Store } from '../ports.ts';

const pageRows = 1_000;

/** Verifies the whole chain of the store, a page at a time: the log may be longer than memory. */
export async function walkAudit(
  store: Pick<Store, 'auditRows'>,
  checkpoint: Checkpoint | null = null,
): Promise<ChainResult> {
  const verifier = chainVerifier(checkpoint);
  for (let afterSeq = 0; ; ) {
    const rows = await store.auditRows({ afterSeq, limit: pageRows });
    for (const row of rows) if (verifier.take(row) !== null) return verifier.end();
    const last = rows.at(-1);
    if (!last) return verifier.end();
    afterSeq = last.seq;
  }
}
