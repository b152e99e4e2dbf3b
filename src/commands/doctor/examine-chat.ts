/** Slack's granted scopes against the manifest, and whether Entra gives the Teams bot a token. */
import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { z } from 'zod';
import { createTokenSource } from '../../chat/teams/access-token.ts';
import type { Environment } from '../../config.ts';
import { type Diagnosis, fine, isOff, problem } from './diagnosis.ts';

const manifestFile = new URL('../../../manifest.yml', import.meta.url);
const patienceMs = 8_000;

const Manifest = z.object({
  oauth_config: z.object({
    scopes: z.object({ bot: z.array(z.string()), bot_optional: z.array(z.string()).default([]) }),
  }),
});
const Answer = z.object({ ok: z.boolean(), error: z.string().optional(), team: z.string().optional() });

/** `auth.test`; the scopes are in the header `x-oauth-scopes`. https://docs.slack.dev/reference/methods/auth.test */
export async function examineSlack(environment: Environment): Promise<Diagnosis> {
  const { SLACK_BOT_TOKEN: token, SLACK_API_URL: url = 'https://slack.com/api/' } = environment;
  if (token === undefined) return isOff('slack', 'not configured', 'set SLACK_BOT_TOKEN and SLACK_APP_TOKEN');
  try {
    const response = await fetch(new URL('auth.test', url.endsWith('/') ? url : `${url}/`), {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(patienceMs),
      redirect: 'error',
    });
    const { ok, error, team } = Answer.parse(await response.json());
    if (!ok)
      return problem('slack', `refused the bot token (${error})`, 'Install the app again and copy its bot token.');
    const granted = (response.headers.get('x-oauth-scopes') ?? '').split(',').filter((scope) => scope !== '');
    return compareScopes(team ?? 'the workspace', granted);
  } catch {
    return problem('slack', 'gave no answer that can be read', 'Check SLACK_API_URL and the network path to Slack.');
  }
}

async function compareScopes(team: string, granted: readonly string[]): Promise<Diagnosis> {
  const { scopes } = Manifest.parse(parse(await readFile(manifestFile, 'utf8'))).oauth_config;
  if (granted.length === 0)
    return { name: 'slack', state: 'unknown', says: `knows ${team}, tells no scopes`, fix: null };
  const missing = scopes.bot.filter((scope) => !granted.includes(scope));
  const excess = granted.filter((scope) => !scopes.bot.includes(scope) && !scopes.bot_optional.includes(scope));
  if (missing.length === 0 && excess.length === 0)
    return fine('slack', `knows ${team}, granted what manifest.yml asks`);
  const says = [
    ...(missing.length > 0 ? [`missing ${missing.join(', ')}`] : []),
    ...(excess.length > 0 ? [`must not hold ${excess.join(', ')}`] : []),
  ].join('; ');
  return problem('slack', says, 'Set the app to manifest.yml and install it again.');
}

export async function examineTeams(environment: Environment): Promise<Diagnosis> {
  const { MICROSOFT_APP_ID: appId, MICROSOFT_APP_PASSWORD: appPassword } = environment;
  if (appId === undefined || appPassword === undefined)
    return isOff('teams', 'not configured', 'set MICROSOFT_APP_ID and MICROSOFT_APP_PASSWORD');
  const tenant = environment.MICROSOFT_APP_TENANT_ID ?? 'botframework.com';
  const tokenUrl = `https://login.microsoftonline.com/${tenant}/oauth2/v2.0/token`;
  try {
    await createTokenSource({ tokenUrl, appId, appPassword }).token();
    return fine('teams', 'Entra gives the bot a token');
  } catch (error) {
    return problem(
      'teams',
      error instanceof Error ? error.message : 'no token',
      'Check the bot registration in Entra.',
    );
  }
}
