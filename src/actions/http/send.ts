/**
 * One HTTP request as actions make it: never repeated, redirects never followed, the answer bounded, and where it is
 * asked for, one address and one certificate authority instead of whatever the name says at that moment.
 */
import { request as requestHttp } from 'node:http';
import { type RequestOptions, request as requestHttps } from 'node:https';
import { z } from 'zod';
import type { ActionFailure } from '../../action.ts';

export type Sent = {
  readonly method: string;
  readonly url: URL;
  readonly headers: { readonly [name: string]: string };
  readonly body: string | null;
  readonly signal: AbortSignal;
  /** PEM; nothing else is then trusted. */
  readonly certificateAuthority?: string;
  /** The IP address to connect to, whatever the name resolves to by now. */
  readonly address?: { readonly address: string; readonly family: number };
};
/** `text`: at most `charactersMax` characters of the answer. */
export type Received = { readonly status: number; readonly text: string };

const charactersMax = 4_000_000;

/** The answer, whatever its status. Rejects when none came; `lostAnswer` says what that means. */
export function send({ url, body, address, certificateAuthority, ...sent }: Sent): Promise<Received> {
  const request = url.protocol === 'https:' ? requestHttps : requestHttp;
  const options: RequestOptions = {
    ...sent,
    // A kept connection could be another one than was checked.
    agent: false,
    ...(certificateAuthority === undefined ? {} : { ca: certificateAuthority }),
    ...(address === undefined ? {} : { lookup: pinned(address) }),
  };
  return new Promise((resolve, reject) => {
    const outgoing = request(url, options, (message) => {
      let text = '';
      message.setEncoding('utf8');
      message.on('data', (chunk: string) => {
        text += chunk.slice(0, charactersMax - text.length);
        if (text.length < charactersMax) return;
        resolve({ status: message.statusCode ?? 0, text });
        message.destroy();
      });
      message.once('error', reject);
      message.once('end', () => resolve({ status: message.statusCode ?? 0, text }));
    });
    outgoing.once('error', reject);
    outgoing.end(body ?? undefined);
  });
}

/** Node asks for one address, or for all of them to try one after the other. */
const pinned =
  ({ address, family }: NonNullable<Sent['address']>): NonNullable<RequestOptions['lookup']> =>
  (_name, options, answer) => {
    if (options.all) answer(null, [{ address, family }]);
    else answer(null, address, family);
  };

const systemError = z.object({ code: z.string() });
/** Before a byte of the request was sent. */
const neverSent = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

/** A request without an answer: a write that may have arrived is `unknown`. */
export function lostAnswer(error: unknown, { doing, wrote }: { doing: string; wrote: boolean }): ActionFailure {
  const code = systemError.safeParse(error).data?.code ?? 'no answer';
  const arrived = wrote && !neverSent.has(code);
  return { kind: arrived ? 'unknown' : 'unavailable', reason: `${doing}: no answer (${code})` };
}
