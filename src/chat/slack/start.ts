import { App } from '@slack/bolt';
import type { Router } from 'express';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { Catalogue } from '../../core/catalogue.ts';
import type { ChatPlatform, Clock, FormDesk, Intake, Outbox } from '../../ports.ts';
import { boltLogger } from './bolt-logger.ts';
import { clientOptions, createSlackClient, type SlackClient } from './client.ts';
import { createHttpReceiver, type HttpReceiver } from './http-receiver.ts';
import { joinChannel, joinMissedChannels } from './join-channels.ts';
import { type Offer, offerForm } from './offer-form.ts';
import type { Reading } from './parse.ts';
import { openReasonForm, type ReasonForm } from './reason-form.ts';
import { listenTo } from './receive.ts';
import { createSlackPlatform } from './show.ts';
import { createSocketReceiver } from './socket-receiver.ts';

export type SlackEnvironment = {
  readonly botToken: string;
  /** Socket Mode when present. */
  readonly appToken: string | null;
  /** HTTP when there is no app token. */
  readonly signingSecret: string | null;
  readonly apiUrl: string | null;
  /** A regular expression over channel names: matching public channels are joined. */
  readonly channelPattern: string;
};

export type SlackOptions = {
  readonly environment: SlackEnvironment;
  readonly intake: Intake;
  readonly outbox: Outbox;
  readonly forms: FormDesk;
  readonly clock: Clock;
  readonly people: Catalogue['people'];
  readonly log: Logger;
};

export type RunningSlack = {
  readonly platform: ChatPlatform;
  /** In HTTP mode, to be mounted at the root of the served port; answers 503 before `listen`. */
  readonly router: Router | null;
  listen(): Promise<void>;
  stop(): Promise<void>;
};

/** Connects to Slack, receiving nothing before `listen`. Rejects when the token is refused or nothing can be received. */
export async function startSlack(options: SlackOptions): Promise<RunningSlack> {
  const { environment, log } = options;
  const client = createSlackClient(environment.botToken, environment.apiUrl, log);
  const reading = await identify(client, options);
  const { receiver, router } = openReceiver(environment, log);
  const app = new App({
    receiver,
    authorize: () =>
      Promise.resolve({ botToken: environment.botToken, botId: reading.botId, botUserId: reading.botUser }),
    clientOptions: clientOptions(environment.apiUrl),
    logger: boltLogger(log),
  });
  const join = (channel: string): Promise<void> => joinChannel(client, channel, log);
  const openForm = (form: ReasonForm): Promise<boolean> => openReasonForm(client, form, log);
  const { intake, forms } = options;
  const offer = (offered: Offer): Promise<void> => offerForm({ client, forms, intake, log }, offered);
  listenTo(app, { reading, intake, log, join, openForm, forms, offer });
  const platform = createSlackPlatform({ ...options, client, team: reading.team, botUser: reading.botUser });
  return {
    platform,
    router,
    async listen() {
      await app.start();
      joinMissedChannels(client, reading.channelPattern, log).catch((error: unknown) => {
        log.warn({ err: error }, 'Could not look for Slack channels to join');
      });
    },
    async stop() {
      await app.stop();
      await platform.flush();
      client.stop();
    },
  };
}

function openReceiver(
  { appToken, signingSecret, apiUrl }: SlackEnvironment,
  log: Logger,
): Pick<HttpReceiver, 'receiver'> & { readonly router: Router | null } {
  if (appToken !== null) return { receiver: createSocketReceiver(appToken, apiUrl, log), router: null };
  if (signingSecret !== null) return createHttpReceiver(signingSecret, log);
  throw new Error('Slack cannot be received: set SLACK_APP_TOKEN for Socket Mode, or SLACK_SIGNING_SECRET for HTTP.');
}

const identity = z.object({ user_id: z.string(), bot_id: z.string(), team_id: z.string() });

/** Slack's timestamps are real time. What happened a second ago there happened a second ago on the product's clock. */
async function identify(client: SlackClient, { environment, clock }: SlackOptions): Promise<Reading> {
  const answer = identity.parse(await client.call({ method: 'auth.test', urgent: true, arguments: {} }));
  return {
    botUser: answer.user_id,
    botId: answer.bot_id,
    team: answer.team_id,
    channelPattern: new RegExp(environment.channelPattern, 'u'),
    atMs: (seconds) => {
      const lagMs = seconds === null ? 0 : Date.now() - Number(seconds) * 1000;
      return Math.round(clock.nowMs() - (Number.isFinite(lagMs) ? Math.max(0, lagMs) : 0));
    },
  };
}
