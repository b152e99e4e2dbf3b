import type { Router } from 'express';
import type { ChatPlatform } from '../../ports.ts';
import { createTokenSource } from './access-token.ts';
import { createAuthenticate } from './authenticate.ts';
import { createConnector } from './connector.ts';
import type { TeamsOptions } from './options.ts';
import { createReceiver } from './receive.ts';
import { createReferences } from './references.ts';
import { createTeamsPlatform } from './show.ts';

export type RunningTeams = {
  readonly platform: ChatPlatform;
  /** POST /api/messages; answers 503 before `listen` and after `stop`. */
  readonly router: Router | null;
  listen(): Promise<void>;
  stop(): Promise<void>;
};

/**
 * Microsoft Teams. Rejects without credentials: the Bot Framework SDK would let everybody in. Receives nothing until
 * `listen`.
 */
export async function startTeams(options: TeamsOptions): Promise<RunningTeams> {
  const { environment, intake, forms, outbox, clock, people, log } = options;
  const { appId, appPassword, tenantId, overrides } = environment;
  if (appId === '' || !appPassword) {
    throw new Error('Teams needs MICROSOFT_APP_ID and MICROSOFT_APP_PASSWORD. Set both, or unset both.');
  }
  const serviceOrigins = overrides?.serviceOrigins ?? [];
  const tokenUrl =
    overrides?.tokenUrl ?? `https://login.microsoftonline.com/${tenantId ?? 'botframework.com'}/oauth2/v2.0/token`;
  const tokens = createTokenSource({ tokenUrl, appId, appPassword });
  const retryAfterMs = overrides?.retryAfterMs ?? 500;
  const connector = createConnector({ tokens, appId, serviceOrigins, retryAfterMs });
  const references = createReferences(outbox);
  let listening = false;
  const router = createReceiver({
    authenticate: createAuthenticate(environment),
    references,
    intake,
    forms,
    clock,
    log,
    tenantId,
    serviceOrigins,
    listening: () => listening,
  });
  const listen = (now: boolean) => (): Promise<void> => {
    listening = now;
    return Promise.resolve();
  };
  return {
    platform: createTeamsPlatform({ connector, outbox, references, people, log }),
    router,
    listen: listen(true),
    stop: listen(false),
  };
}
