/** The Kubernetes API of the shop's cluster: lists with `limit` and `continue`, single objects, logs; a writer of its own may restart, roll back and scale. */
import { answerReview, writerReads } from './kubernetes/access.ts';
import { type Cluster, type ClusterWorld, clusterAt } from './kubernetes/cluster.ts';
import { forgetfulWrites, openWriteJournal } from './kubernetes/journal.ts';
import { namespace } from './kubernetes/names.ts';
import type { LabObject } from './kubernetes/object-parts.ts';
import { readLabLog } from './kubernetes/pod-logs.ts';
import { createWrites, scaleJson, type Writes } from './kubernetes/writes.ts';
import {
  decodeToken,
  encodeToken,
  jsonAnswer,
  type RunningVendor,
  readJson,
  startVendorServer,
  type VendorAnswer,
  type VendorOptions,
  type VendorRequest,
} from './vendor-http.ts';

export type KubernetesOptions = VendorOptions &
  Pick<ClusterWorld, 'history'> & {
    /** Where writes are kept so that the cluster comes back as it was; absent or null forgets them. */
    readonly stateDirectory?: string | null;
  };

const token = 'lab-kubernetes-reader';
const writeToken = 'lab-kubernetes-writer';

function status(code: number, reason: string, message: string): VendorAnswer {
  return jsonAnswer(code, { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason, message, code });
}

/** Served although the shop has none of them: an empty list is an answer, 404 is not. */
const emptyResources = [
  'statefulsets',
  'daemonsets',
  'controllerrevisions',
  'persistentvolumeclaims',
  'jobs',
  'cronjobs',
];

const namespaced = new RegExp(
  `^/(?:api/v1|apis/(?:apps|batch)/v1|apis/autoscaling/v2|apis/discovery\\.k8s\\.io/v1)/namespaces/${namespace}/([a-z]+)(?:/([a-z0-9.-]+))?(/log|/scale)?$`,
  'u',
);
const nodes = /^\/api\/v1\/(nodes)(?:\/([a-z0-9.-]+))?()$/u;

/** Field selectors as this API server knows them for events; label selectors by equality. */
function selects({ metadata, type, involvedObject }: LabObject, query: URLSearchParams): boolean {
  const known: { readonly [field: string]: string | undefined } = {
    type,
    'involvedObject.name': involvedObject?.name,
    'involvedObject.kind': involvedObject?.kind,
    'metadata.name': metadata.name,
  };
  return (
    pairs(query.get('fieldSelector')).every(([field, value]) => known[field] === value) &&
    pairs(query.get('labelSelector')).every(([label, value]) => metadata.labels?.[label] === value)
  );
}

const pairs = (selector: string | null): readonly (readonly [string, string])[] =>
  (selector ?? '')
    .split(',')
    .filter((part) => part.includes('='))
    .map((part) => [part.slice(0, part.indexOf('=')), part.slice(part.indexOf('=') + 1)]);

function list(objects: readonly LabObject[], query: URLSearchParams): VendorAnswer {
  const matching = objects.filter((object) => selects(object, query));
  const from = query.has('continue') ? Number(decodeToken(query.get('continue') ?? '')) : 0;
  if (!Number.isInteger(from) || from < 0) return status(400, 'BadRequest', 'continue key is not valid');
  const limit = Number(query.get('limit') ?? 0) || matching.length;
  const left = matching.length - from - limit;
  const more = left > 0 ? { continue: encodeToken(from + limit), remainingItemCount: left } : {};
  return jsonAnswer(200, {
    kind: 'List',
    apiVersion: 'v1',
    metadata: { resourceVersion: '1', ...more },
    items: matching.slice(from, from + limit),
  });
}

type Lab = {
  readonly clusterWorld: ClusterWorld;
  cluster(): Cluster;
  readonly nowMs: () => number;
  readonly writes: Writes;
};

/** Deployments carry what was written to them. */
function heldBy(lab: Lab, resource: string): readonly LabObject[] | undefined {
  // Read first: what is told of the change must not be ahead of the cluster.
  const nowMs = lab.nowMs();
  const held = lab.cluster().objects[resource];
  return resource === 'deployments' ? held?.map((each) => lab.writes.shown(each, nowMs)) : held;
}

function answerRead(lab: Lab, { path, query }: VendorRequest): VendorAnswer {
  const [, resource = '', name, part] = namespaced.exec(path) ?? nodes.exec(path) ?? [];
  const held = heldBy(lab, resource) ?? (emptyResources.includes(resource) ? [] : undefined);
  if (held === undefined) return status(404, 'NotFound', 'the server could not find the requested resource');
  if (name === undefined) return list(held, query);
  if (part === '/log') {
    const read = readLabLog(lab.clusterWorld.world, lab.cluster(), { name, query, nowMs: lab.nowMs() });
    if (read.status === 200) return { status: 200, headers: { 'content-type': 'text/plain' }, body: read.text };
    return status(read.status, read.status === 404 ? 'NotFound' : 'BadRequest', read.text);
  }
  const found = held.find(({ metadata }) => metadata.name === name);
  if (found === undefined) return status(404, 'NotFound', `${resource} "${name}" not found`);
  return jsonAnswer(200, part === '/scale' ? scaleJson(found) : found);
}

/** The writer's own account: what it changes, and the reads that belong to it. */
function answerWriter(lab: Lab, request: VendorRequest): VendorAnswer {
  const { method, path, headers, body } = request;
  const [, resource = '', name, part] = namespaced.exec(path) ?? [];
  if (method === 'GET' && writerReads.includes(resource)) return answerRead(lab, request);
  const review = reviewed(request, 'writer');
  if (review !== null) return review;
  const isPatch = method === 'PATCH' && resource === 'deployments' && name !== undefined;
  if (!isPatch) return status(403, 'Forbidden', 'the writer may restart, roll back and scale Deployments');
  const contentType = headers['content-type']?.split(';')[0] ?? '';
  const asked = { deployment: name, scale: part === '/scale', contentType, body: readJson(body) };
  const patched = lab.writes.patch(lab.cluster(), asked, lab.nowMs());
  if (patched.ok) return jsonAnswer(200, patched.value);
  return status(patched.failure.code, patched.failure.reason, patched.failure.message);
}

function answer(lab: Lab, request: VendorRequest): VendorAnswer {
  if (request.headers.authorization === `Bearer ${writeToken}`) return answerWriter(lab, request);
  if (request.headers.authorization !== `Bearer ${token}`) return status(401, 'Unauthorized', 'Unauthorized');
  if (request.method === 'GET' && request.path === '/version') return jsonAnswer(200, { gitVersion: 'v1.35.2' });
  if (request.method === 'GET') return answerRead(lab, request);
  return reviewed(request, 'reader') ?? status(403, 'Forbidden', 'the reader cannot write');
}

/** What an account asks about itself; null for any other request. */
function reviewed({ method, path, body }: VendorRequest, account: 'reader' | 'writer'): VendorAnswer | null {
  const review = /^\/apis\/authorization\.k8s\.io\/v1\/(selfsubject(?:rules|access)reviews)$/u.exec(path)?.[1];
  if (review === undefined || method !== 'POST') return null;
  const said = answerReview(review, readJson(body), account);
  return said === null ? status(400, 'BadRequest', 'the review is not valid') : jsonAnswer(201, said);
}

/** One look asks a dozen lists within a second: they all see the same moment. */
function remembered({ world, history }: ClusterWorld, nowMs: () => number): () => Cluster {
  let known: { readonly key: string; readonly cluster: Cluster } | null = null;
  return () => {
    const secondMs = Math.floor(nowMs() / 1_000) * 1_000;
    const key = `${secondMs} ${world.interventions().length}`;
    if (known?.key !== key) known = { key, cluster: clusterAt({ world, history }, secondMs) };
    return known.cluster;
  };
}

export async function startKubernetes(options: KubernetesOptions): Promise<RunningVendor> {
  const { world, history, nowMs, port, stateDirectory = null } = options;
  const clusterWorld = { world, history };
  const journal = stateDirectory === null ? forgetfulWrites : await openWriteJournal(stateDirectory);
  const writes = createWrites(world, journal);
  const lab: Lab = { clusterWorld, cluster: remembered(clusterWorld, nowMs), nowMs, writes };
  const server = await startVendorServer(port, (request) => answer(lab, request));
  return {
    ...server,
    close: async () => {
      await server.close();
      journal.close();
    },
    environment: {
      KUBERNETES_API_URL: server.url,
      KUBERNETES_TOKEN: token,
      KUBERNETES_WRITE_TOKEN: writeToken,
      KUBERNETES_NAMESPACES: namespace,
    },
  };
}
