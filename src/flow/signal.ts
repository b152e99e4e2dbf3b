import type { Incident } from '../core/incident.ts';
import type { Json } from '../core/json.ts';
import type { Point } from '../rootcause/telemetry.ts';
import { probeContext } from './first-look.ts';
import { type Gathered, readAgain } from './gather.ts';
import type { World } from './world.ts';

/** Which first-look probe returned the alerting series: the same probe, with a newer window, measures recovery. */
export type SignalProbe = { readonly tool: string; readonly index: number };

export function signalProbe(incident: Incident, gathered: readonly Gathered[]): SignalProbe | null {
  const { symptom } = incident;
  const has = ({ signals }: Gathered): boolean =>
    (signals.series ?? []).some(({ service, metric }) => service === symptom?.service && metric === symptom.metric);
  const read = gathered.find(has);
  return read ? { tool: read.tool, index: read.index } : null;
}

/** The alerting series until now; empty when it cannot be read. */
export async function readSignal(
  world: World,
  incident: Incident,
  probe: SignalProbe | null,
): Promise<readonly Point[]> {
  const { symptom } = incident;
  const connected = world.tools.find(({ tool }) => tool.name === probe?.tool);
  if (!symptom || !connected || !probe) return [];
  const inputs = connected.tool.probes(probeContext(world, symptom, world.clock.nowMs())) as readonly Json[];
  const input = inputs[probe.index];
  if (input === undefined) return [];
  const finding = await readAgain(world, incident.id, { connected, input, key: 'watch', index: probe.index });
  if (finding.kind !== 'found') return [];
  const series = finding.signals.series?.find(
    ({ service, metric }) => service === symptom.service && metric === symptom.metric,
  );
  return series?.points ?? [];
}
