/** Who is looking. A signed cookie names the person; every form carries a token derived from the same secret. */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { SignedIn } from '../../core/approval.ts';
import type { DirectoryPerson } from '../../core/catalogue.ts';

export type WebPerson = {
  readonly id: string;
  readonly name: string;
  readonly onCall: boolean;
  readonly account: string;
};

export type Session = {
  readonly person: WebPerson;
  readonly csrf: string;
  /** Sent back when the browser brought none, an invalid one, or the person changed. */
  readonly setCookie: string | null;
  /** How the person proved who they are; absent: by sitting at this browser. */
  readonly signedIn?: SignedIn;
};

const sessionCookie = 'causeway_person';

/** People who can speak in the local chat: those the directory gives a `web` account. */
export const webPeople = (people: readonly DirectoryPerson[]): readonly WebPerson[] =>
  people.flatMap(({ id, name, onCall, accounts }) => {
    const account = accounts['web'];
    return account === undefined ? [] : [{ id, name, onCall, account }];
  });

export type SessionRules = { readonly secret: string; readonly people: readonly WebPerson[] };

/** The session of a browser. Without a valid cookie it is a new one as the first person; null when nobody has an account. */
export function openSession({ secret, people }: SessionRules, cookieHeader: string | undefined): Session | null {
  const known = readCookie(secret, cookieHeader);
  const person = people.find(({ account }) => account === known?.account) ?? people[0];
  if (!person) return null;
  const id = known?.id ?? randomBytes(18).toString('base64url');
  const setCookie = known?.account === person.account ? null : cookieOf(secret, person.account, id);
  return { person, csrf: csrfOf(secret, id), setCookie };
}

/** The same browser as another person; null when the account is unknown. */
export function switchPerson(
  { secret, people }: SessionRules,
  { cookieHeader, account }: { readonly cookieHeader: string | undefined; readonly account: string },
): string | null {
  const known = readCookie(secret, cookieHeader);
  return known && people.some((person) => person.account === account) ? cookieOf(secret, account, known.id) : null;
}

/** Constant time; a missing or foreign token is false. */
export function isCsrf(session: Session, token: string | undefined): boolean {
  return token !== undefined && session.setCookie === null && same(session.csrf, token);
}

const sign = (secret: string, text: string): string => createHmac('sha256', secret).update(text).digest('base64url');

const csrfOf = (secret: string, id: string): string => sign(secret, `csrf.${id}`);

function cookieOf(secret: string, account: string, id: string): string {
  const body = `${Buffer.from(account).toString('base64url')}.${id}`;
  return `${sessionCookie}=${body}.${sign(secret, `person.${body}`)}; Path=/; HttpOnly; SameSite=Strict; Max-Age=2592000`;
}

function readCookie(secret: string, header: string | undefined): { account: string; id: string } | null {
  const value = header
    ?.split(';')
    .map((part) => part.trim())
    .find((part) => part.startsWith(`${sessionCookie}=`))
    ?.slice(sessionCookie.length + 1);
  const [account, id, signature] = value?.split('.') ?? [];
  if (!account || !id || !signature) return null;
  if (!same(sign(secret, `person.${account}.${id}`), signature)) return null;
  return { account: Buffer.from(account, 'base64url').toString('utf8'), id };
}

function same(expected: string, given: string): boolean {
  const [a, b] = [Buffer.from(expected), Buffer.from(given)];
  return a.length === b.length && timingSafeEqual(a, b);
}
