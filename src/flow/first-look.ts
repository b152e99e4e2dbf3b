/**
 * The first look: every tool's probes at once, then the engine. No model. A hanging source delays nothing beyond its own
 * timeout and shows as a gap.
 */
import { chooseSymptom } from '../core/choose-symptom.ts';
import type { Gap } from '../core/evidence.ts';
import type { Incident, Symptom } from '../core/incident.ts';
import type { Json } from '../core/json.ts';
import { plainText } from '../core/plain-text.ts';
import { servicesInScope } from '../core/scope.ts';
import type { Durable } from '../ports.ts';
import { rank } from '../rootcause/rank.ts';
import type { Ranking } from '../rootcause/ranking.ts';
import type { AlertSignal, Telemetry } from '../rootcause/telemetry.ts';
import type { ProbeContext } from '../tool.ts';
import { type Gathered, gather, type Read } from './gather.ts';
import { keyOf, type Round } from './round.ts';
import type { World } from './world.ts';

export type FirstLook = {
  readonly gathered: readonly Gathered[];
  readonly gaps: readonly Gap[];
  readonly telemetry: Telemetry;
  readonly ranking: Ranking;
};

/** Reads the monitors and picks the one this incident is about. Null when nothing is alerting. */
export async function findSymptom(
  world: World,
  durable: Durable,
  { incident, round }: { incident: Incident; round: Round },
): Promise<{ symptom: Symptom | null; gathered: readonly Gathered[] }> {
  const window = { fromMs: round.atMs - world.settings.baselineMs, toMs: round.atMs };
  const context = { catalogue: world.catalogue, scope: world.catalogue.services, alert: null, window };
  const monitors = world.tools.filter(({ tool }) => tool.readsMonitors);
  const reads = monitors.flatMap((connected) => probesOf(connected, context, keyOf(round, 'symptom')));
  const gathered = await runReads(world, durable, { incident, reads });
  const states = gathered.flatMap(({ signals }) => signals.monitors ?? []);
  const words = round.question
    ? plainText(round.question, 4_000)
        .toLowerCase()
        .split(/[^\w.-]+/u)
    : [];
  const mentioned = new Set([...words, ...incident.place.channel.toLowerCase().split(/[^a-z0-9]+/u)]);
  return { symptom: chooseSymptom(states, mentioned), gathered };
}

/** Every probe of every tool for the symptom's neighbourhood, concurrently, then the ranking. */
export async function lookFirst(
  world: World,
  durable: Durable,
  { incident, round, earlier }: { incident: Incident; round: Round; earlier: readonly Gathered[] },
): Promise<FirstLook> {
  const toMs = await durable.step('look-now', async () => world.clock.nowMs());
  const context = probeContext(world, incident.symptom, toMs);
  const reads = world.tools
    .filter(({ tool }) => !tool.readsMonitors)
    .flatMap((connected) => probesOf(connected, context, keyOf(round, 'look')));
  const gathered = [...earlier, ...(await runReads(world, durable, { incident, reads }))];
  const telemetry = assemble(world, context, gathered);
  const gaps = [...world.toolsOff, ...gathered.flatMap(({ gap }) => (gap ? [gap] : []))];
  return { gathered, gaps, telemetry, ranking: rank(telemetry) };
}

/** What tools are told at first look, for a window that ends at `toMs`. */
export function probeContext(world: World, symptom: Symptom | null, toMs: number): ProbeContext {
  const fromMs = Math.min(symptom?.triggeredAtMs ?? toMs, toMs) - world.settings.baselineMs;
  return {
    catalogue: world.catalogue,
    scope: servicesInScope(world.catalogue, symptom?.service ?? null),
    alert: symptom ? alertOf(symptom) : null,
    window: { fromMs, toMs },
  };
}

export const alertOf = ({ service, metric, comparator, threshold, triggeredAtMs }: Symptom): AlertSignal => ({
  service,
  metric,
  comparator,
  threshold,
  triggeredAtMs,
});

function probesOf(connected: World['tools'][number], context: ProbeContext, phase: string): readonly Read[] {
  const inputs = connected.tool.probes(context) as readonly Json[];
  return inputs.map((input, index) => ({ connected, input, index, key: `${phase}:${connected.tool.name}:${index}` }));
}

/** Parallel durable steps, started in a fixed order so that a replay meets them in the same order. */
export function runReads(
  world: World,
  durable: Durable,
  { incident, reads }: { incident: Incident; reads: readonly Read[] },
): Promise<readonly Gathered[]> {
  return Promise.all(reads.map((read) => durable.step(read.key, () => gather(world, incident, read))));
}

function assemble(world: World, context: ProbeContext, gathered: readonly Gathered[]): Telemetry {
  const known = world.catalogue.services;
  return {
    alert: context.alert,
    window: context.window,
    services: known.map(({ id, external }) => ({ id, external })),
    edges: known.flatMap(({ id, dependsOn }) => dependsOn.map((to) => ({ from: id, to }))),
    series: gathered.flatMap(({ signals }) => signals.series ?? []),
    logs: gathered.flatMap(({ signals }) => signals.logs ?? []),
    edgeStats: gathered.flatMap(({ signals }) => signals.edgeStats ?? []),
    changes: gathered.flatMap(({ signals }) => signals.changes ?? []),
  };
}
