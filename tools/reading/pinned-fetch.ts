/**
 * One HTTPS request that trusts exactly one certificate authority, as a `Response`. `fetch` takes no authority, and one
 * added for the whole process would be trusted for every vendor. Redirects are answers here, never followed.
 */
import { request } from 'node:https';

export type PinnedRequest = {
  readonly method: string;
  readonly headers: { readonly [name: string]: string };
  readonly body: string | null;
  /** PEM; nothing else is trusted. */
  readonly certificateAuthority: string;
  readonly signal: AbortSignal;
};

/** Rejects as `connectionRefusal` reads it. */
export function pinnedFetch(url: URL, { method, headers, body, certificateAuthority, signal }: PinnedRequest) {
  return new Promise<Response>((resolve, reject) => {
    const sent = request(url, { method, headers, ca: certificateAuthority, signal }, (message) => {
      const status = message.statusCode ?? 502;
      const names = Object.entries(message.headers).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, String(value)] as const],
      );
      const bodiless = status === 204 || status === 304;
      resolve(new Response(bodiless ? null : message, { status, headers: Object.fromEntries(names) }));
    });
    sent.once('error', reject);
    sent.end(body ?? undefined);
  });
}
