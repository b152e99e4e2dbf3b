/** What the lab's writer may change: the pod template and the scale of a Deployment, told to the world as what it means. */
import { z } from 'zod';
import { done, failed, type Result } from '../../core/result.ts';
import { keyOf } from '../dice.ts';
import type { World } from '../world.ts';
import type { Cluster, LabWorkload } from './cluster.ts';
import type { KeptWrite, WriteJournal } from './journal.ts';
import { type LabObject, templateOf } from './object-parts.ts';
import type { LabRevision } from './revisions.ts';

/** The controller notices a change with the next rollout, the autoscaled number when the world has the room. */
const noticedAfterMs = 17_000;
const scaledAfterMs = 80_000;

export type Refusal = { readonly code: 400 | 404 | 409 | 415 | 422; readonly reason: string; readonly message: string };

export type Patch = {
  readonly deployment: string;
  readonly scale: boolean;
  readonly contentType: string;
  readonly body: unknown;
};

/** What was written to one Deployment and is not told by the world. */
type Written = {
  readonly annotations: { readonly [name: string]: string };
  readonly writes: number;
  readonly atMs: number;
  readonly replicas: number | null;
};

export type Writes = {
  /** The Deployment as the API shows it: with what was written, and a version that changes with it. */
  shown(deployment: LabObject, nowMs: number): LabObject;
  /** The Deployment, or its scale, after the patch. */
  patch(cluster: Cluster, patch: Patch, nowMs: number): Result<LabObject, Refusal>;
};

const nothing: Written = { annotations: {}, writes: 0, atMs: 0, replicas: null };

export function createWrites(world: World, journal: WriteJournal): Writes {
  const written = new Map<string, Written>();
  const note = ({ deployment, annotations, atMs, replicas, intervention }: KeptWrite): void => {
    const before = written.get(deployment) ?? nothing;
    const all = { ...before.annotations, ...annotations };
    written.set(deployment, { annotations: all, writes: before.writes + 1, atMs, replicas });
    world.intervene(intervention);
  };
  for (const entry of journal.entries) note(entry);
  const shown = (deployment: LabObject, nowMs: number): LabObject =>
    show(deployment, written.get(deployment.metadata.name) ?? nothing, nowMs);
  return {
    shown,
    patch: (cluster, patch, nowMs) => {
      const found = cluster.objects['deployments']?.find(({ metadata }) => metadata.name === patch.deployment);
      const workload = cluster.workloads.find(({ service }) => service.id === patch.deployment);
      if (found === undefined || workload === undefined) return notFound(patch.deployment);
      const meant = meaningOf(patch, workload, nowMs);
      if (!meant.ok) return meant;
      const now = shown(found, nowMs);
      if (meant.value.resourceVersion !== null && meant.value.resourceVersion !== now.metadata['resourceVersion'])
        return failed({ code: 409, reason: 'Conflict', message: 'the object has been modified; please apply again' });
      const { annotations, replicas, intervention } = meant.value;
      const write = { deployment: patch.deployment, atMs: nowMs, annotations, replicas, intervention };
      journal.append(write);
      note(write);
      const after = shown(found, nowMs);
      return done(patch.scale ? scaleJson(after) : after);
    },
  };
}

const notFound = (name: string): Result<never, Refusal> =>
  failed({ code: 404, reason: 'NotFound', message: `deployments.apps "${name}" not found` });

const specOf = z.looseObject({ replicas: z.number() });
const statusOf = z.looseObject({});
const textRecord = z.record(z.string(), z.string());

function show(deployment: LabObject, { annotations, writes, atMs, replicas }: Written, nowMs: number): LabObject {
  const spec = specOf.parse(deployment['spec']);
  const generation = 3 + writes;
  const isNoticed = nowMs >= atMs + noticedAfterMs;
  const wanted = replicas !== null && nowMs < atMs + scaledAfterMs ? replicas : spec.replicas;
  const body = {
    ...deployment,
    spec: { ...spec, replicas: wanted },
    status: { ...statusOf.parse(deployment['status']), observedGeneration: isNoticed ? generation : generation - 1 },
  };
  return {
    ...body,
    metadata: {
      ...deployment.metadata,
      annotations: { ...textRecord.parse(deployment.metadata['annotations']), ...annotations },
      generation,
      resourceVersion: String(keyOf(JSON.stringify(body), writes)),
    },
  };
}

/** The scale subresource: https://kubernetes.io/docs/reference/kubernetes-api/autoscaling-resources/scale-v1/ */
export const scaleJson = ({ metadata, spec, status }: LabObject): LabObject => ({
  kind: 'Scale',
  apiVersion: 'autoscaling/v1',
  metadata: {
    name: metadata.name,
    namespace: metadata['namespace'],
    resourceVersion: metadata['resourceVersion'],
  },
  spec: { replicas: specOf.parse(spec).replicas },
  status: { replicas: specOf.parse(status).replicas },
});

type Meaning = {
  readonly resourceVersion: string | null;
  readonly annotations: { readonly [name: string]: string };
  readonly replicas: number | null;
  readonly intervention: KeptWrite['intervention'];
};

const scalePatch = z.strictObject({
  metadata: z.strictObject({ resourceVersion: z.string() }).optional(),
  spec: z.strictObject({ replicas: z.int().min(0) }),
});
const restartPatch = z.strictObject({
  metadata: z
    .strictObject({ resourceVersion: z.string().optional(), annotations: textRecord.default({}) })
    .prefault({}),
  spec: z.strictObject({
    template: z.strictObject({
      metadata: z.strictObject({
        annotations: z.strictObject({ 'kubectl.kubernetes.io/restartedAt': z.iso.datetime() }),
      }),
    }),
  }),
});
const operation = z.strictObject({ op: z.literal('replace'), path: z.string(), value: z.json() });

const unprocessable = (message: string): Result<never, Refusal> =>
  failed({ code: 422, reason: 'Invalid', message: `the lab takes this patch only: ${message}` });

function meaningOf(patch: Patch, workload: LabWorkload, nowMs: number): Result<Meaning, Refusal> {
  const { service } = workload;
  const run = (workflow: string, inputs: { readonly [name: string]: string }): KeptWrite['intervention'] => ({
    kind: 'workflow',
    workflow,
    inputs: { service: service.id, ...inputs },
    atMs: nowMs,
  });
  if (patch.contentType === 'application/json-patch+json') return templateMeaning(patch, workload, run);
  if (patch.contentType !== 'application/merge-patch+json')
    return failed({ code: 415, reason: 'UnsupportedMediaType', message: 'send a merge patch or a JSON patch' });
  if (patch.scale) {
    const asked = scalePatch.safeParse(patch.body);
    if (!asked.success) return unprocessable('spec.replicas of a scale');
    const { replicas } = asked.data.spec;
    const intervention = run('scale.yml', { replicas: String(replicas) });
    const resourceVersion = asked.data.metadata?.resourceVersion ?? null;
    return done({ resourceVersion, annotations: {}, replicas, intervention });
  }
  const asked = restartPatch.safeParse(patch.body);
  if (!asked.success) return unprocessable('the annotation restartedAt of the pod template');
  const { resourceVersion = null, annotations } = asked.data.metadata;
  return done({ resourceVersion, annotations, replicas: null, intervention: run('restart.yml', {}) });
}

type Run = (workflow: string, inputs: { readonly [name: string]: string }) => KeptWrite['intervention'];

/** A whole pod template: the one of a revision that is kept, so a roll-back to before what came after it. */
function templateMeaning(patch: Patch, workload: LabWorkload, run: Run): Result<Meaning, Refusal> {
  const asked = z.array(operation).safeParse(patch.body);
  if (!asked.success || patch.scale) return unprocessable('replacements of a Deployment');
  const values = new Map(asked.data.map(({ path, value }) => [path, value]));
  const version = z.string().safeParse(values.get('/metadata/resourceVersion'));
  const annotations = textRecord.safeParse(values.get('/metadata/annotations') ?? {});
  const { revisions, service } = workload;
  const wanted = JSON.stringify(values.get('/spec/template') ?? null);
  const index = revisions.findLastIndex((one) => wanted === JSON.stringify(templateOf(service, one)));
  if (index < 0 || !annotations.success) return unprocessable('the template of a kept revision');
  return done({
    resourceVersion: version.success ? version.data : null,
    annotations: Object.fromEntries(Object.entries(annotations.data).filter(([name]) => name.startsWith('causeway/'))),
    replicas: null,
    intervention: run('roll-back.yml', rollBackTo(revisions, index)),
  });
}

function rollBackTo(revisions: readonly LabRevision[], index: number): { readonly [name: string]: string } {
  const after = revisions.slice(index + 1).flatMap(({ pull }) => (pull === null ? [] : [pull]))[0];
  const newest = revisions.flatMap(({ pull }) => (pull === null ? [] : [pull])).at(-1);
  const named = after ?? newest;
  return {
    repository: named?.repository ?? '',
    pull: String(named?.number ?? 0),
    version: after === undefined ? 'newest' : 'before',
  };
}
