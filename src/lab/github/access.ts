import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { type Reply, refusal } from './reply.ts';

export type Tokens = { readonly read: string; readonly write: string };

export const makeTokens = (): Tokens => ({
  read: `github_pat_lab_read_${randomBytes(12).toString('hex')}`,
  write: `github_pat_lab_write_${randomBytes(12).toString('hex')}`,
});

const tokenOf = (header: string | undefined): string | null =>
  /^(?:token|bearer)\s+(\S+)$/i.exec(header ?? '')?.[1] ?? null;

/** The refusal of an API request for want of the right token, or null. */
export function accessProblem(message: IncomingMessage, tokens: Tokens): Reply | null {
  const token = tokenOf(message.headers.authorization);
  if (token === null) return refusal(401, 'Requires authentication');
  if (token !== tokens.read && token !== tokens.write) return refusal(401, 'Bad credentials');
  const reads = message.method === 'GET' || message.method === 'HEAD';
  return reads || token === tokens.write ? null : refusal(403, 'Resource not accessible by personal access token');
}

const isLoopback = (host: string): boolean => /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?$/.test(host);

/** A page of another name that resolves to this machine must not reach the lab through a browser. */
export const hostProblem = (message: IncomingMessage): Reply | null =>
  isLoopback(message.headers.host ?? '') ? null : refusal(421, 'The lab answers on 127.0.0.1 and localhost only');

/** Forms are accepted from the lab's own pages only. */
export const isSameOrigin = (message: IncomingMessage): boolean =>
  message.headers.origin === `http://${message.headers.host ?? ''}`;
