/**
 * An investigation with a scripted model over real HTTP is recorded, then gone through again with nothing but the
 * recording. What code would decide otherwise is found; what did not change is not.
 */

import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Json } from '../../src/core/json.ts';
import type { Recording } from '../../src/core/recording.ts';
import { taint } from '../../src/core/tainted.ts';
import { createIntake, inboundWorkflow } from '../../src/flow/handle-inbound.ts';
import { incidentWorkflow } from '../../src/flow/incident.ts';
import { remediationWorkflow } from '../../src/flow/remediate.ts';
import { createInvestigator } from '../../src/model/create-investigator.ts';
import { createRedactor } from '../../src/redact/redactor.ts';
import { replayIncident } from '../../src/replay/replay-incident.ts';
import type { Database } from '../../src/store/open-database.ts';
import { defineTool, type Finding, type Tool } from '../../src/tool.ts';
import { embeddedDatabases } from '../store/databases.ts';
import { createFlowWorld, type FlowWorld } from '../support/flow-world.ts';
import { type MessagesServer, type Scripted, startMessagesServer } from '../support/messages-server.ts';

const databases = embeddedDatabases();
const redactor = createRedactor({ tokenKey: 'replay', ownCredentials: [] });
let database: Database;
let flow: FlowWorld;
let model: MessagesServer;
let calls: number;

const tool: Tool = defineTool({
  name: 'queue_depth',
  source: 'queue',
  description: 'The depth of a queue, one number for each service that has one.',
  environment: z.object({}),
  input: z.object({ service: z.string().describe('Catalogue id') }),
  probes: () => [{ service: 'checkout' }],
  connect: () => () => Promise.reject(new Error('a replay calls no tool')),
});

const finding = (input: Json): Finding => ({
  kind: 'found',
  result: { depth: 7, asked: input },
  provenance: 'B',
  query: 'depth',
  window: { fromMs: 1, toMs: 2 },
  link: 'https://queue.test/',
  headline: ['The queue holds 7.'],
  chart: null,
  view: taint('depth 7'),
  signals: {},
  truncated: false,
});

const claim = { text: 'The queue holds 7', citations: [{ evidence: 'E2', number: { pointer: '/depth', value: 7 } }] };
const script: readonly Scripted[] = [
  { uses: [{ name: 'queue_depth', input: { service: 'payments' } }] },
  {
    uses: [
      {
        name: 'submit_findings',
        input: {
          outcome: 'causes',
          hypotheses: [
            {
              kind: 'quota',
              entity: 'payments',
              change: null,
              claims: [claim],
              wrongIf: 'the queue drains',
              against: [],
            },
          ],
        },
      },
    ],
  },
  { uses: [{ name: 'submit_challenge', input: { verdict: 'survived', objection: 'none holds' } }] },
];

beforeAll(async () => {
  database = await databases.open();
});
beforeEach(async () => {
  calls = 0;
  flow = await createFlowWorld(database);
  model = await startMessagesServer((turn) => script[turn] ?? { status: 500, type: 'api_error' });
  const call = async (input: Json): Promise<Finding> => {
    calls += 1;
    return finding(input);
  };
  const options = {
    apiKey: 'k',
    baseUrl: model.url,
    model: null,
    log: pino({ level: 'silent' }),
    nowMs: flow.clock.nowMs,
  };
  const budget = { toolCallsMax: 9, modelTurnsMax: 9, outputTokensMax: 60_000, dollarsMax: 3, durationMsMax: 60_000 };
  const world = {
    ...flow.world,
    tools: [{ tool, call }],
    investigator: createInvestigator(options),
    settings: { ...flow.world.settings, budget },
  };
  flow.engine.register('inbound', inboundWorkflow(world));
  flow.engine.register('incident', incidentWorkflow(world));
  flow.engine.register('remediation', remediationWorkflow(world));
  await flow.engine.launch();
});
afterEach(async () => {
  await flow.engine.shutdown();
  await model.close();
});
afterAll(async () => {
  await redactor.close();
  await database.close();
  await databases.stop();
});

async function investigated(): Promise<Recording> {
  await createIntake(flow.world)({
    type: 'mention',
    key: `${flow.channel}-first`,
    place: { platform: 'web', tenant: 'local', channel: flow.channel },
    actor: { platform: 'web', tenant: 'local', account: 'w-sam' },
    text: taint('why is checkout slow?'),
    atMs: flow.clock.nowMs(),
  });
  await flow.engine.finished(`inbound:${flow.channel}-first`);
  const { store } = flow.world;
  const here = async () => (await store.incidents(100)).find(({ place }) => place.channel === flow.channel);
  await expect.poll(async () => (await here())?.phase, { timeout: 10_000 }).toBe('settled');
  const incident = await here();
  if (!incident) throw new Error('no incident was opened');
  // The last message follows the phase.
  const noPlan = async () => (await store.tape(incident.id)).some(({ key }) => key === 'first/no-plan');
  await expect.poll(noPlan, { timeout: 5_000 }).toBe(true);
  return {
    version: 1,
    incident,
    evidence: await store.evidence(incident.id),
    audit: await store.auditRows({ incident: incident.id }),
    tape: await store.tape(incident.id),
  };
}

const replayed = (recording: Recording, tools: readonly Tool[] = [tool]) =>
  replayIncident(recording, { tools, redactor });
const altered = (recording: Recording, key: string, change: (document: string) => string): Recording => ({
  ...recording,
  tape: recording.tape.map((entry) =>
    entry.key === key ? { key, document: JSON.parse(change(JSON.stringify(entry.document))) } : entry,
  ),
});

describe('a recorded investigation', () => {
  it('is the same when nothing changed: verdict, posts and every request to the model, without key or network', async () => {
    const recording = await investigated();
    const asked = { calls, requests: model.requests.length };
    await model.close();

    const result = await replayed(recording);

    expect(result).toMatchObject({ rounds: 1, modelTurns: 3, differences: [] });
    expect(asked).toEqual({ calls: 2, requests: 3 });
    expect({ calls, requests: model.requests.length }).toEqual(asked);
  });

  it('differs when a tool describes itself otherwise: the model would be asked something else', async () => {
    const recording = await investigated();
    const { differences } = await replayed(recording, [
      { ...tool, description: 'The depth of a queue, reworded since.' },
    ]);
    expect(differences).toContain('model.request of turn 1 says something else than then');
  });

  it('differs when the first look would have read something that was not read', async () => {
    const recording = await investigated();
    const { differences } = await replayed(recording, [
      { ...tool, probes: () => [{ service: 'a' }, { service: 'b' }] },
    ]);
    expect(differences).toContain('this code takes the step look:queue_depth:1, which was not taken then');
  });

  it('differs when a card would say something else', async () => {
    const recording = altered(await investigated(), 'first/greet', (text) =>
      text.replace(/"sha256":"..../u, '"sha256":"0000'),
    );
    const { differences } = await replayed(recording);
    expect(differences).toEqual(['greet shows something else than then']);
  });

  it('differs when the model is recorded to have answered something else', async () => {
    const recording = await investigated();
    const audit = recording.audit.map((row) =>
      row.kind === 'model.response' && JSON.stringify(row.body).includes('submit_findings')
        ? { ...row, body: JSON.parse(JSON.stringify(row.body).replaceAll('"value":7', '"value":8')) }
        : row,
    );
    const { differences } = await replayed({ ...recording, audit });
    expect(differences.length).toBeGreaterThan(0);
    expect(differences.join('; ')).toContain('the investigation settles otherwise than then');
  });

  it('differs when evidence is not what the ledger holds', async () => {
    const recording = await investigated();
    const evidence = recording.evidence.map((item) => (item.id === 'E2' ? { ...item, result: { depth: 8 } } : item));
    const { differences } = await replayed({ ...recording, evidence });
    expect(differences.length).toBeGreaterThan(0);
  });

  it('differs when something that was said is not said any more', async () => {
    const recording = await investigated();
    const extra = { key: 'first/one-more', document: { atMs: 1, value: null, shown: [] } };
    const { differences } = await replayed({ ...recording, tape: [...recording.tape, extra] });
    expect(differences).toEqual(['one-more was said then and is not said now']);
  });
});
