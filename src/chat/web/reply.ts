/** What a request is answered with, as a value; `server.ts` writes it. */
import type { Json } from '../../core/json.ts';
import type { Html } from './html.ts';

export type Reply = {
  readonly status: number;
  readonly type: string;
  readonly body: string;
  readonly headers?: { readonly [name: string]: string | readonly string[] };
};

export const htmlReply = ({ html }: Html, status = 200): Reply => ({
  status,
  type: 'text/html; charset=utf-8',
  body: html,
});

export const jsonReply = (value: Json, status = 200): Reply => ({
  status,
  type: 'application/json; charset=utf-8',
  body: JSON.stringify(value),
});

export const textReply = (body: string, status = 200): Reply => ({ status, type: 'text/plain; charset=utf-8', body });

/** After a form: the browser reads the page again, so that a reload repeats nothing. */
export const seeOther = (location: string): Reply => ({ ...textReply('', 303), headers: { location } });

export const download = (name: string, type: string, body: string): Reply => ({
  status: 200,
  type,
  body,
  headers: { 'content-disposition': `attachment; filename="${name.replace(/[^\w.-]/gu, '_')}"` },
});

/** Why a request was not served, and what the person can do. */
export type Problem = { readonly status: number; readonly title: string; readonly fix: string };
