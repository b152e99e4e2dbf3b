/**
 * `orchestration [--rounds N]`: an investigation of twelve reads, with a scripted model and vendors that take their time,
 * over real HTTP, the embedded store and the durable engine: what all of it takes beyond the time it must take, which is
 * every turn of the model and the slowest read of each.
 */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cpuUsage } from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { z } from 'zod';
import type { AuditRow } from '../src/core/audit-entry.ts';
import { noSharedBounds } from '../src/core/spending.ts';
import { taint } from '../src/core/tainted.ts';
import { createEngine } from '../src/engine/engine.ts';
import { createIntake, inboundWorkflow } from '../src/flow/handle-inbound.ts';
import { incidentWorkflow } from '../src/flow/incident.ts';
import { remediationWorkflow } from '../src/flow/remediate.ts';
import type { ConnectedTool, World } from '../src/flow/world.ts';
import { machineClock } from '../src/machine-clock.ts';
import { createInvestigator } from '../src/model/create-investigator.ts';
import { openDatabase } from '../src/store/open-database.ts';
import { defineTool } from '../src/tool.ts';
import { createFlowWorld } from '../test/support/flow-world.ts';
import { type Scripted, startMessagesServer } from '../test/support/messages-server.ts';
import { modelAt } from '../test/support/model-settings.ts';
import { createTransport } from '../tools/reading/transport.ts';
import { foundValue } from './found-value.ts';

const turnMs = 800;
/** The reads of each turn, by how long the vendor takes: twelve. */
const readsMs: readonly (readonly number[])[] = [
  [300, 600, 200],
  [500, 250, 400],
  [450, 150, 350],
  [200, 550, 300],
];
/** The board beside the first reads, then the findings, then the challenge. */
const turns = readsMs.length + 2;
const criticalMs = turns * turnMs + readsMs.reduce((sum, reads) => sum + Math.max(...reads), 0);
const barShare = 0.05;
const endsWithinMs = 60_000;

export async function benchOrchestration(words: readonly string[]): Promise<void> {
  const { values } = parseArgs({ args: [...words], options: { rounds: { type: 'string', default: '5' } } });
  const rounds = Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1)
    throw new Error(`--rounds ${values.rounds}: give a whole number from 1.`);
  const vendor = await startVendor();
  let asked = 0;
  const model = await startMessagesServer(() => {
    const scripted = scriptedTurn(asked % turns);
    asked += 1;
    return scripted;
  });
  const home = await mkdtemp(join(tmpdir(), 'causeway-orchestration-'));
  const log = pino({ level: 'silent' });
  const database = await openDatabase({ databaseUrl: null, homeDirectory: home, log });
  const engine = createEngine({ database, log, executorId: 'bench', clock: machineClock });
  const flow = await createFlowWorld(database);
  const budget = {
    toolCallsMax: 40,
    modelTurnsMax: 30,
    outputTokensMax: 60_000,
    dollarsMax: 3,
    durationMsMax: 600_000,
  };
  const world: World = {
    ...flow.world,
    engine,
    clock: machineClock,
    tools: [slowTool(vendor.url)],
    investigator: createInvestigator({
      settings: modelAt(model.url),
      log,
      nowMs: machineClock.nowMs,
      random: () => 0.5,
    }),
    settings: { ...flow.world.settings, budget, bounds: noSharedBounds, readTimeoutMs: 30_000 },
  };
  engine.register('inbound', inboundWorkflow(world));
  engine.register('incident', incidentWorkflow(world));
  engine.register('remediation', remediationWorkflow(world));
  await engine.launch();
  try {
    const timed: Timed[] = [];
    // The first round warms up.
    for (let round = 0; round <= rounds; round += 1) timed.push(await playRound(world, `inc-orchestration-${round}`));
    if (model.complaints.length > 0) throw new Error(`the model was asked wrongly: ${model.complaints[0]}`);
    tell(timed.slice(1));
  } finally {
    await engine.shutdown();
    await database.close();
    await model.close();
    vendor.close();
    await rm(home, { recursive: true, force: true, maxRetries: 3 });
  }
}

const statement = {
  text: 'The vendor reads 42 here',
  citations: [{ evidence: 'E1', number: { pointer: '/value', value: 42 } }],
};
const cause = { kind: 'quota', entity: 'payments', change: null };

function scriptedTurn(turn: number): Scripted {
  const reads = readsMs[turn];
  if (reads) {
    const board = {
      name: 'update_board',
      input: { moves: [{ ...cause, move: turn === 0 ? 'new' : 'strengthened', because: statement }], next: [] },
    };
    return { afterMs: turnMs, uses: [board, ...reads.map((ms) => ({ name: 'slow', input: { ms, turn } }))] };
  }
  if (turn === readsMs.length) {
    const hypothesis = { ...cause, claims: [statement], wrongIf: 'the value falls', against: [] };
    const input = { outcome: 'causes', hypotheses: [hypothesis] };
    return { afterMs: turnMs, uses: [{ name: 'submit_findings', input }] };
  }
  return { afterMs: turnMs, uses: [{ name: 'submit_challenge', input: { verdict: 'survived', objection: 'none' } }] };
}

async function startVendor(): Promise<{ readonly url: string; close(): void }> {
  const server = createServer((request, response) => {
    const ms = Number(new URL(request.url ?? '/', 'http://vendor.test').searchParams.get('ms'));
    setTimeout(
      () => response.end(JSON.stringify({ value: 42, rows: Array.from({ length: 60 }, (_, row) => row) })),
      ms,
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = z.object({ port: z.int() }).parse(server.address());
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

function slowTool(url: string): ConnectedTool {
  const transport = createTransport({ headers: async () => ({}), concurrencyMax: 8, bucketOf: () => 'slow' });
  const answer = z.object({ value: z.number(), rows: z.array(z.number()) });
  const tool = defineTool({
    name: 'slow',
    source: 'vendor',
    description: 'a vendor that takes its time',
    environment: z.object({}),
    input: z.object({ ms: z.number(), turn: z.number() }),
    probes: () => [{ ms: 1, turn: -1 }],
    connect:
      () =>
      async ({ ms }, { signal, nowMs }) => {
        const result = await transport.ask({ url: new URL(`${url}/?ms=${ms}`) }, answer, signal);
        return foundValue(result, nowMs, url);
      },
  });
  return { tool, call: tool.connect({}) as ConnectedTool['call'] };
}

type Timed = {
  readonly wallMs: number;
  /** Processor time of this process, the counterparts' included: what a busy machine does not spoil. */
  readonly processorMs: number;
  /** Beyond what the script takes, by what it was spent on. */
  readonly parts: { readonly [part: string]: number };
};

async function playRound(world: World, channel: string): Promise<Timed> {
  const before = cpuUsage();
  await createIntake(world)({
    type: 'mention',
    key: channel,
    place: { platform: 'web', tenant: 'local', channel },
    actor: { platform: 'web', tenant: 'local', account: 'w-sam' },
    text: taint('why is payments slow?'),
    atMs: world.clock.nowMs(),
  });
  const rows = await settledRows(world, channel);
  const { user, system } = cpuUsage(before);
  return { ...timedOf(rows), processorMs: (user + system) / 1_000 };
}

/** From the phase in which the model is asked to the verdict, in the times the audit log has. */
function timedOf(rows: readonly AuditRow[]): Omit<Timed, 'processorMs'> {
  const reasoning =
    rows.find(({ kind, body }) => kind === 'incident.phase' && body['phase'] === 'reasoning')?.atMs ?? 0;
  const verdict = rows.find(({ kind }) => kind === 'verdict')?.atMs ?? Number.NaN;
  const requests = rows.filter(({ kind }) => kind === 'model.request').map(({ atMs }) => atMs);
  const answers = rows.filter(({ kind }) => kind === 'model.response').map(({ atMs }) => atMs);
  if (answers.length !== turns) throw new Error(`${answers.length} turns were taken, not ${turns}`);
  const first = requests[0] ?? Number.NaN;
  const last = answers.at(-1) ?? Number.NaN;
  const asking = answers.reduce((sum, atMs, turn) => sum + atMs - (requests[turn] ?? Number.NaN), 0) - turns * turnMs;
  const between = readsMs.reduce(
    (sum, reads, turn) => sum + (requests[turn + 1] ?? Number.NaN) - (answers[turn] ?? Number.NaN) - Math.max(...reads),
    0,
  );
  const closing = readsMs.length;
  return {
    wallMs: verdict - reasoning,
    parts: {
      'opening the conversation': first - reasoning,
      'asking the model': asking,
      'serving its reads and its board': between,
      'its findings and its challenge': (requests[closing + 1] ?? Number.NaN) - (answers[closing] ?? Number.NaN),
      'the verdict': verdict - last,
    },
  };
}

async function settledRows(world: World, channel: string): Promise<readonly AuditRow[]> {
  const untilMs = performance.now() + endsWithinMs;
  while (performance.now() < untilMs) {
    // Seldom: looking costs the store that is measured.
    await pause(1_000);
    const incident = (await world.store.incidents(50)).find(({ place }) => place.channel === channel);
    if (incident?.phase === 'settled') return world.store.auditRows({ incident: incident.id });
  }
  throw new Error(`the investigation in ${channel} did not end within ${endsWithinMs / 1_000} s`);
}

function tell(timed: readonly Timed[]): void {
  const median = (of: (one: Timed) => number): number =>
    timed.map(of).toSorted((one, other) => one - other)[Math.floor(timed.length / 2)] ?? Number.NaN;
  const wallMs = median((one) => one.wallMs);
  const ratio = wallMs / criticalMs;
  const parts = Object.keys(timed[0]?.parts ?? {}).map(
    (part) => `${part} ${Math.round(median((one) => one.parts[part] ?? 0))} ms`,
  );
  process.stdout.write(
    `12 reads in ${turns} turns: ${Math.round(wallMs)} ms, of which ${criticalMs} ms must be: ${ratio.toFixed(3)} x ` +
      `(median of ${timed.length}; bar ${(1 + barShare).toFixed(2)}); ${Math.round(median(({ processorMs }) => processorMs))} ms of processor time\nbeyond it: ${parts.join(', ')}\n`,
  );
  if (ratio > 1 + barShare) process.exitCode = 1;
}
