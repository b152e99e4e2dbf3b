/** Inbound token validation by the Bot Framework's own validators: the only use of `botbuilder`. */
import { type Activity, ConfigurationBotFrameworkAuthentication } from 'botbuilder';
import type { TeamsSettings } from './options.ts';
import type { TeamsActivity } from './parse.ts';

/** `unavailable`: the signing keys could not be read, so nobody can be let in now. */
export type Authentication = 'authentic' | 'refused' | 'unavailable';

const publicIssuer = 'https://api.botframework.com';

/** Checks signature, issuer, audience, lifetime, endorsement and that the token is for this activity's service URL. */
export function createAuthenticate(
  settings: TeamsSettings,
): (activity: TeamsActivity, authorization: string) => Promise<Authentication> {
  const { overrides } = settings;
  const validators = new ConfigurationBotFrameworkAuthentication({
    MicrosoftAppId: settings.appId,
    MicrosoftAppPassword: settings.appPassword,
    ...(settings.tenantId === null
      ? { MicrosoftAppType: 'MultiTenant' }
      : { MicrosoftAppType: 'SingleTenant', MicrosoftAppTenantId: settings.tenantId }),
    ...(overrides ? endpoints(overrides) : {}),
  });
  const issuer = overrides?.issuer ?? publicIssuer;
  return async ({ type, channelId, serviceUrl }, authorization) => {
    try {
      const asked: Partial<Activity> = { type, channelId, serviceUrl };
      // The SDK's type asks for a whole activity; its validators read the channel and the service URL.
      const { claimsIdentity } = await validators.authenticateRequest(asked as Activity, authorization);
      // Its validators also accept emulator and skill tokens, which have other issuers.
      const claimed = { issuer: claimsIdentity.getClaimValue('iss'), url: claimsIdentity.getClaimValue('serviceurl') };
      return claimed.issuer === issuer && claimed.url === serviceUrl ? 'authentic' : 'refused';
    } catch (error) {
      return isRefusal(error) ? 'refused' : 'unavailable';
    }
  };
}

type Endpoints = NonNullable<TeamsSettings['overrides']>;

const endpoints = ({ tokenUrl, openIdMetadataUrl, issuer }: Endpoints) => ({
  ValidateAuthority: 'true',
  ToChannelFromBotLoginUrl: tokenUrl,
  ToChannelFromBotOAuthScope: publicIssuer,
  ToBotFromChannelTokenIssuer: issuer,
  OAuthUrl: tokenUrl,
  ToBotFromChannelOpenIdMetadataUrl: openIdMetadataUrl,
  ToBotFromEmulatorOpenIdMetadataUrl: openIdMetadataUrl,
  CallerId: 'urn:botframework:azure',
});

const tokenErrors: ReadonlySet<string> = new Set(['JsonWebTokenError', 'NotBeforeError', 'TokenExpiredError']);

const isRefusal = (error: unknown): boolean =>
  error instanceof Error && (tokenErrors.has(error.name) || ('statusCode' in error && error.statusCode === 401));
