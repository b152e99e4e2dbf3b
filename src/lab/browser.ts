/** A browser as far as the simulated people need one: a cookie, a form token, two kinds of POST. */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';

export type Browser = {
  say(text: string): Promise<void>;
  click(click: { message: string; action: string; value: string; confirmed: '1' }): Promise<void>;
};

const Token = z.string().min(8);

/** Opens a channel's page and switches to one person. Throws when the page answers anything but success. */
export async function openBrowser(url: string, channel: string, person: string): Promise<Browser> {
  const page = `/c/${channel}`;
  const first = await fetch(`${url}${page}`);
  const visitor = { cookie: cookieOf(first), token: tokenIn(await first.text()) };
  const me = await send(url, visitor, { path: '/me', fields: { account: person, back: page } });
  const cookie = cookieOf(me) || visitor.cookie;
  const again = await fetch(`${url}${page}`, { headers: { cookie } });
  const session = { cookie: cookieOf(again) || cookie, token: tokenIn(await again.text()) };
  const act = async (path: string, fields: Fields): Promise<void> => {
    await send(url, session, { path, fields: { ...fields, as: person, nonce: randomUUID() } });
  };
  return {
    say: (text) => act(`${page}/messages`, { text }),
    click: (click) => act(`${page}/clicks`, click),
  };
}

type Session = { readonly cookie: string; readonly token: string };
type Fields = { readonly [name: string]: string };

async function send(
  url: string,
  { cookie, token }: Session,
  { path, fields }: { path: string; fields: Fields },
): Promise<Response> {
  const response = await fetch(`${url}${path}`, {
    method: 'POST',
    redirect: 'manual',
    headers: { cookie, origin: url, 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ ...fields, csrf: token }),
  });
  if (response.status >= 400)
    throw new Error(`POST ${path}: ${response.status} ${(await response.text()).slice(0, 300)}`);
  return response;
}

const cookieOf = (response: Response): string =>
  response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';', 1)[0] ?? '')
    .join('; ');

const tokenIn = (page: string): string =>
  Token.parse(/name="csrf"[^>]*value="(?<token>[^"]+)"/u.exec(page)?.groups?.['token']);
