import { pino } from 'pino';
import { z } from 'zod';
import type { ActionFailure } from '../../src/action.ts';
import { createWebPlatform } from '../../src/chat/web/show.ts';
import type { LocalMessage } from '../../src/chat-log-port.ts';
import type { Catalogue } from '../../src/core/catalogue.ts';
import { sealPlan } from '../../src/core/digest.ts';
import type { Json } from '../../src/core/json.ts';
import type { Plan, SealedPlan } from '../../src/core/plan.ts';
import { done, type Result } from '../../src/core/result.ts';
import { taint } from '../../src/core/tainted.ts';
import { createIntake } from '../../src/flow/handle-inbound.ts';
import type { ConnectedAction, World } from '../../src/flow/world.ts';
import { loadPolicy } from '../../src/policy/load-policy.ts';
import type { Clock, Inbound } from '../../src/ports.ts';
import { createChatLog } from '../../src/store/chat-log.ts';
import type { Database } from '../../src/store/open-database.ts';
import { createStore } from '../../src/store/store.ts';
import { testKey } from './plan-button.ts';
import { samplePlan } from './sample-plan.ts';
import { sampleSettings } from './sample-settings.ts';
import { createSimulatedEngine } from './simulated-engine.ts';
import { webCatalogue } from './web-world.ts';

/** A target outside: it counts what really happened to it, whatever the caller remembers. */
export type Target = {
  readonly effects: string[];
  /** Makes the next answers get lost after the effect. */
  loseAnswers: number;
  /** The step whose call is refused. */
  refuse: string | null;
  /** The step whose call gets no answer, and about which nothing can be found out afterwards. */
  silent: string | null;
  stale: boolean;
};

export type FlowWorld = {
  readonly world: World;
  readonly target: Target;
  readonly clock: Clock & { advance(ms: number): void };
  readonly engine: ReturnType<typeof createSimulatedEngine>;
  readonly channel: string;
  said(): Promise<readonly LocalMessage[]>;
};

let worlds = 0;

function manualClock(startMs: number): FlowWorld['clock'] {
  let now = startMs;
  const waiting = new Set<{ untilMs: number; wake: () => void }>();
  return {
    nowMs: () => now,
    realMs: (durationMs) => durationMs,
    waitUntil: (untilMs, signal) =>
      new Promise((resolve, reject) => {
        const waiter = { untilMs, wake: resolve };
        if (now >= untilMs) return resolve();
        waiting.add(waiter);
        signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      }),
    advance: (ms) => {
      now += ms;
      for (const waiter of waiting) if (now >= waiter.untilMs) waiter.wake();
    },
  };
}

function actionOn(target: Target): ConnectedAction {
  const is = (step: string | null, key: string): boolean => step !== null && key.endsWith(`:${step}`);
  const effect = (key: string): Result<Json, ActionFailure> => {
    if (is(target.refuse, key)) return { ok: false, failure: { kind: 'refused', reason: 'the target said no' } };
    if (is(target.silent, key)) return { ok: false, failure: { kind: 'unknown', reason: 'the connection was cut' } };
    target.effects.push(key);
    if (target.loseAnswers === 0) return done({ pullNumber: target.effects.length, url: 'http://127.0.0.1/pull/1' });
    target.loseAnswers -= 1;
    return { ok: false, failure: { kind: 'unknown', reason: 'the connection was cut' } };
  };
  return {
    action: {
      name: 'rollback-pull-request',
      description: 'a counted effect',
      parameters: z.record(z.string(), z.unknown()),
    },
    connected: {
      dryRun: () => Promise.resolve(done(['one call'])),
      check: () =>
        Promise.resolve(
          target.stale ? { ok: false, failure: { kind: 'stale', reason: 'the base moved' } } : done(null),
        ),
      execute: (_parameters, { key }) => Promise.resolve(effect(key)),
      reconcile: (_parameters, { key }) =>
        Promise.resolve(
          is(target.silent, key)
            ? { ok: false, failure: { kind: 'unavailable', reason: 'the target is away' } }
            : done(target.effects.includes(key) ? { pullNumber: 1, url: 'http://127.0.0.1/pull/1' } : null),
        ),
      undo: () => [],
    },
  };
}

/** The flow over a real store and the shipped policy; only the target outside and the clock are the test's. */
export async function createFlowWorld(database: Database, catalogue: Catalogue = webCatalogue): Promise<FlowWorld> {
  worlds += 1;
  const channel = `inc-${worlds}`;
  // Two hours apart, so that one world's effects do not count against the next one's limits.
  const clock = manualClock(1_795_000_000_000 + worlds * 7_200_000);
  const store = createStore(database, clock, testKey);
  const chatLog = createChatLog(database);
  const engine = createSimulatedEngine({ clock });
  const policy = await loadPolicy('policies');
  if (!policy.ok) throw new Error(policy.failure.join('\n'));
  const target: Target = { effects: [], loseAnswers: 0, stale: false, refuse: null, silent: null };
  const platform = createWebPlatform({ chatLog, clock, people: catalogue.people });
  const world: World = {
    store,
    engine,
    clock,
    redactor: { redact: (text) => Promise.resolve({ text, redactions: 0 }) },
    policy: policy.value,
    catalogue,
    tools: [],
    toolsOff: [],
    actions: [actionOn(target)],
    planRollback: null,
    watchPull: null,
    runbooks: [],
    investigator: null,
    platform: () => platform,
    newId: (prefix) => `${prefix}-1`,
    buttonKey: testKey,
    settings: sampleSettings,
    log: pino({ level: 'silent' }),
  };
  return { world, target, clock, engine, channel, said: () => chatLog.messages({ channel }) };
}

/** Sam mentions the bot in the channel. */
export const mentionIn = ({ world, channel }: FlowWorld, text: string, key = 'first'): Inbound => ({
  type: 'mention',
  key: `${channel}-${key}`,
  place: { platform: 'web', tenant: 'local', channel },
  actor: { platform: 'web', tenant: 'local', account: 'w-sam' },
  text: taint(text),
  atMs: world.clock.nowMs(),
});

/** Takes a delivery in and waits until it is handled; whatever it started may still run. */
export async function deliver(flow: FlowWorld, inbound: Inbound): Promise<void> {
  await createIntake(flow.world)(inbound);
  await flow.engine.finished(`inbound:${inbound.key}`);
}

export const sayMention = (flow: FlowWorld, text: string, key = 'first'): Promise<void> =>
  deliver(flow, mentionIn(flow, text, key));

/** An incident in a channel, asked for by Sam. */
export function openIncident({ store, clock }: World, channel: string) {
  return store.transact((transaction) =>
    store.openIncident(transaction, {
      place: { platform: 'web', tenant: 'local', channel },
      phase: 'settled',
      openedAtMs: clock.nowMs(),
      openedBy: 'sam',
      question: null,
      symptom: null,
      onsetMs: null,
    }),
  );
}

export function sealedFor(world: World, changes: Partial<Plan>): SealedPlan {
  const nowMs = world.clock.nowMs();
  return sealPlan({
    ...samplePlan,
    id: `plan-${worlds}`,
    policyVersion: world.policy.version,
    createdAtMs: nowMs,
    expiresAtMs: nowMs + 900_000,
    ...changes,
  });
}

let clicks = 0;

export function clickOn(
  { world, channel }: FlowWorld,
  value: string,
  account: string,
): Extract<Inbound, { type: 'click' }> {
  clicks += 1;
  return {
    type: 'click',
    key: `click-${clicks}`,
    place: { platform: 'web', tenant: 'local', channel },
    actor: { platform: 'web', tenant: 'local', account },
    action: 'approve-plan',
    value,
    reason: null,
    atMs: world.clock.nowMs(),
  };
}
