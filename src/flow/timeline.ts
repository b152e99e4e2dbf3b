import type { AuditRow } from '../core/audit-entry.ts';
import type { Line } from '../core/card.ts';
import type { Incident } from '../core/incident.ts';
import { timelineOf } from '../core/timeline.ts';
import type { World } from './world.ts';

/** The newest twenty moments of an incident, oldest first. */
export async function timelineLines(world: World, incident: Incident): Promise<readonly Line[]> {
  const rows: readonly AuditRow[] = await world.store.auditRows({ incident: incident.id });
  return timelineOf(rows)
    .slice(-20)
    .map(({ atMs, says, actor }): Line => [{ atMs }, ' ', says, ` (${actor})`]);
}
