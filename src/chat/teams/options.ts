import type { Logger } from 'pino';
import type { Catalogue } from '../../core/catalogue.ts';
import type { Clock, FormDesk, Intake, Outbox } from '../../ports.ts';

export type TeamsSettings = {
  /** Entra application id of the bot. */
  readonly appId: string;
  readonly appPassword: string | undefined;
  /** Entra tenant of the bot; activities of any other tenant are refused. Null: a multi-tenant bot. */
  readonly tenantId: string | null;
  /** Other endpoints than Microsoft's public cloud. */
  readonly overrides?: TeamsEndpoints;
};

/** All or nothing: a mixture would trust one cloud's tokens at another's addresses. */
export type TeamsEndpoints = {
  /** Token endpoint for client credentials. */
  readonly tokenUrl: string;
  /** OpenID configuration whose keys sign inbound activities. */
  readonly openIdMetadataUrl: string;
  readonly issuer: string;
  /** Origins that may be called with our token, e.g. `http://127.0.0.1:9999`. */
  readonly serviceOrigins: readonly string[];
  /** First delay before a retry, milliseconds. */
  readonly retryAfterMs: number;
};

export type TeamsOptions = {
  readonly environment: TeamsSettings;
  readonly intake: Intake;
  readonly outbox: Outbox;
  readonly forms: FormDesk;
  readonly clock: Clock;
  readonly people: Catalogue['people'];
  readonly log: Logger;
};
