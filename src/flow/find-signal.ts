import type { Incident } from '../core/incident.ts';
import { probeContext } from './first-look.ts';
import { readSignal, type SignalProbe } from './signal.ts';
import type { World } from './world.ts';

export type FoundSignal = { readonly probe: SignalProbe; readonly now: number | null };

/**
 * The probe that returns the alerting series, and its newest value: for an action that a person asked for, where no
 * first look is at hand. Asks only the tools that drew charts in this incident. Null when none returns it.
 */
export async function findSignal(world: World, incident: Incident): Promise<FoundSignal | null> {
  const { symptom } = incident;
  if (!symptom) return null;
  const evidence = await world.store.evidence(incident.id);
  const charted = new Set(evidence.flatMap(({ tool, chart }) => (chart === null ? [] : [tool])));
  const context = probeContext(world, symptom, world.clock.nowMs());
  for (const { tool } of world.tools.filter((each) => charted.has(each.tool.name))) {
    const { length } = tool.probes(context);
    for (let index = 0; index < length; index += 1) {
      const probe = { tool: tool.name, index };
      const points = await readSignal(world, incident, probe);
      if (points.length > 0) return { probe, now: points.at(-1)?.[1] ?? null };
    }
  }
  return null;
}
