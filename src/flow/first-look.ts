/**
 * The first look: every tool's probes at once, then the engine. No model. A hanging source delays nothing beyond its own
 * timeout and shows as a gap.
 */
import { namesOf } from '../core/catalogue.ts';
import { chooseSymptom, mentionsIn } from '../core/choose-symptom.ts';
import type { Gap } from '../core/evidence.ts';
import type { Incident, Symptom } from '../core/incident.ts';
import type { Json } from '../core/json.ts';
import { pastCausesOf } from '../core/past-causes.ts';
import { plainText } from '../core/plain-text.ts';
import { servicesInScope } from '../core/scope.ts';
import type { Durable } from '../ports.ts';
import { rank } from '../rootcause/rank.ts';
import type { Ranking } from '../rootcause/ranking.ts';
import { type AlertSignal, type PastCause, type Signals, signalLists, type Telemetry } from '../rootcause/telemetry.ts';
import type { ProbeContext } from '../tool.ts';
import type { Gathered, Read } from './gather.ts';
import { type Reading, startReads } from './reads.ts';
import { keyOf, type Round } from './round.ts';
import type { World } from './world.ts';

export type FirstLook = {
  readonly gathered: readonly Gathered[];
  /** Tools that have not answered everything yet. */
  readonly waiting: ReadonlySet<string>;
  readonly gaps: readonly Gap[];
  readonly telemetry: Telemetry;
  readonly ranking: Ranking;
};

/**
 * Reads the monitors and picks the one this incident is about. Null when nothing is alerting. `rest` is what came after
 * the monitor was found.
 */
export async function findSymptom(
  world: World,
  durable: Durable,
  { incident, round }: { incident: Incident; round: Round },
): Promise<{ symptom: Symptom | null; reading: Reading }> {
  const window = { fromMs: round.atMs - world.settings.baselineMs, toMs: round.atMs };
  const context = { catalogue: world.catalogue, scope: world.catalogue.services, alert: null, window };
  const monitors = world.tools.filter(({ tool }) => tool.readsMonitors);
  const reads = monitors.flatMap((connected) => probesOf(connected, context, keyOf(round, 'symptom')));
  const reading = startReads(world, durable, { incident, round, reads, name: keyOf(round, 'symptom') });
  const said = [incident.place.channel, round.question ? plainText(round.question, 4_000) : ''];
  const choose = (gathered: readonly Gathered[]): Symptom | null => {
    const states = gathered.flatMap(({ signals }) => signals.monitors ?? []);
    const watched = states.flatMap(({ monitor, service }) => [monitor, service]).map((id) => ({ id, names: [] }));
    const mentioned = mentionsIn(said, [...namesOf(world.catalogue), ...watched]);
    return chooseSymptom(states, { mentioned, nowMs: round.atMs });
  };
  return { symptom: choose(await reading.most()) ?? choose(await reading.all()), reading };
}

type Looking = { readonly incident: Incident; readonly round: Round; readonly monitors: Reading };

/** Every probe of every tool for the symptom's neighbourhood, concurrently, with the ranking of what has come in. */
export async function startLook(
  world: World,
  durable: Durable,
  { incident, round, monitors }: Looking,
): Promise<{ most(): Promise<FirstLook>; all(): Promise<FirstLook> }> {
  const toMs = await durable.step('look-now', async () => world.clock.nowMs());
  const pastCauses = await durable.step('past-causes', () => pastCausesNow(world, incident));
  const context = probeContext(world, incident.symptom, toMs);
  const reads = world.tools
    .filter(({ tool }) => !tool.readsMonitors)
    .flatMap((connected) => probesOf(connected, context, keyOf(round, 'look')));
  const reading = startReads(world, durable, { incident, round, reads, name: keyOf(round, 'look') });
  const asked = [...monitors.reads, ...reading.reads];
  let last: FirstLook | null = null;
  const lookAt = (gathered: readonly Gathered[]): FirstLook => {
    if (last?.gathered.length === gathered.length) return last;
    const telemetry = { ...assemble(world, context, gathered), pastCauses };
    const gaps = [...world.toolsOff, ...gathered.flatMap(({ gap }) => (gap ? [gap] : []))];
    last = { gathered, waiting: stillWaiting(asked, gathered), gaps, telemetry, ranking: rank(telemetry) };
    return last;
  };
  return {
    most: async () => lookAt([...(await monitors.most()), ...(await reading.most())]),
    all: async () => lookAt([...(await monitors.all()), ...(await reading.all())]),
  };
}

const incidentsRemembered = 200;

/** What people said that earlier incidents of the alerting service were. */
async function pastCausesNow({ store }: World, { id, symptom }: Incident): Promise<PastCause[]> {
  if (symptom === null) return [];
  const [rows, incidents] = await Promise.all([
    store.auditRows({ kind: 'verdict.grade' }),
    store.incidents(incidentsRemembered),
  ]);
  const others = incidents.filter((each) => each.id !== id);
  return [...pastCausesOf(symptom.service, { rows, incidents: others })];
}

function stillWaiting(asked: readonly Read[], gathered: readonly Gathered[]): ReadonlySet<string> {
  const answered = new Set(gathered.map(({ tool, index }) => `${tool} ${index}`));
  const waiting = asked.filter(({ connected, index }) => !answered.has(`${connected.tool.name} ${index}`));
  return new Set(waiting.map(({ connected }) => connected.tool.name));
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

function assemble(world: World, context: ProbeContext, gathered: readonly Gathered[]): Telemetry {
  const known = world.catalogue.services;
  const { series = [], logs = [], edgeStats = [], changes = [], edges = [], ...more } = joinSignals(gathered);
  const drawn = known.flatMap(({ id, dependsOn }) => dependsOn.map((to) => ({ from: id, to })));
  return {
    alert: context.alert,
    window: context.window,
    services: known.map(({ id, external }) => ({ id, external })),
    edges: [...drawn, ...newEdges(drawn, edges)],
    series,
    logs,
    edgeStats,
    changes,
    ...more,
  };
}

/** Every list as long as all tools made it; a list that no tool filled is absent. */
function joinSignals(gathered: readonly Gathered[]): Omit<Signals, 'monitors'> {
  const joined = signalLists.flatMap((name) => {
    const items = gathered.flatMap<object>(({ signals }) => signals[name] ?? []);
    return items.length === 0 ? [] : [[name, items] as const];
  });
  return Object.fromEntries(joined);
}

type Edge = Telemetry['edges'][number];

/** Edges that platforms saw and the catalogue does not draw. */
function newEdges(drawn: readonly Edge[], seen: readonly Edge[]): readonly Edge[] {
  const known = new Set(drawn.map(({ from, to }) => `${from} ${to}`));
  const fresh = new Map(seen.map(({ from, to }) => [`${from} ${to}`, { from, to }] as const));
  return [...fresh].flatMap(([key, edge]) => (known.has(key) ? [] : [edge]));
}
