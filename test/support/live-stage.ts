/** An investigation that people can talk to while a scripted model on real HTTP reads with the one tool there is. */
import { pino } from 'pino';
import { expect } from 'vitest';
import { z } from 'zod';
import type { Incident } from '../../src/core/incident.ts';
import type { Json } from '../../src/core/json.ts';
import type { ModelSettings } from '../../src/core/model-settings.ts';
import { taint } from '../../src/core/tainted.ts';
import { inboundWorkflow } from '../../src/flow/handle-inbound.ts';
import { incidentWorkflow } from '../../src/flow/incident.ts';
import { remediationWorkflow } from '../../src/flow/remediate.ts';
import type { World } from '../../src/flow/world.ts';
import { createInvestigator } from '../../src/model/create-investigator.ts';
import type { Database } from '../../src/store/open-database.ts';
import { defineTool, type Finding, type Tool } from '../../src/tool.ts';
import { createFlowWorld, type FlowWorld } from './flow-world.ts';
import { type MessagesServer, type Script, startMessagesServer } from './messages-server.ts';
import { modelAt } from './model-settings.ts';

export const queueTool: Tool = defineTool({
  name: 'queue_depth',
  source: 'queue',
  description: 'The depth of a queue, one number for each service that has one.',
  environment: z.object({}),
  input: z.object({ service: z.string().describe('Catalogue id') }),
  probes: () => [{ service: 'checkout' }],
  connect: () => () => Promise.reject(new Error('a replay calls no tool')),
});

const finding = (input: Json, view: string): Finding => ({
  kind: 'found',
  result: { depth: 7, asked: input },
  provenance: 'B',
  query: 'depth',
  window: { fromMs: 1, toMs: 2 },
  link: 'https://queue.test/',
  headline: ['The queue holds 7.'],
  chart: null,
  view: taint(view),
  signals: {},
  truncated: false,
});

export type LiveStage = {
  readonly flow: FlowWorld;
  readonly world: World;
  readonly model: MessagesServer;
  /** How often the tool was really asked. */
  calls(): number;
  /** What happens while the tool reads for the model. */
  whileReading: () => Promise<void>;
  /** The incident of this channel, once it has come to that phase. */
  until(phase: Incident['phase']): Promise<Incident>;
  close(): Promise<void>;
};

const budget = { toolCallsMax: 9, modelTurnsMax: 9, outputTokensMax: 60_000, dollarsMax: 3, durationMsMax: 60_000 };

type Variation = {
  /** Which models there are, with the counterpart at this URL among them. */
  readonly models?: (url: string) => ModelSettings;
  /** What the tool shows. */
  readonly view?: string;
};

export async function createLiveStage(
  database: Database,
  script: Script,
  { models = modelAt, view = 'depth 7' }: Variation = {},
): Promise<LiveStage> {
  const flow = await createFlowWorld(database);
  const model = await startMessagesServer(script);
  let calls = 0;
  const call = async (input: Json): Promise<Finding> => {
    calls += 1;
    if (calls > 1) await stage.whileReading();
    return finding(input, view);
  };
  const investigator = createInvestigator({
    settings: models(model.url),
    log: pino({ level: 'silent' }),
    nowMs: flow.clock.nowMs,
    random: () => 0.5,
  });
  const settings = { ...flow.world.settings, budget };
  const world: World = { ...flow.world, tools: [{ tool: queueTool, call }], investigator, settings };
  flow.engine.register('inbound', inboundWorkflow(world));
  flow.engine.register('incident', incidentWorkflow(world));
  flow.engine.register('remediation', remediationWorkflow(world));
  await flow.engine.launch();
  const here = async (): Promise<Incident | undefined> =>
    (await flow.world.store.incidents(100)).find(({ place }) => place.channel === flow.channel);
  const stage: LiveStage = {
    flow,
    world,
    model,
    calls: () => calls,
    whileReading: async () => undefined,
    until: async (phase) => {
      await expect.poll(async () => (await here())?.phase, { timeout: 10_000 }).toBe(phase);
      const incident = await here();
      if (!incident) throw new Error('no incident was opened');
      return incident;
    },
    close: async () => {
      await flow.engine.shutdown();
      await model.close();
    },
  };
  return stage;
}
