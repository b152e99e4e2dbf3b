/** The flow over a real store with every shipped runbook, and an incident of its own per test, on any platform. */
import { afterAll, beforeAll, vi } from 'vitest';
import { z } from 'zod';
import { loadActions } from '../../src/actions/load-actions.ts';
import type { ChatLog } from '../../src/chat-log-port.ts';
import type { Catalogue } from '../../src/core/catalogue.ts';
import type { Incident, Place } from '../../src/core/incident.ts';
import { done } from '../../src/core/result.ts';
import type { Runbook, RunbookInput } from '../../src/core/runbook.ts';
import { createIntake, inboundWorkflow } from '../../src/flow/handle-inbound.ts';
import { remediationWorkflow } from '../../src/flow/remediate.ts';
import { createFormDesk } from '../../src/flow/runbook-form.ts';
import type { ConnectedAction, World } from '../../src/flow/world.ts';
import type { ChatPlatform, FormDesk, Intake } from '../../src/ports.ts';
import { loadRunbooks } from '../../src/runbooks/load-runbooks.ts';
import { createChatLog } from '../../src/store/chat-log.ts';
import { oneDatabase } from '../store/one-database.ts';
import { createFlowWorld, type FlowWorld } from './flow-world.ts';
import { paymentsService } from './sample-service.ts';

/** Gus is in the directory, and what his platform says of him now is up to the test. */
export const formCatalogue: Catalogue = {
  version: 'c1',
  environment: 'prod',
  services: [paymentsService({ owners: ['owners'] })],
  groups: [{ id: 'owners', title: 'Owners', members: ['dana', 'lee'] }],
  mcpServers: [],
  people: [
    { id: 'dana', name: 'Dana Whitfield', onCall: true, accounts: { web: 'w-dana', slack: 'U2', teams: 'aad-dana' } },
    { id: 'lee', name: 'Lee Tanaka', onCall: false, accounts: { web: 'w-lee', slack: 'U1', teams: 'aad-lee' } },
    { id: 'gus', name: 'Gus Guest', onCall: false, accounts: { slack: 'U9', teams: 'aad-gus' } },
  ],
};

/** One input of every kind; none of the shipped runbooks has them all. */
export const everyKind: Runbook = {
  name: 'every-kind',
  title: 'Ask for every kind of input',
  owner: 'owners',
  risk: 1,
  reach: 'service',
  suggestsFor: [],
  inputs: {
    note: { type: 'string', description: 'any words', pattern: '.*', maxLength: 60 },
    flag: { type: 'string', description: 'a flag', pattern: '[a-z-]+', maxLength: 12, suggest: 'flag' },
    share: { type: 'number', description: 'how much', min: 0, max: 1, integer: false, default: 0.5 },
    where: { type: 'enum', description: 'which side', values: ['blue', 'green'], default: 'green' },
    force: { type: 'boolean', description: 'really' },
  },
  preconditions: [],
  steps: [
    {
      id: 'one',
      action: 'github-workflow-dispatch',
      says: 'Do it',
      parameters: {},
      verify: 'look',
      undo: { says: 'Undo it', parameters: {} },
      timeoutSeconds: 30,
    },
  ],
  expectedEffect: 'better',
  guidance: '',
};

/** Read when the file is collected, so that a test can be made for each. */
export const shipped = (await loadRunbooks('runbooks', await loadActions())).runbooks;

const samples: { readonly [name: string]: string } = {
  cache: 'catalogue',
  flag: 'new-checkout',
  instance: 'i-0123456789abcdef0',
  node: 'node-1.example',
  pull: '41',
  queue: 'orders',
  repository: 'acme/shop',
  service: 'payments',
  store: 'orders-db',
};

function sampleOf(name: string, input: RunbookInput): string {
  switch (input.type) {
    case 'string':
      return samples[name] ?? 'x';
    case 'enum':
      return input.values[0] ?? '';
    case 'number':
      return String(input.max);
    case 'boolean':
      return 'true';
  }
}

/** Values that a runbook takes, as people type them. */
export const answersFor = ({ inputs }: Runbook): { readonly [input: string]: string } =>
  Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, sampleOf(name, input)]));

const actionNamed = (name: string): ConnectedAction => ({
  action: { name, description: 'a counted effect', parameters: z.record(z.string(), z.unknown()) },
  connected: {
    dryRun: () => Promise.resolve(done([`would call ${name}`])),
    check: () => Promise.resolve(done(null)),
    execute: () => Promise.resolve(done({})),
    reconcile: () => Promise.resolve(done(null)),
    undo: () => [],
  },
});

export type FormStage = {
  readonly world: World;
  readonly clock: FlowWorld['clock'];
  readonly forms: FormDesk;
  readonly intake: Intake;
  /** The local chat, which the stage speaks through unless it is told otherwise. */
  readonly chatLog: ChatLog;
  /** The platform that the story speaks through. */
  speakThrough(platform: ChatPlatform): void;
  /** In a channel of its own, in the phase a look leaves it in. */
  incidentAt(place: Omit<Place, 'channel'> & { readonly channel?: string }): Promise<Incident>;
  close(incident: Incident): Promise<void>;
  /** What was asked of people for this incident. */
  titles(incident: Incident): Promise<readonly string[]>;
};

/** Call while the file is collected; the result inside a test. */
export function formStage(): () => FormStage {
  // What a test waits for goes through a database and a chat: a busy machine takes longer than the usual second.
  vi.setConfig({ expect: { poll: { timeout: 10_000 } } });
  const database = oneDatabase();
  let stage: FormStage;
  let flow: FlowWorld;
  beforeAll(async () => {
    flow = await createFlowWorld(database(), formCatalogue);
    stage = await stageOf(flow, createChatLog(database()));
  });
  afterAll(() => flow.engine.shutdown());
  return () => stage;
}

async function stageOf(flow: FlowWorld, chatLog: ChatLog): Promise<FormStage> {
  let platform = flow.world.platform('web');
  let ids = 0;
  const names = [...shipped, everyKind].flatMap(({ steps }) => steps.map(({ action }) => action));
  const world: World = {
    ...flow.world,
    runbooks: [...shipped, everyKind],
    actions: [...new Set(names)].map(actionNamed),
    platform: () => platform,
    newId: (prefix) => {
      ids += 1;
      return `${prefix}-${ids}`;
    },
  };
  flow.engine.register('inbound', inboundWorkflow(world));
  flow.engine.register('remediation', remediationWorkflow(world));
  await flow.engine.launch();
  const intake = createIntake(world);
  let channels = 0;
  return {
    world,
    clock: flow.clock,
    forms: createFormDesk(world),
    intake,
    chatLog,
    speakThrough: (other) => {
      platform = other;
    },
    incidentAt: (place) => {
      channels += 1;
      const at = { channel: `${flow.channel}-${channels}`, ...place };
      return world.store.transact((transaction) =>
        world.store.openIncident(transaction, {
          place: at,
          phase: 'settled',
          openedAtMs: flow.clock.nowMs(),
          openedBy: 'lee',
          question: null,
          symptom: null,
          onsetMs: null,
        }),
      );
    },
    close: ({ id }) => world.store.setPhase(null, id, 'closed'),
    titles: async ({ id }) => (await world.store.plansOf(id)).map(({ plan }) => plan.title),
  };
}
