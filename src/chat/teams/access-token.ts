import { z } from 'zod';

export type TokenSource = {
  /** A token for the Bot Connector; asked for once and kept until five minutes before it expires. */
  token(): Promise<string>;
  /** The connector refused the token: the next call asks for a new one. */
  forget(): void;
};

export type TokenSettings = {
  readonly tokenUrl: string;
  readonly appId: string;
  readonly appPassword: string;
};

const Granted = z.object({ access_token: z.string().min(1), expires_in: z.coerce.number().positive() });

const scope = 'https://api.botframework.com/.default';
const spareMs = 300_000;

/** Client credentials at Entra. A token's life is real time, so this uses the machine's monotonic clock. */
export function createTokenSource({ tokenUrl, appId, appPassword }: TokenSettings): TokenSource {
  let kept: { readonly token: Promise<string>; untilMs: number } | null = null;
  const ask = async (): Promise<string> => {
    const response = await fetch(tokenUrl, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: appId,
        client_secret: appPassword,
        scope,
      }),
      redirect: 'error',
      signal: AbortSignal.timeout(10_000),
    });
    if (!response.ok) {
      throw new Error(
        `Entra refused the Teams bot's credentials (${response.status}). Check MICROSOFT_APP_ID, MICROSOFT_APP_PASSWORD and MICROSOFT_APP_TENANT_ID.`,
      );
    }
    const { access_token, expires_in } = Granted.parse(await response.json());
    if (kept) kept.untilMs = performance.now() + expires_in * 1_000 - spareMs;
    return access_token;
  };
  return {
    token: () => {
      if (kept && performance.now() < kept.untilMs) return kept.token;
      const token = ask();
      kept = { token, untilMs: Number.POSITIVE_INFINITY };
      token.catch(() => {
        kept = null;
      });
      return token;
    },
    forget: () => {
      kept = null;
    },
  };
}
