import type { SaidReason } from '../core/approval.ts';
import { keptText } from '../core/kept-text.ts';
import { plainText } from '../core/plain-text.ts';
import { type Tainted, taint } from '../core/tainted.ts';
import type { PlanRow } from '../ports.ts';
import type { World } from './world.ts';

const reasonMax = 500;

/** What a person wrote with a click, as it may be kept: shortened, redacted, still outside text. */
export async function keepReason(world: World, reason: Tainted | null): Promise<Tainted | null> {
  const said = reason === null ? '' : plainText(reason, reasonMax).trim();
  return said === '' ? null : taint((await world.redactor.redact(said)).text);
}

/** Who rejected this version of the plan, or broke the glass for it, and why; null when nobody did. */
export async function saidReason(
  world: World,
  { plan, digest }: PlanRow,
  decision: 'reject-plan' | 'break-glass',
): Promise<SaidReason | null> {
  const rows = await world.store.auditRows({ incident: plan.incident, kind: 'approval.click' });
  const row = rows.findLast(
    ({ body }) => body['plan'] === plan.id && body['digest'] === digest && body['decision'] === decision,
  );
  return row ? { by: row.actor, reason: keptText(row.body['reason']) } : null;
}
