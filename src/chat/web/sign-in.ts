/** Who signed in: a sealed cookie after the sign-in service said who it is. The pages of an installation that has one. */
import { createHmac, randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { WebOptions } from './options.ts';
import { type Problem, type Reply, seeOther } from './reply.ts';
import { createSealedCookie } from './sealed-cookie.ts';
import type { Session } from './session.ts';
import { problem } from './visit.ts';

/** People read for a working day; what they decide asks for a newer sign-in anyway. */
const sessionMs = 8 * 3_600_000;

const signedIn = z.object({ person: z.string(), atMs: z.number(), untilMs: z.number(), id: z.string() });

const cookieOf = ({ secret }: WebOptions) =>
  createSealedCookie({ name: 'causeway_signed_in', secret, purpose: 'signed in' });

/** The session of whoever signed in, or null: the browser has to go to `/sign-in` first. */
export function signedInSession(options: WebOptions, cookieHeader: string | undefined): Session | null {
  const read = signedIn.safeParse(cookieOf(options).read(cookieHeader));
  if (!read.success || read.data.untilMs < options.clock.nowMs()) return null;
  const { person: id, atMs } = read.data;
  const person = options.catalogue.people.find((each) => each.id === id);
  if (!person) return null;
  const { name, onCall, accounts } = person;
  const csrf = createHmac('sha256', options.secret).update(`csrf.${read.data.id}`).digest('base64url');
  return {
    person: { id, name, onCall, account: accounts['web'] ?? id },
    csrf,
    setCookie: null,
    signedIn: { person: id, method: 'oidc', atMs },
  };
}

/** Where a browser without a session is sent; back to where it wanted to go. */
export const toSignIn = (url: URL): Reply =>
  seeOther(`/sign-in?back=${encodeURIComponent(`${url.pathname}${url.search}`)}`);

/** `/sign-in` and `/sign-in/callback`; null for any other path, and where nobody signs in. */
export async function answerSignIn(
  options: WebOptions,
  { method, url, cookie }: { method: string; url: URL; cookie: string | undefined },
): Promise<Reply | Problem | null> {
  const { signIn } = options;
  if (!signIn || method !== 'GET') return null;
  if (url.pathname === '/sign-in') {
    const begun = await signIn.begin(ownPath(url.searchParams.get('back')));
    return begun.ok ? withCookies(seeOther(begun.value.location), begun.value.cookie) : begun.failure;
  }
  if (url.pathname !== '/sign-in/callback') return null;
  const finished = await signIn.finish(url.searchParams, cookie);
  if (!finished.ok) return finished.failure;
  const { person, atMs, back } = finished.value;
  const kept = { person: person.id, atMs, untilMs: options.clock.nowMs() + sessionMs, id: randomId() };
  const secure = signIn.forget.includes('; Secure');
  const session = cookieOf(options).set(kept, { seconds: sessionMs / 1000, secure });
  return withCookies(seeOther(back), session, signIn.forget);
}

const randomId = (): string => randomBytes(18).toString('base64url');

const withCookies = (reply: Reply, ...cookies: readonly string[]): Reply => ({
  ...reply,
  headers: { ...reply.headers, 'set-cookie': cookies },
});

/** A path of ours; never another site, whatever the link said. */
export function ownPath(back: string | null): string {
  const ours = 'http://page.invalid';
  if (back === null || !back.startsWith('/') || !URL.canParse(back, ours)) return '/';
  const { origin, pathname, search } = new URL(back, ours);
  return origin === ours && !pathname.startsWith('//') ? `${pathname}${search}` : '/';
}

/** Forms of the local chat: an installation where people sign in is for reading and deciding. */
export const notHere: Problem = problem(
  403,
  'That is done in the chat',
  'These pages are for reading and for deciding about plans. Speak in the incident channel.',
);
