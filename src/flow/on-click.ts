import { parseCommand } from '../core/command.ts';
import type { Inbound } from '../ports.ts';
import { answer } from './answer.ts';
import { noticeCard } from './cards/reply.ts';
import { gradeVerdict, nameCause } from './grade.ts';
import { startDeep } from './offer-deep.ts';
import { verifyReceipt } from './receipt.ts';
import { rerunEvidence } from './rerun.ts';
import { offerByText } from './send-runbook-form.ts';
import { whisper } from './show.ts';
import { undoPlan } from './undo-plan.ts';
import type { World } from './world.ts';

/** Buttons that decide nothing: briefings, receipts, grades, and asking for an undo. */
export async function onClick(world: World, inbound: Extract<Inbound, { type: 'click' }>): Promise<void> {
  const incident = await world.store.lastIncidentAt(inbound.place);
  switch (inbound.action) {
    case 'brief-me':
      return answer(world, { inbound, command: { verb: 'brief' }, incident });
    case 'investigate-now':
      return answer(world, { inbound, command: parseCommand('investigate', true), incident });
    case 'start-deep':
      return startDeep(world, inbound);
    case 'stop-investigation':
      return answer(world, { inbound, command: { verb: 'stop', all: false }, incident });
    case 'rerun-evidence':
      return rerunEvidence(world, inbound);
    case 'grade-verdict':
      return gradeVerdict(world, inbound);
    case 'name-cause':
      return nameCause(world, inbound);
    case 'verify-receipt':
      return verifyReceipt(world, inbound);
    case 'undo-plan':
      return undoPlan(world, inbound);
    case 'fill-runbook':
      return offerByText(world, inbound);
    default:
      return whisper(world, inbound, {
        card: noticeCard('This button does nothing yet', 'Type help to see what I can do.'),
        key: `click:${inbound.key}`,
      });
  }
}
