import type { Incident } from '../core/incident.ts';
import type { InvestigationRequest } from './investigator.ts';
import type { World } from './world.ts';

/**
 * Audits every request and answer; an answer says how long investigating took since the one before. What was sent and
 * said is sealed beside the log, which holds its digest: that can be deleted, the log cannot.
 */
export function recordTurns(world: World, incident: Incident): InvestigationRequest['record'] {
  let sinceMs = world.clock.nowMs();
  return async (kind, given, raw) => {
    const { content, ...body } = given;
    if (raw !== undefined) await world.store.keepRaw(incident.id, raw);
    const said = content === undefined ? {} : { contentSha256: await world.store.keepRaw(incident.id, content) };
    const atMs = world.clock.nowMs();
    const took = kind === 'model.response' ? { tookMs: atMs - sinceMs } : {};
    if (kind === 'model.response') sinceMs = atMs;
    await world.store.audit(null, {
      kind,
      incident: incident.id,
      actor: 'causeway',
      atMs,
      body: { ...body, ...said, ...took },
    });
  };
}
