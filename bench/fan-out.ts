/**
 * `fan-out [--rounds N]`: the first look over ten tools on the real store and engine, each tool one HTTP call to a vendor
 * that takes its time: how much longer than the slowest tool all of it takes, and what a tool that hangs costs the card.
 */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { z } from 'zod';
import type { AuditRow } from '../src/core/audit-entry.ts';
import { taint } from '../src/core/tainted.ts';
import { createEngine } from '../src/engine/engine.ts';
import { createIntake, inboundWorkflow } from '../src/flow/handle-inbound.ts';
import { incidentWorkflow } from '../src/flow/incident.ts';
import { remediationWorkflow } from '../src/flow/remediate.ts';
import type { ConnectedTool, World } from '../src/flow/world.ts';
import { machineClock } from '../src/machine-clock.ts';
import { openDatabase } from '../src/store/open-database.ts';
import { defineTool } from '../src/tool.ts';
import { createFlowWorld } from '../test/support/flow-world.ts';
import { createTransport } from '../tools/reading/transport.ts';
import { foundValue } from './found-value.ts';

const latenciesMs = [200, 400, 600, 800, 1_000, 1_200, 1_400, 1_600, 1_800, 2_000];
const slowestMs = Math.max(...latenciesMs);
const settlesWithinMs = 30_000;

type Scene = { readonly name: string; readonly latenciesMs: readonly number[] };
const scenes: readonly Scene[] = [
  { name: 'ten tools', latenciesMs },
  { name: 'the same and one that hangs', latenciesMs: [...latenciesMs, Number.POSITIVE_INFINITY] },
];

type Timed = { readonly allMs: number; readonly firstCardMs: number };

export async function benchFanOut(words: readonly string[]): Promise<void> {
  const { values } = parseArgs({ args: [...words], options: { rounds: { type: 'string', default: '5' } } });
  const rounds = Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1)
    throw new Error(`--rounds ${values.rounds}: give a whole number from 1.`);
  const vendor = await startVendor();
  const home = await mkdtemp(join(tmpdir(), 'causeway-fan-out-'));
  const log = pino({ level: 'silent' });
  const database = await openDatabase({ databaseUrl: null, homeDirectory: home, log });
  const engine = createEngine({ database, log, executorId: 'bench', clock: machineClock });
  const flow = await createFlowWorld(database);
  const tools: ConnectedTool[] = [];
  const settings = { ...flow.world.settings, probeTimeoutMs: 8_000 };
  const world: World = { ...flow.world, engine, clock: machineClock, settings, tools };
  engine.register('inbound', inboundWorkflow(world));
  engine.register('incident', incidentWorkflow(world));
  engine.register('remediation', remediationWorkflow(world));
  await engine.launch();
  try {
    for (const { name, latenciesMs: latencies } of scenes) {
      tools.splice(0, tools.length, ...latencies.map((latencyMs, index) => slowTool(index, latencyMs, vendor.url)));
      const timed: Timed[] = [];
      // The first round warms up.
      for (let round = 0; round <= rounds; round += 1)
        timed.push(await playRound(world, `inc-${tools.length}-${round}`));
      tell(name, timed.slice(1));
    }
  } finally {
    await engine.shutdown();
    await database.close();
    vendor.server.close();
    vendor.server.closeAllConnections();
    await rm(home, { recursive: true, force: true });
  }
}

async function startVendor(): Promise<{ readonly server: Server; readonly url: string }> {
  const server = createServer((request, response) => {
    const latency = Number(new URL(request.url ?? '/', 'http://vendor.test').searchParams.get('latencyMs'));
    if (Number.isFinite(latency)) setTimeout(() => response.end('{"value":1}'), latency);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = z.object({ port: z.int() }).parse(server.address());
  return { server, url: `http://127.0.0.1:${port}` };
}

function slowTool(index: number, latencyMs: number, url: string): ConnectedTool {
  const transport = createTransport({ headers: async () => ({}), concurrencyMax: 4, bucketOf: () => `tool-${index}` });
  const tool = defineTool({
    name: `tool_${index}`,
    source: `vendor-${index}`,
    description: 'a vendor that takes its time',
    environment: z.object({}),
    input: z.object({}),
    probes: () => [{}],
    connect:
      () =>
      async (_input, { signal, nowMs }) => {
        const asked = { url: new URL(`${url}/?latencyMs=${latencyMs}`) };
        const result = await transport.ask(asked, z.object({ value: z.number() }), signal);
        return foundValue(result, nowMs, url);
      },
  });
  return { tool, call: tool.connect({}) as ConnectedTool['call'] };
}

async function playRound(world: World, channel: string): Promise<Timed> {
  await createIntake(world)({
    type: 'mention',
    key: channel,
    place: { platform: 'web', tenant: 'local', channel },
    actor: { platform: 'web', tenant: 'local', account: 'w-sam' },
    text: taint('why is checkout slow?'),
    atMs: world.clock.nowMs(),
  });
  const rows = await settledRows(world, channel);
  const at = (of: (row: AuditRow) => boolean): readonly number[] => rows.filter(of).map(({ atMs }) => atMs);
  const began = Math.min(...at(({ kind }) => kind === 'tool.intent'));
  const answered = at(({ kind, body }) => kind === 'tool.result' && body['outcome'] === 'found');
  const [card = Number.NaN] = at(
    ({ kind, body: { key } }) => kind === 'message.posted' && typeof key === 'string' && key.startsWith('first-card:'),
  );
  return { allMs: Math.max(...answered) - began, firstCardMs: card - began };
}

async function settledRows(world: World, channel: string): Promise<readonly AuditRow[]> {
  const untilMs = performance.now() + settlesWithinMs;
  while (performance.now() < untilMs) {
    await pause(50);
    const incident = (await world.store.incidents(50)).find(({ place }) => place.channel === channel);
    if (incident?.phase === 'settled') return world.store.auditRows({ incident: incident.id });
  }
  throw new Error(`the look in ${channel} did not end within ${settlesWithinMs / 1_000} s`);
}

function tell(name: string, timed: readonly Timed[]): void {
  const median = (of: (one: Timed) => number): number =>
    timed.map(of).toSorted((one, other) => one - other)[Math.floor(timed.length / 2)] ?? Number.NaN;
  const all = median(({ allMs }) => allMs);
  const card = median(({ firstCardMs }) => firstCardMs);
  process.stdout.write(
    `${name}: every answer kept after ${all} ms, ${(all / slowestMs).toFixed(3)} x the slowest of ${slowestMs} ms; ` +
      `first card after ${card} ms, ${(card / slowestMs).toFixed(3)} x (medians of ${timed.length})\n`,
  );
}
