import type { Json } from '../../core/json.ts';

/** One answer of the counterpart. */
export type Reply = {
  readonly status: number;
  readonly headers: { readonly [name: string]: string };
  readonly body: string;
};

const documentation = 'https://docs.github.com/rest';

export const jsonReply = (status: number, value: Json, headers: Reply['headers'] = {}): Reply => ({
  status,
  headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
  body: JSON.stringify(value),
});

/** A refusal in GitHub's own shape. `errors` is what GitHub adds to a 422. */
export const refusal = (status: number, message: string, errors: Json | null = null): Reply =>
  jsonReply(status, {
    message,
    ...(errors === null ? {} : { errors }),
    documentation_url: documentation,
    status: String(status),
  });

export const notFound = (): Reply => refusal(404, 'Not Found');

export const emptyReply = (status: 204): Reply => ({ status, headers: {}, body: '' });

export const textReply = (text: string): Reply => ({
  status: 200,
  headers: { 'content-type': 'text/plain; charset=utf-8' },
  body: text,
});
