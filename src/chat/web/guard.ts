/** What is refused before any page is made. */
import type { IncomingMessage } from 'node:http';
import type { Problem } from './reply.ts';
import { problem } from './visit.ts';

const loopback: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * Only pages opened under a known host name: a foreign name that resolves to this machine (DNS rebinding) is refused,
 * and so is a POST from another origin. Null when the request may go on.
 */
export function refuse({ headers, method }: IncomingMessage, allowedHosts: readonly string[]): Problem | null {
  const host = headers.host ?? '';
  const name = URL.canParse(`http://${host}`) ? new URL(`http://${host}`).hostname : '';
  if (!loopback.has(name) && !allowedHosts.includes(name)) {
    return problem(
      421,
      'This page is not served under that name',
      'Open it as http://127.0.0.1 with the port that the start message shows.',
    );
  }
  if (method === 'GET' || method === 'HEAD') return null;
  const { origin } = headers;
  const site = headers['sec-fetch-site'];
  const foreign = origin !== undefined && origin !== `http://${host}` && origin !== `https://${host}`;
  if (foreign || site === 'cross-site' || site === 'same-site') {
    return problem(403, 'This form came from another site', 'Open the page itself and send it again from there.');
  }
  return null;
}

/** Set on every answer. Scripts, styles and connections from this origin only; nothing inline; never in a frame. */
export const securityHeaders: { readonly [name: string]: string } = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  // `no-referrer` would make browsers send `Origin: null` with our own forms.
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
};
