import type { Router } from 'express';
import type { Logger } from 'pino';
import type { startSlack as StartSlackFunction } from './chat/slack/start.ts';
import type { startTeams as StartTeamsFunction } from './chat/teams/start.ts';
import type { System } from './compose.ts';
import type { Environment } from './config.ts';
import { createFormDesk } from './flow/runbook-form.ts';

type StartSlack = typeof StartSlackFunction;
type StartTeams = typeof StartTeamsFunction;

export type Platforms = {
  readonly routers: readonly Router[];
  /** Begins to receive, once workflows can start. */
  listen(): Promise<void>;
  stop(): Promise<void>;
};

/** Slack and Teams, as far as they are configured. One line per platform. */
export async function startPlatforms(system: System, environment: Environment, log: Logger): Promise<Platforms> {
  const { intake, outbox, world, catalogue } = system;
  const forms = createFormDesk(world);
  const shared = { intake, outbox, forms, clock: world.clock, people: catalogue.people, log };
  const slack = environment.SLACK_BOT_TOKEN
    ? await openSlack({ ...shared, environment: slackSettings(environment, environment.SLACK_BOT_TOKEN) })
    : null;
  const teams = environment.MICROSOFT_APP_ID
    ? await openTeams({ ...shared, environment: teamsSettings(environment) })
    : null;
  const started = [slack, teams].filter((each) => each !== null);
  for (const { platform } of started) system.addPlatform(platform);
  return {
    routers: started.flatMap(({ router }) => (router ? [router] : [])),
    listen: async () => {
      await Promise.all(started.map((each) => each.listen()));
    },
    stop: async () => {
      await Promise.all(started.map((each) => each.stop()));
    },
  };
}

// Imported only when configured: the SDKs cost a second and a hundred megabytes.
const openSlack: StartSlack = async (options) => (await import('./chat/slack/start.ts')).startSlack(options);
const openTeams: StartTeams = async (options) => (await import('./chat/teams/start.ts')).startTeams(options);

const slackSettings = (environment: Environment, botToken: string) => ({
  botToken,
  appToken: environment.SLACK_APP_TOKEN ?? null,
  signingSecret: environment.SLACK_SIGNING_SECRET ?? null,
  apiUrl: environment.SLACK_API_URL ?? null,
  channelPattern: environment.SLACK_CHANNEL_PATTERN,
});

const teamsSettings = ({ MICROSOFT_APP_ID, MICROSOFT_APP_PASSWORD, MICROSOFT_APP_TENANT_ID }: Environment) => ({
  appId: MICROSOFT_APP_ID ?? '',
  appPassword: MICROSOFT_APP_PASSWORD ?? '',
  tenantId: MICROSOFT_APP_TENANT_ID ?? null,
});
