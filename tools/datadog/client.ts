/**
 * Datadog's HTTP API, the reads we use. Datadog's own client is not loaded: its v2 half alone blocks the process for
 * one and a half seconds and keeps 120 MB. `test/tools/datadog-client.test.ts` holds that we ask exactly what it asks.
 */
import { z } from 'zod';
import type { Json } from '../../src/core/json.ts';
import { createTransport, type Received, type Sent } from '../reading/transport.ts';

export const datadogEnvironment = z.object({
  DATADOG_API_KEY: z.string().min(1).describe('API key of the organisation'),
  DATADOG_APP_KEY: z.string().min(1).describe('Application key; scopes: see each tool'),
  DATADOG_SITE: z
    .string()
    .regex(/^[a-z0-9.-]+$/)
    .default('datadoghq.com')
    .describe('Site, e.g. datadoghq.eu'),
  DATADOG_API_URL: z.url().optional().describe('Another API address than https://api.<site>'),
  DATADOG_WEB_URL: z.url().optional().describe('Another address for links than https://app.<site>'),
});
export type DatadogEnvironment = z.output<typeof datadogEnvironment>;

export type DatadogRequest = {
  readonly path: string;
  /** Sent as a GET with these parameters, or as a POST of `body`. */
  readonly parameters?: { readonly [name: string]: string | number };
  readonly body?: Json;
  /** Only to find out that it is refused. */
  readonly method?: 'PUT';
};

/** The answer's parts named by `schema`. Rejects as `httpRefusal` reads it. */
export type Ask = <Schema extends z.ZodType>(request: DatadogRequest, schema: Schema) => Promise<z.output<Schema>>;

export type DatadogClient = {
  /** Requests that end when `signal` aborts, or after ten seconds each. */
  asking(signal: AbortSignal): Ask;
  /** Any answer, refusals too, with its headers. */
  send(request: DatadogRequest, signal: AbortSignal): Promise<Received>;
  /** A page of the web application. */
  link(path: string, parameters: { readonly [name: string]: string }): string;
};

const clients = new Map<string, DatadogClient>();

/** The same client for the same variables: its tools share the rate limits. */
export function datadogClient(environment: DatadogEnvironment): DatadogClient {
  const key = JSON.stringify(environment);
  const known = clients.get(key);
  if (known !== undefined) return known;
  const client = createClient(environment);
  clients.set(key, client);
  return client;
}

const withoutSlash = (url: string): string => url.replace(/\/+$/, '');

function createClient(environment: DatadogEnvironment): DatadogClient {
  const apiUrl = withoutSlash(environment.DATADOG_API_URL ?? `https://api.${environment.DATADOG_SITE}`);
  const webUrl = withoutSlash(environment.DATADOG_WEB_URL ?? `https://app.${environment.DATADOG_SITE}`);
  const keys = {
    accept: 'application/json',
    'dd-api-key': environment.DATADOG_API_KEY,
    'dd-application-key': environment.DATADOG_APP_KEY,
  };
  const transport = createTransport({ headers: async () => keys, concurrencyMax: 8, bucketOf, leftForPeople: 0.1 });
  const sentOf = ({ path, parameters = {}, body, method }: DatadogRequest): Sent => {
    const url = new URL(`${apiUrl}${path}`);
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, String(value));
    return {
      url,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(method === undefined ? {} : { method }),
    };
  };
  return {
    asking: (signal) => (request, schema) => transport.ask(sentOf(request), schema, signal),
    send: (request, signal) => transport.send(sentOf(request), signal),
    link: (path, parameters) => {
      const query = new URLSearchParams(parameters).toString();
      return `${webUrl}${path}${query === '' ? '' : `?${query}`}`;
    },
  };
}

/** Datadog limits each endpoint apart: https://docs.datadoghq.com/api/latest/rate-limits/ */
const bucketOf = ({ url, body, method }: Sent): string =>
  `${method ?? (body === undefined ? 'GET' : 'POST')} ${url.pathname.replace(/\/(?:\d+|[0-9a-f]{32})(?=\/|$)/, '/id')}`;
