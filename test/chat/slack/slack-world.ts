import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { pino } from 'pino';
import { type RunningSlack, type SlackOptions, startSlack } from '../../../src/chat/slack/start.ts';
import type { Catalogue } from '../../../src/core/catalogue.ts';
import type { Clock, Inbound, Intake, MessageRef, Outbox } from '../../../src/ports.ts';
import { type Delivery, type FakeSlack, signed, signingSecret, startFakeSlack } from '../../support/fake-slack.ts';
import { noForms } from '../../support/no-forms.ts';

export const people: Catalogue['people'] = [
  { id: 'lee', name: 'Lee Tanaka', onCall: true, accounts: { slack: 'U1' } },
  { id: 'dana', name: 'Dana Whitfield', onCall: false, accounts: { slack: 'U2' } },
];

/** The durable intake, in memory: the first delivery of a key counts. */
export function createMemoryIntake() {
  const received: Inbound[] = [];
  let before: () => Promise<void> = () => Promise.resolve();
  const intake: Intake = async (inbound) => {
    await before();
    if (received.some(({ key }) => key === inbound.key)) return false;
    received.push(inbound);
    return true;
  };
  return {
    intake,
    received,
    /** Runs before each commit: a slow or broken database. */
    beforeCommit: (run: () => Promise<void>): void => {
      before = run;
    },
  };
}

/** The durable outbox, in memory; shared by two starts it is what survives a crash. */
export function createMemoryOutbox(): Outbox {
  const posts = new Map<string, MessageRef | null>();
  const versions = new Map<string, number>();
  return {
    begin(key) {
      const known = posts.get(key);
      if (known) return Promise.resolve({ state: 'posted', ref: known });
      const state = known === null ? 'intended' : 'new';
      posts.set(key, null);
      return Promise.resolve({ state });
    },
    posted(key, ref) {
      posts.set(key, ref);
      return Promise.resolve();
    },
    advance(ref, version) {
      const moved = version > (versions.get(ref.id) ?? Number.NEGATIVE_INFINITY);
      if (moved) versions.set(ref.id, version);
      return Promise.resolve(moved);
    },
  };
}

const machineClock: Clock = {
  nowMs: () => Date.now(),
  waitUntil: () => Promise.resolve(),
  realMs: (durationMs) => durationMs,
};

export type SlackWorld = Awaited<ReturnType<typeof startSlackWorld>>;

/** Our adapter against the stand-in, over HTTP or Socket Mode. */
export async function startSlackWorld(
  mode: 'http' | 'socket',
  parts: Partial<SlackOptions> & { slack?: FakeSlack } = {},
) {
  const { slack = await startFakeSlack(), ...others } = parts;
  const memory = createMemoryIntake();
  const running = await startSlack({
    environment: {
      botToken: 'xoxb-test',
      appToken: mode === 'socket' ? 'xapp-test' : null,
      signingSecret: mode === 'http' ? signingSecret : null,
      apiUrl: slack.apiUrl,
      channelPattern: '^inc-',
    },
    intake: memory.intake,
    outbox: createMemoryOutbox(),
    forms: noForms,
    clock: machineClock,
    people,
    log: pino({ level: 'silent' }),
    ...others,
  });
  const served = running.router ? await serve(running) : null;
  return {
    slack,
    ...memory,
    ...running,
    deliver: (delivery: object) =>
      fetch(
        `${served?.url}/slack/events`,
        signed(isDelivery(delivery) ? delivery : { body: JSON.stringify(delivery) }),
      ),
    url: served?.url ?? '',
    async close() {
      await running.stop();
      await served?.close();
      await slack.stop();
    },
  };
}

const isDelivery = (value: object): value is Delivery => 'body' in value && typeof value.body === 'string';

async function serve({ router }: RunningSlack) {
  const application = express();
  if (router) application.use(router);
  const server = createServer(application);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
