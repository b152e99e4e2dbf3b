import { readFileSync, rmSync } from 'node:fs';
import { expect, it } from 'vitest';
import { checkpointsFile, createAuditAnchor } from '../../src/audit-anchor.ts';
import { parseCheckpoint } from '../../src/core/checkpoint.ts';
import { parseNotes } from '../../src/core/signed-note.ts';
import { giveReceipt } from '../../src/flow/receipt.ts';
import { embeddedDatabases, silent, temporaryDirectory } from '../store/databases.ts';
import { createFlowWorld, openIncident, sealedFor } from '../support/flow-world.ts';

it('a receipt leaves a signed checkpoint that contains its own entry, outside the database', async () => {
  const databases = embeddedDatabases();
  const home = temporaryDirectory();
  try {
    const { world, channel } = await createFlowWorld(await databases.open());
    const anchored = { ...world, anchorAudit: createAuditAnchor({ store: world.store, home, log: silent }) };
    const incident = await openIncident(world, channel);
    const sealed = sealedFor(world, { incident: incident.id });
    await world.store.savePlan(null, sealed, incident.place);
    const execution = { kind: 'not-done', why: 'the target moved', state: 'stale', steps: [] } as const;
    await giveReceipt(anchored, { plan: sealed.plan.id, execution, thread: incident.place });
    const rows = await world.store.auditRows({});
    const receipt = rows.find(({ kind }) => kind === 'receipt');
    const newest = rows.at(-1);
    const notes = parseNotes(readFileSync(checkpointsFile(home), 'utf8')) ?? [];
    expect(notes.map(({ text }) => parseCheckpoint(text))).toMatchObject([{ size: newest?.seq, head: newest?.hash }]);
    expect(receipt?.seq).toBeLessThanOrEqual(newest?.seq ?? 0);
  } finally {
    await databases.stop();
    rmSync(home, { recursive: true, force: true });
  }
}, 30_000);
