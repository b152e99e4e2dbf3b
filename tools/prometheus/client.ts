import { z } from 'zod';
import { address } from '../reading/address.ts';
import { authorization } from '../reading/authorization.ts';
import { HttpError } from '../reading/http-error.ts';
import { createTransport, type Received } from '../reading/transport.ts';

export const prometheusEnvironment = z.object({
  PROMETHEUS_URL: address.describe('Address of Prometheus, or of anything that answers its HTTP API'),
  PROMETHEUS_USER: z.string().min(1).optional().describe('User for basic authentication, with PROMETHEUS_TOKEN'),
  PROMETHEUS_TOKEN: z.string().min(1).optional().describe('Bearer token, or the password of PROMETHEUS_USER'),
  PROMETHEUS_SERVICE_LABEL: z
    .string()
    .regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/)
    .default('service')
    .describe('Label that holds the catalogue id of the service'),
});
export type PrometheusEnvironment = z.output<typeof prometheusEnvironment>;

/** Prometheus' envelope: https://prometheus.io/docs/prometheus/latest/querying/api/ */
const envelope = z.object({ status: z.literal('success'), data: z.unknown() });

export type PrometheusClient = {
  /** The label that names a service. */
  readonly serviceLabel: string;
  /** The `data` of an answer, by its schema. Rejects as `prometheusRefusal` reads it. */
  ask<Schema extends z.ZodType>(request: PrometheusRequest, schema: Schema): Promise<z.output<Schema>>;
  /** Any answer, error statuses too; `body` makes it a POST. */
  send(request: PrometheusRequest & { readonly body?: string }): Promise<Received>;
  /** The page that shows this query. */
  link(query: string): string;
  /** Another page of its web interface, such as `alerts`. */
  page(name: string): string;
};
export type PrometheusRequest = {
  /** After `/api/v1/`. */
  readonly path: string;
  readonly parameters: { readonly [name: string]: string };
  readonly signal: AbortSignal;
};

const clients = new Map<string, PrometheusClient>();

/** The same client for the same variables: its tools share the bound on requests at once. */
export function prometheusClient(environment: PrometheusEnvironment): PrometheusClient {
  const key = JSON.stringify(environment);
  const known = clients.get(key);
  if (known !== undefined) return known;
  const client = createClient(environment);
  clients.set(key, client);
  return client;
}

function createClient(environment: PrometheusEnvironment): PrometheusClient {
  const { PROMETHEUS_URL: url, PROMETHEUS_USER: user, PROMETHEUS_TOKEN: token } = environment;
  const base = url.replace(/\/+$/, '');
  const headers = { accept: 'application/json', ...authorization({ user, token }) };
  const transport = createTransport({
    headers: async () => headers,
    concurrencyMax: 6,
    bucketOf: () => base,
  });
  const send: PrometheusClient['send'] = ({ path, parameters, signal, body }) => {
    const asked = new URL(`${base}/api/v1/${path}?${new URLSearchParams(parameters).toString()}`);
    return transport.send({ url: asked, ...(body === undefined ? {} : { body }) }, signal);
  };
  return {
    serviceLabel: environment.PROMETHEUS_SERVICE_LABEL,
    send,
    ask: async (request, schema) => {
      const { status, text } = await send(request);
      if (status < 200 || status > 299) throw new HttpError(status, text);
      return schema.parse(envelope.parse(JSON.parse(text)).data);
    },
    link: (query) => `${base}/graph?${new URLSearchParams({ 'g0.expr': query, 'g0.tab': '0' }).toString()}`,
    page: (name) => `${base}/${name}`,
  };
}
