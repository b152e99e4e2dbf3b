/** One read of the world: audited, redacted, stored as evidence, and turned into signals for the engine. */
import { canonicalJson, sha256Hex } from '../core/digest.ts';
import type { Evidence, EvidenceId, Gap } from '../core/evidence.ts';
import type { Incident } from '../core/incident.ts';
import type { Json } from '../core/json.ts';
import { countSuspect } from '../core/quarantine.ts';
import type { Tainted } from '../core/tainted.ts';
import { readingsOf } from '../rootcause/readings.ts';
import type { Signals } from '../rootcause/telemetry.ts';
import type { Finding } from '../tool.ts';
import { type CallCost, withCost } from '../tool-cost.ts';
import { emptyAsFound } from './empty-read.ts';
import { type RedactedFinding, redactFinding } from './redact-finding.ts';
import type { ConnectedTool, World } from './world.ts';

export type Read = {
  readonly connected: ConnectedTool;
  readonly input: Json;
  /** Idempotency key of the evidence. */
  readonly key: string;
  /** Which of the tool's probes this is; -1 for a read that somebody asked for. */
  readonly index: number;
};

/** What a read left behind. JSON, so that a durable step can record it. */
export type Gathered = {
  readonly tool: string;
  readonly index: number;
  readonly input: Json;
  readonly evidence: EvidenceId | null;
  readonly view: Tainted | null;
  readonly signals: Signals;
  readonly gap: Gap | null;
  /** What was searched when nothing was there; `evidence` then says so and `view` is null. */
  readonly empty: string | null;
};

/** What a read left behind, and the evidence as it is stored now: asking the store for it again would only cost time. */
export type Stored = { readonly gathered: Gathered; readonly evidence: Evidence | null };

/** Runs one tool. Never throws for a vendor's answer or a hang: those become gaps. */
export const gather = async (world: World, incident: Incident, read: Read): Promise<Gathered> =>
  (await gatherStored(world, incident, read)).gathered;

/** The same, with the evidence that was stored. */
export async function gatherStored(world: World, incident: Incident, read: Read): Promise<Stored> {
  const { tool } = read.connected;
  const startedAtMs = world.clock.nowMs();
  // A read changes nothing: its vendor is asked while the intent is written.
  const [{ value: given, cost }] = await Promise.all([
    withCost(() => readWithin(world, read)),
    recordIntent(world, incident, read),
  ]);
  const told = await redactFinding(world.redactor, given);
  const { finding } = told;
  const nothing = nothingOf(read);
  await recordResult(world, incident, { read, told, cost, durationMs: world.clock.nowMs() - startedAtMs });
  switch (finding.kind) {
    case 'failed':
      return {
        gathered: {
          ...nothing,
          gap: { tool: tool.name, reason: finding.reason, blocks: finding.blocks, fix: finding.fix },
        },
        evidence: null,
      };
    case 'empty': {
      const evidence = await storeFinding(world, incident, {
        read,
        ...told,
        finding: emptyAsFound(finding),
        suspect: 0,
        empty: true,
      });
      return { gathered: { ...nothing, evidence: evidence.id, empty: finding.searched }, evidence };
    }
    case 'found': {
      // As the vendor gave it: redaction may cut the telling words.
      const suspect = given.kind === 'found' ? countSuspect(given.result) : 0;
      const evidence = await storeFinding(world, incident, { read, ...told, finding, suspect });
      const signals = tagSignals(finding.signals, evidence.id);
      return { gathered: { ...nothing, evidence: evidence.id, view: finding.view, signals }, evidence };
    }
  }
}

const nothingOf = ({ connected, index, input }: Read): Gathered => ({
  tool: connected.tool.name,
  index,
  input,
  evidence: null,
  view: null,
  signals: {},
  gap: null,
  empty: null,
});

/** A read that was not made: no vendor was asked and nothing is recorded but the gap. */
export const notRead = (read: Read, gap: Gap): Gathered => ({ ...nothingOf(read), gap });

/** The call alone: nothing is stored but what it cost. For reads that repeat or measure, outside any investigation. */
export async function readAgain(world: World, incident: string, read: Read): Promise<Finding> {
  const { value, cost } = await withCost(() => readWithin(world, read));
  await world.store.spend(incident, world.clock.nowMs(), { vendorCalls: cost.requests });
  return value;
}

/** Bounded in time. */
async function readWithin(world: World, { connected, input, index }: Read): Promise<Finding> {
  const { probeTimeoutMs, readTimeoutMs } = world.settings;
  const timeoutMs = index < 0 ? readTimeoutMs : probeTimeoutMs;
  const signal = AbortSignal.timeout(timeoutMs);
  const late = new Promise<Finding>((resolve) => {
    signal.addEventListener('abort', () => resolve(failure(`no answer within ${timeoutMs} ms`)), { once: true });
  });
  const context = { signal, timeoutMs, nowMs: world.clock.nowMs(), catalogue: world.catalogue };
  const call = connected.call(input, context).catch((error: unknown) => {
    world.log.error({ tool: connected.tool.name, error }, 'tool threw');
    return failure('the tool failed unexpectedly; see the log');
  });
  return Promise.race([call, late]);
}

const failure = (reason: string): Finding => ({
  kind: 'failed',
  reason,
  retryable: true,
  blocks: 'anything this source alone could show',
  fix: 'check that the service is reachable from here: causeway doctor',
});

async function storeFinding(
  world: World,
  incident: Incident,
  {
    read,
    finding,
    redactions,
    receipt,
    suspect,
    empty,
  }: RedactedFinding & { read: Read; finding: Finding & { kind: 'found' }; suspect: number; empty?: true },
): Promise<Evidence> {
  const { tool } = read.connected;
  const canonical = canonicalJson(finding.result);
  const evidence = await world.store.addEvidence(incident.id, read.key, {
    tool: tool.name,
    source: tool.source,
    input: read.input,
    query: finding.query,
    window: finding.window,
    provenance: finding.provenance,
    result: finding.result,
    sha256: sha256Hex(canonical),
    bytes: Buffer.byteLength(canonical),
    redactions,
    redacted: receipt,
    link: finding.link,
    headline: finding.headline,
    chart: finding.chart,
    truncated: finding.truncated,
    takenAtMs: world.clock.nowMs(),
    readings: readingsOf(finding.signals),
    ...(suspect > 0 ? { suspect } : {}),
    ...(empty ? { empty } : {}),
  });
  if (suspect > 0) await recordSuspect(world, incident, evidence);
  return evidence;
}

/** Told by number alone: what the texts say is in the evidence. */
async function recordSuspect(world: World, incident: Incident, { id, suspect = 0 }: Evidence): Promise<void> {
  await world.store.audit(null, {
    kind: 'evidence',
    incident: incident.id,
    actor: 'causeway',
    atMs: world.clock.nowMs(),
    body: { evidence: id, suspect },
  });
}

/** Every signal carries the evidence it came from, so that the engine's reasons can be cited. */
function tagSignals(signals: Signals, evidence: EvidenceId): Signals {
  const lists = Object.entries(signals).map(([list, items]) => [list, items.map((item) => ({ ...item, evidence }))]);
  return Object.fromEntries(lists);
}

async function recordIntent(world: World, incident: Incident, { connected, input, key }: Read): Promise<void> {
  await world.store.audit(null, {
    kind: 'tool.intent',
    incident: incident.id,
    actor: 'causeway',
    atMs: world.clock.nowMs(),
    body: { tool: connected.tool.name, input, key },
  });
}

async function recordResult(
  world: World,
  incident: Incident,
  { read, told, cost, durationMs }: { read: Read; told: RedactedFinding; cost: CallCost; durationMs: number },
): Promise<void> {
  const { finding, redactions, receipt } = told;
  const outcome = finding.kind === 'failed' ? { reason: finding.reason } : {};
  await world.store.audit(null, {
    kind: 'tool.result',
    incident: incident.id,
    actor: 'causeway',
    atMs: world.clock.nowMs(),
    body: {
      tool: read.connected.tool.name,
      key: read.key,
      asked: read.index < 0,
      outcome: finding.kind,
      durationMs,
      ...cost,
      ...outcome,
      ...(redactions > 0 ? { redacted: receipt } : {}),
    },
  });
}
