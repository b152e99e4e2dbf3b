/** PagerDuty's REST API v2: https://developer.pagerduty.com/docs/rest-api-overview */
import { z } from 'zod';
import { address } from '../reading/address.ts';
import type { Refusal } from '../reading/failure.ts';
import { HttpError, httpRefusal } from '../reading/http-error.ts';
import { createTransport, type Received } from '../reading/transport.ts';

export const pagerdutyEnvironment = z.object({
  PAGERDUTY_TOKEN: z.string().min(1).describe('REST API key, read-only'),
  PAGERDUTY_API_URL: address.default('https://api.pagerduty.com').describe('Address of the API, e.g. of the EU region'),
  PAGERDUTY_WEB_URL: address.default('https://app.pagerduty.com').describe('Address of the web application, for links'),
});
export type PagerDutyEnvironment = z.output<typeof pagerdutyEnvironment>;

type Parameters = readonly (readonly [name: string, value: string])[];

export type PagerDutyRequest = {
  readonly path: string;
  readonly parameters: Parameters;
  readonly signal: AbortSignal;
};

export type PageRequest<Item extends z.ZodType> = PagerDutyRequest & {
  /** Member of the answer that holds the list. */
  readonly member: string;
  readonly item: Item;
  readonly pagesMax: number;
};

export type PagerDutyClient = {
  /** The answer's parts named by `schema`. Rejects as `pagerdutyRefusal` reads it. */
  ask<Schema extends z.ZodType>(request: PagerDutyRequest, schema: Schema): Promise<z.output<Schema>>;
  /** Every item of at most `pagesMax` pages; `truncated` when there are more. */
  list<Item extends z.ZodType>(
    request: PageRequest<Item>,
  ): Promise<{ readonly items: readonly z.output<Item>[]; readonly truncated: boolean }>;
  /** Any answer, error statuses too; `body` makes it a POST. */
  send(request: PagerDutyRequest & { readonly body?: string }): Promise<Received>;
  /** A page of the web application. */
  link(path: string): string;
};

const clients = new Map<string, PagerDutyClient>();

/** The same client for the same variables: its tools share the rate limit, 960 requests a minute for each key. */
export function pagerdutyClient(environment: PagerDutyEnvironment): PagerDutyClient {
  const key = JSON.stringify(environment);
  const known = clients.get(key);
  if (known !== undefined) return known;
  const client = createClient(environment);
  clients.set(key, client);
  return client;
}

const withoutSlash = (url: string): string => url.replace(/\/+$/, '');

function createClient(environment: PagerDutyEnvironment): PagerDutyClient {
  const api = withoutSlash(environment.PAGERDUTY_API_URL);
  const headers = {
    accept: 'application/vnd.pagerduty+json;version=2',
    authorization: `Token token=${environment.PAGERDUTY_TOKEN}`,
  };
  const transport = createTransport({ headers: async () => headers, concurrencyMax: 6, bucketOf: () => 'key' });
  const send: PagerDutyClient['send'] = ({ path, parameters, signal, body }) => {
    const url = new URL(`${api}${path}`);
    for (const [name, value] of parameters) url.searchParams.append(name, value);
    return transport.send({ url, ...(body === undefined ? {} : { body }) }, signal);
  };
  const ask: PagerDutyClient['ask'] = async (request, schema) => {
    const { status, text } = await send(request);
    if (status < 200 || status > 299) throw new HttpError(status, text);
    return schema.parse(JSON.parse(text));
  };
  return {
    send,
    ask,
    list: (request) => readPages(ask, request),
    link: (path) => `${withoutSlash(environment.PAGERDUTY_WEB_URL)}${path}`,
  };
}

/** The largest page there is. */
const pageSize = 100;

/** Classic lists say `more` and count in offsets up to 10,000; others hand out a cursor. */
async function readPages<Item extends z.ZodType>(ask: PagerDutyClient['ask'], request: PageRequest<Item>) {
  const { member, item, pagesMax, parameters } = request;
  const schema = z.looseObject({
    [member]: z.unknown(),
    more: z.boolean().nullish(),
    next_cursor: z.string().nullish(),
  });
  const items: z.output<Item>[] = [];
  let place: Parameters = [];
  for (let page = 0; page < pagesMax; page += 1) {
    const limited = [...parameters, ['limit', String(pageSize)] as const, ...place];
    const answered = await ask({ ...request, parameters: limited }, schema);
    items.push(...z.array(item).parse(answered[member]));
    const { more, next_cursor: cursor } = answered;
    if (typeof cursor === 'string') place = [['cursor', cursor]];
    else if (more === true) place = [['offset', String((page + 1) * pageSize)]];
    else return { items, truncated: false };
  }
  return { items, truncated: true };
}

const refused = z.object({ error: z.object({ code: z.number() }) });

/** By HTTP status, with PagerDuty's own error code. 402: the account's plan does not have it. */
export function pagerdutyRefusal(error: unknown, signal: AbortSignal): Refusal | null {
  const refusal = httpRefusal(error, signal);
  if (refusal === null || !(error instanceof HttpError)) return refusal;
  const code = [error.status, codeOf(error.body)].filter((part) => part !== null).join(' ');
  if (error.status === 402) return { kind: 'forbidden', code };
  return 'code' in refusal ? { ...refusal, code } : refusal;
}

function codeOf(body: string): number | null {
  try {
    return refused.safeParse(JSON.parse(body)).data?.error.code ?? null;
  } catch {
    return null;
  }
}
