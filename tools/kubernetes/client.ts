/**
 * Kubernetes' HTTP API, the reads we use and the two self reviews: https://kubernetes.io/docs/reference/using-api/.
 * The official client brings a tree of its own and every write there is; this one cannot write.
 */
import { z } from 'zod';
import type { Json } from '../../src/core/json.ts';
import type { Refusal } from '../reading/failure.ts';
import { HttpError, httpRefusal } from '../reading/http-error.ts';
import { createTransport, type Received, type Transport } from '../reading/transport.ts';
import { type KubernetesEnvironment, signInOf } from './environment.ts';
import { followFile, IdentityFileError } from './identity-file.ts';

type Parameters = { readonly [name: string]: string };

export type ListRequest<Item extends z.ZodType> = {
  /** After the address, such as `/api/v1/namespaces/shop/pods`. */
  readonly path: string;
  readonly parameters?: Parameters;
  readonly item: Item;
  readonly signal: AbortSignal;
};
export type Listed<Item> = { readonly items: readonly Item[]; readonly truncated: boolean };

export type KubernetesClient = {
  /** Every item, page by page, up to a bound. Rejects as `kubernetesRefusal` reads it, as do the others. */
  list<Item extends z.ZodType>(request: ListRequest<Item>): Promise<Listed<z.output<Item>>>;
  get<Schema extends z.ZodType>(path: string, schema: Schema, signal: AbortSignal): Promise<z.output<Schema>>;
  /** Plain text: logs. */
  text(path: string, parameters: Parameters, signal: AbortSignal): Promise<string>;
  /** A review of our own permissions: it changes nothing. */
  review<Schema extends z.ZodType>(request: ReviewRequest, schema: Schema): Promise<z.output<Schema>>;
  /** Any answer of a GET, or of a DELETE that is only tried. */
  send(path: string, signal: AbortSignal, method?: 'DELETE'): Promise<Received>;
  /** The page of a workload: of the configured web interface, else of the API itself. */
  link(place: Place): string;
};
type ReviewRequest = {
  readonly kind: 'SelfSubjectRulesReview' | 'SelfSubjectAccessReview';
  readonly spec: Json;
  readonly signal: AbortSignal;
};
/** `path`: what was read, for where there is no web interface. */
export type Place = { readonly namespace: string; readonly workload: string | null; readonly path: string };

const clients = new Map<string, KubernetesClient>();

/** The same client for the same variables: its tools share the bound on requests at once. */
export function kubernetesClient(environment: KubernetesEnvironment): KubernetesClient {
  const key = JSON.stringify(environment);
  const known = clients.get(key);
  if (known !== undefined) return known;
  const client = createClient(environment);
  clients.set(key, client);
  return client;
}

function createClient(environment: KubernetesEnvironment): KubernetesClient {
  const { apiUrl, token, authorityFile } = signInOf(environment);
  const readToken = 'text' in token ? async () => token.text : followFile(token.file);
  const transport = createTransport({
    headers: async () => ({ accept: 'application/json, */*', authorization: `Bearer ${await readToken()}` }),
    concurrencyMax: 8,
    // Priority and fairness queues a whole user, not one resource.
    bucketOf: ({ url }) => url.host,
    ...(authorityFile === null ? {} : { certificateAuthority: followFile(authorityFile) }),
  });
  const address = (path: string, parameters: Parameters = {}): URL => {
    const query = new URLSearchParams(parameters).toString();
    return new URL(`${apiUrl}${path}${query === '' ? '' : `?${query}`}`);
  };
  return {
    list: (request) => listAll({ transport, address: (parameters) => address(request.path, parameters), request }),
    get: (path, schema, signal) => transport.ask({ url: address(path) }, schema, signal),
    text: async (path, parameters, signal) => {
      const answer = await transport.send({ url: address(path, parameters) }, signal);
      if (answer.status !== 200) throw new HttpError(answer.status, answer.text);
      return answer.text;
    },
    review: ({ kind, spec, signal }, schema) => {
      const body = JSON.stringify({ apiVersion: 'authorization.k8s.io/v1', kind, spec });
      const url = address(`/apis/authorization.k8s.io/v1/${kind.toLowerCase()}s`);
      return transport.ask({ url, body }, schema, signal);
    },
    send: (path, signal, method) => transport.send({ url: address(path), ...(method && { method }) }, signal),
    link: ({ namespace, workload, path }) => {
      const page = environment.KUBERNETES_WEB_URL;
      if (page === undefined || workload === null) return address(path).href;
      return new URL(page.replaceAll('{namespace}', namespace).replaceAll('{workload}', workload)).href;
    },
  };
}

const pageSize = 250;
const pagesMax = 8;
const restartsMax = 3;

const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.object({ metadata: z.object({ continue: z.string().optional() }).optional(), items: z.array(item) });

type Paging<Item extends z.ZodType> = {
  readonly transport: Transport;
  readonly address: (parameters: Parameters) => URL;
  readonly request: ListRequest<Item>;
};

/** A continue token lives about five minutes; one that expired answers 410 and the list begins again. */
async function listAll<Item extends z.ZodType>(paging: Paging<Item>): Promise<Listed<z.output<Item>>> {
  for (let restarts = 0; restarts < restartsMax; restarts += 1) {
    const listed = await listOnce(paging);
    if (listed !== 'expired') return listed;
  }
  throw new HttpError(410, '');
}

async function listOnce<Item extends z.ZodType>({ transport, address, request }: Paging<Item>) {
  const { parameters = {}, item, signal } = request;
  const schema = pageOf(item);
  const items: z.output<Item>[] = [];
  let next: string | undefined;
  for (let page = 0; page < pagesMax; page += 1) {
    const paging = { limit: String(pageSize), ...(next === undefined ? {} : { continue: next }) };
    const asked = transport.ask({ url: address({ ...parameters, ...paging }) }, schema, signal);
    const answer = await asked.catch((error: unknown) => {
      if (next !== undefined && isExpired(error)) return 'expired' as const;
      throw error;
    });
    if (answer === 'expired') return answer;
    items.push(...answer.items);
    next = answer.metadata?.continue || undefined;
    if (next === undefined) return { items, truncated: false };
  }
  return { items, truncated: true };
}

const isExpired = (error: unknown): boolean => error instanceof HttpError && error.status === 410;

const refused = z.object({ kind: z.literal('Status'), reason: z.string().regex(/^[A-Za-z]{1,60}$/u) });

/** By HTTP status, with the `reason` of Kubernetes' own Status. Null: not a vendor's answer, so a bug. */
export function kubernetesRefusal(error: unknown, signal: AbortSignal): Refusal | null {
  if (error instanceof IdentityFileError) return { kind: 'unauthorised', code: `token or CA file: ${error.code}` };
  const refusal = httpRefusal(error, signal);
  if (refusal === null || !(error instanceof HttpError) || !('code' in refusal)) return refusal;
  const said = refused.safeParse(readJson(error.body));
  return said.success ? { ...refusal, code: `${error.status} ${said.data.reason}` } : refusal;
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
