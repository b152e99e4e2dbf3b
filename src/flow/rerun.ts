import { canonicalJson, sha256Hex } from '../core/digest.ts';
import type { Evidence, EvidenceId } from '../core/evidence.ts';
import { peopleSource } from '../core/verdict.ts';
import type { Inbound } from '../ports.ts';
import { noticeCard, replyCard } from './cards/reply.ts';
import { readAgain } from './gather.ts';
import { redacted } from './redacted.ts';
import { whisper } from './show.ts';
import { isStillSaid } from './statements.ts';
import type { World } from './world.ts';

export type Rerun = 'same' | 'changed' | 'gone' | 'unreadable';

/** Repeats exactly the call behind one evidence item and compares the digests of the redacted results. */
export async function rerun(world: World, evidence: Evidence): Promise<Rerun> {
  if (evidence.source === peopleSource) return (await isStillSaid(world, evidence)) ? 'same' : 'gone';
  const connected = world.tools.find(({ tool }) => tool.name === evidence.tool);
  if (!connected) return 'unreadable';
  const finding = await readAgain(world, evidence.incident, {
    connected,
    input: evidence.input,
    key: 'rerun',
    index: -1,
  });
  if (finding.kind === 'failed') return 'unreadable';
  if (finding.kind === 'empty') return evidence.empty === true ? 'same' : 'gone';
  const { json } = await redacted(world.redactor, finding.result);
  return sha256Hex(canonicalJson(json)) === evidence.sha256 ? 'same' : 'changed';
}

const words: { readonly [Outcome in Rerun]: string } = {
  same: 'The same call gives the same result now.',
  changed: 'The same call gives another result now; the ledger keeps the first one.',
  gone: 'The same call finds nothing now; the ledger keeps the first result.',
  unreadable: 'The source cannot be read now; the ledger keeps the first result.',
};

/** The Re-run button: `INC-7:E3`. Answers the person who clicked. */
export async function rerunEvidence(world: World, inbound: Extract<Inbound, { type: 'click' }>): Promise<void> {
  const [id = '', item = ''] = inbound.value.split(':');
  const incident = await world.store.incident(id);
  const evidence = incident ? await world.store.evidenceById(incident.id, item as EvidenceId) : null;
  const card = evidence
    ? replyCard(`Re-run of ${evidence.id}`, [[{ evidence: evidence.id }, ` ${words[await rerun(world, evidence)]}`]])
    : noticeCard('There is no such evidence', 'Use the Re-run button of the evidence table.');
  await whisper(world, inbound, { card, key: `rerun:${inbound.key}` });
}
