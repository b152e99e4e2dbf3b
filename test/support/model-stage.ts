import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { z } from 'zod';
import type { AuditRow } from '../../src/core/audit-entry.ts';
import type { Card } from '../../src/core/card.ts';
import type { Evidence, Gap } from '../../src/core/evidence.ts';
import type { Hypothesis } from '../../src/core/hypothesis.ts';
import type { Incident, Place } from '../../src/core/incident.ts';
import type { Json } from '../../src/core/json.ts';
import { taint } from '../../src/core/tainted.ts';
import { createIntake, inboundWorkflow } from '../../src/flow/handle-inbound.ts';
import { incidentWorkflow } from '../../src/flow/incident.ts';
import { remediationWorkflow } from '../../src/flow/remediate.ts';
import type { World } from '../../src/flow/world.ts';
import { createInvestigator } from '../../src/model/create-investigator.ts';
import type { ChatPlatform, PlanRow } from '../../src/ports.ts';
import { createChatLog } from '../../src/store/chat-log.ts';
import type { Database } from '../../src/store/open-database.ts';
import { defineTool, type Finding, type Tool } from '../../src/tool.ts';
import { countCost } from '../../src/tool-cost.ts';
import { embeddedDatabases } from '../store/databases.ts';
import { createFlowWorld, type FlowWorld } from './flow-world.ts';
import { type MessagesServer, type Script, type Scripted, startMessagesServer } from './messages-server.ts';
import { modelAt } from './model-settings.ts';
import { type Payloads, payloadsOf } from './payloads.ts';

/** What one look left behind: everything a person or a replica could see. */
export type Seen = {
  readonly incident: Incident;
  readonly cards: readonly Card[];
  /** What all three platforms would be sent for these cards, as text. */
  readonly payloads: string;
  readonly sent: Payloads;
  /** Cards of this world's incident in any other channel. */
  readonly elsewhere: readonly string[];
  readonly rows: readonly AuditRow[];
  readonly evidence: readonly Evidence[];
  readonly gaps: readonly Gap[];
  readonly hypotheses: readonly Hypothesis[];
  readonly plans: readonly PlanRow[];
  readonly reads: readonly Json[];
  readonly server: MessagesServer;
  /** The footer of the newest status. */
  readonly foot: string;
};

export type Stage = {
  readonly world: World;
  readonly flow: FlowWorld;
  look(setting: Look): Promise<Seen>;
};

export type Look = {
  readonly script: Script | readonly Scripted[];
  readonly settings?: Partial<World['settings']>;
  /** What was asked; a second look at the same incident when one is open in the channel. */
  readonly question?: string;
  readonly channel?: string;
  readonly model?: boolean;
  /** Where it is asked instead of the local chat; its channel is the incident's. */
  readonly outside?: { readonly platform: ChatPlatform; readonly place: Place };
};

export const serviceTool: Tool = defineTool({
  name: 'queue_depth',
  source: 'queue',
  description: 'The depth of a queue and its newest lines.',
  environment: z.object({}),
  input: z.object({ service: z.string().describe('Catalogue id') }),
  probes: () => [{ service: 'payments' }],
  connect: () => () => Promise.reject(new Error('the stage answers')),
});

/** E1 of every look: what the first look reads, and what claims may cite. */
export const staged = { depth: 962.4, before: 310, note: 'TimeoutError: pool exhausted after 30 s' };

/** A queue that no query finds anything of. */
export const quiet = 'quiet';
const isQuiet = (input: Json): boolean => JSON.stringify(input) === JSON.stringify({ service: quiet });
const nothing: Finding = {
  kind: 'empty',
  searched: 'the queue of quiet',
  query: 'depth{quiet}',
  window: { fromMs: 1, toMs: 2 },
  link: 'https://queue.test/',
};

const finding = (input: Json): Finding => ({
  kind: 'found',
  result: { ...staged, asked: input },
  provenance: 'B',
  query: 'depth',
  window: { fromMs: 1, toMs: 2 },
  link: 'https://queue.test/',
  headline: ['The queue holds ', taint('962.4')],
  chart: null,
  view: taint('depth 962.4, before 310. TimeoutError: pool exhausted after 30 s'),
  signals: {},
  truncated: false,
});

const requestsPerRead = 2;
let looks = 0;
let days = 0;

/** A fresh world per test over one embedded store: a scripted model over HTTP, one tool, cards on the local chat. */
export function modelStage(): Stage {
  const databases = embeddedDatabases();
  let database: Database;
  let flow: FlowWorld;
  let servers: MessagesServer[];
  let world: World;
  let reads: Json[];
  let rounds: Map<string, number>;
  beforeAll(async () => {
    database = await databases.open();
  });
  beforeEach(async () => {
    flow = await createFlowWorld(database);
    // Days of its own: what one world spends does not count against the next one's bounds.
    days += 3;
    flow.clock.advance(days * 86_400_000);
    servers = [];
    reads = [];
    rounds = new Map();
    world = { ...flow.world };
  });
  afterEach(async () => {
    await flow.engine.shutdown();
    for (const server of servers) await server.close();
  });
  afterAll(async () => {
    await database.close();
    await databases.stop();
  });

  const connected = (tool: Tool) => ({
    tool,
    call: async (input: Json): Promise<Finding> => {
      reads.push(input);
      countCost({ requests: requestsPerRead });
      return isQuiet(input) ? nothing : finding(input);
    },
  });

  const look = async ({ script, settings, question, model = true, outside, ...given }: Look): Promise<Seen> => {
    const channel = outside?.place.channel ?? given.channel ?? flow.channel;
    const place = outside?.place ?? { platform: 'web', tenant: 'local', channel };
    looks += 1;
    const answers: Script =
      typeof script === 'function' ? script : (turn) => script[turn] ?? { status: 400, type: 'invalid_request_error' };
    const server = await startMessagesServer(answers);
    servers.push(server);
    const log = pino({ level: 'silent' });
    const options = { settings: modelAt(server.url), log, nowMs: flow.clock.nowMs, random: () => 0.5, retryBaseMs: 2 };
    const budget = {
      toolCallsMax: 9,
      modelTurnsMax: 9,
      outputTokensMax: 60_000,
      dollarsMax: 3,
      durationMsMax: 60_000,
    };
    world = {
      ...flow.world,
      tools: [connected(serviceTool)],
      investigator: model ? createInvestigator(options) : null,
      ...(outside ? { platform: () => outside.platform } : {}),
      settings: { ...flow.world.settings, budget, ...settings },
    };
    flow.engine.register('inbound', inboundWorkflow(world));
    flow.engine.register('incident', incidentWorkflow(world));
    flow.engine.register('remediation', remediationWorkflow(world));
    await flow.engine.launch();
    const key = `${channel}-look-${looks}`;
    rounds.set(channel, (rounds.get(channel) ?? 0) + 1);
    await createIntake(world)({
      type: 'mention',
      key,
      place,
      actor: { platform: place.platform, tenant: place.tenant, account: 'w-sam' },
      text: taint(question ?? 'why is payments slow?'),
      atMs: flow.clock.nowMs(),
    });
    await flow.engine.finished(`inbound:${key}`);
    return seen({ channel, server });
  };

  const seen = async ({ channel, server }: { channel: string; server: MessagesServer }): Promise<Seen> => {
    const { store } = world;
    const incidentHere = async () => (await store.incidents(500)).find(({ place }) => place.channel === channel);
    const opened = await incidentHere();
    if (!opened) throw new Error('no incident was opened');
    const ended = async (): Promise<number> =>
      (await store.tape(opened.id)).filter(({ key }) => key.endsWith('/no-plan')).length;
    await expect.poll(ended, { timeout: 20_000, interval: 20 }).toBe(rounds.get(channel));
    const chatLog = createChatLog(database);
    const said = await chatLog.messages({ channel });
    const cards = said.flatMap(({ card }) => card ?? []);
    const sent = sentBy(cards);
    const elsewhere = (await chatLog.channels()).map((each) => each.channel).filter((each) => !mine(each));
    return {
      incident: (await store.incident(opened.id)) ?? opened,
      cards,
      payloads: Object.values(sent).join('\n'),
      sent,
      elsewhere,
      rows: await store.auditRows({ incident: opened.id }),
      evidence: await store.evidence(opened.id),
      gaps: await store.gaps(opened.id),
      hypotheses: await store.hypotheses(opened.id),
      plans: await store.plansOf(opened.id),
      reads,
      server,
      foot: footOf(cards),
    };
  };
  return {
    get world() {
      return world;
    },
    get flow() {
      return flow;
    },
    look,
  };
}

/** Every world of this file names its channels like this. */
const mine = (channel: string): boolean => channel.startsWith('inc-');

const sentBy = (cards: readonly Card[]): Payloads => {
  const all = cards.map(payloadsOf);
  const joined = (platform: keyof Payloads): string => all.map((each) => each[platform]).join('\n');
  return { slack: joined('slack'), teams: joined('teams'), web: joined('web') };
};

const footOf = (cards: readonly Card[]): string =>
  (cards.findLast(({ kind }) => kind === 'status')?.foot ?? [])
    .map((span) => (typeof span === 'string' ? span : ''))
    .join('');
