/**
 * The parts of Kubernetes' objects that are read, and no other: environment variables and commands of a pod's
 * specification come over the wire and are dropped here. https://kubernetes.io/docs/reference/kubernetes-api/
 */
import { z } from 'zod';

const instant = z
  .string()
  .transform((written) => Date.parse(written))
  .refine(Number.isFinite);
const maybeInstant = instant.nullish().transform((atMs) => atMs ?? null);
const word = z.string().nullish();
const text = word.transform((value) => value ?? '');
const count = z
  .number()
  .nullish()
  .transform((value) => value ?? 0);
const labels = z
  .record(z.string(), z.string())
  .nullish()
  .transform((value) => value ?? {});
const listOf = <Item extends z.ZodType>(item: Item) =>
  z
    .array(item)
    .nullish()
    .transform((items) => items ?? []);

/** Only these: `last-applied-configuration` holds environment variables. */
const annotations = z
  .object({
    'deployment.kubernetes.io/revision': z.string().optional(),
    'kubectl.kubernetes.io/restartedAt': z.string().optional(),
    'kubernetes.io/change-cause': z.string().optional(),
    'org.opencontainers.image.revision': z.string().optional(),
    'org.opencontainers.image.source': z.string().optional(),
    'app.kubernetes.io/owner': z.string().optional(),
    owner: z.string().optional(),
    team: z.string().optional(),
  })
  .nullish()
  .transform((value) => value ?? {});

const metadata = z.object({
  name: z.string(),
  namespace: text,
  creationTimestamp: maybeInstant,
  deletionTimestamp: maybeInstant,
  deletionGracePeriodSeconds: count,
  labels,
  annotations,
  ownerReferences: listOf(z.object({ kind: z.string(), name: z.string() })),
  finalizers: listOf(z.string()),
});

const condition = z.object({
  type: z.string(),
  status: z.string(),
  reason: text,
  message: text,
  lastTransitionTime: maybeInstant,
  lastUpdateTime: maybeInstant,
});
export type Condition = z.output<typeof condition>;
const conditions = listOf(condition);

const containers = listOf(z.object({ name: z.string(), image: text }));
const template = z.object({
  metadata: z.object({ labels, annotations }).nullish(),
  spec: z.object({ containers }),
});

const terminated = z.object({ reason: text, exitCode: z.number(), startedAt: maybeInstant, finishedAt: maybeInstant });
const containerState = z
  .object({
    waiting: z.object({ reason: text, message: text }).nullish(),
    running: z.object({ startedAt: maybeInstant }).nullish(),
    terminated: terminated.nullish(),
  })
  .nullish();
const containerStatus = z.object({
  name: z.string(),
  image: text,
  ready: z.boolean().nullish(),
  restartCount: count,
  state: containerState,
  lastState: containerState,
});
export type ContainerStatus = z.output<typeof containerStatus>;

export const podObject = z.object({
  metadata,
  spec: z.object({
    nodeName: text,
    containers,
    volumes: listOf(z.object({ persistentVolumeClaim: z.object({ claimName: z.string() }).nullish() })),
  }),
  status: z.object({
    phase: text,
    reason: text,
    message: text,
    conditions,
    containerStatuses: listOf(containerStatus),
    initContainerStatuses: listOf(containerStatus),
  }),
});
export type Pod = z.output<typeof podObject>;

/** A Deployment, StatefulSet or DaemonSet: each fills its own counts. */
export const workloadObject = z.object({
  metadata,
  spec: z.object({
    replicas: z.number().nullish(),
    paused: z.boolean().nullish(),
    selector: z.object({ matchLabels: labels }).nullish(),
    template,
  }),
  status: z
    .object({
      replicas: count,
      updatedReplicas: count,
      readyReplicas: count,
      desiredNumberScheduled: count,
      numberReady: count,
      updatedNumberScheduled: count,
      currentRevision: text,
      updateRevision: text,
      conditions,
    })
    .prefault({}),
});
export type WorkloadObject = z.output<typeof workloadObject>;

export const replicaSetObject = z.object({
  metadata,
  spec: z.object({ replicas: count, template }),
  status: z.object({ replicas: count, readyReplicas: count, conditions }).prefault({}),
});
export type ReplicaSet = z.output<typeof replicaSetObject>;

/** `data` is the whole template of a StatefulSet or DaemonSet at that revision. */
export const revisionObject = z.object({
  metadata,
  revision: z.number(),
  data: z.object({ spec: z.object({ template: template.nullish() }).nullish() }).nullish(),
});
export type Revision = z.output<typeof revisionObject>;

export const eventObject = z.object({
  involvedObject: z.object({ kind: text, name: text, fieldPath: text }),
  reason: text,
  message: text,
  type: text,
  count: z.number().nullish(),
  firstTimestamp: maybeInstant,
  lastTimestamp: maybeInstant,
  eventTime: maybeInstant,
  series: z.object({ count: count, lastObservedTime: maybeInstant }).nullish(),
  metadata: z.object({ creationTimestamp: maybeInstant }).prefault({}),
});
type EventObject = z.output<typeof eventObject>;

export const autoscalerObject = z.object({
  metadata,
  spec: z.object({
    scaleTargetRef: z.object({ kind: z.string(), name: z.string() }),
    minReplicas: z.number().nullish(),
    maxReplicas: z.number(),
  }),
  status: z.object({ currentReplicas: count, desiredReplicas: count, conditions }).prefault({}),
});
export type Autoscaler = z.output<typeof autoscalerObject>;

export const serviceObject = z.object({ metadata, spec: z.object({ selector: labels, type: text }) });
export type ServiceObject = z.output<typeof serviceObject>;

export const sliceObject = z.object({
  metadata,
  endpoints: listOf(z.object({ conditions: z.object({ ready: z.boolean().nullish() }).nullish() })),
});
export type EndpointSlice = z.output<typeof sliceObject>;

export const claimObject = z.object({
  metadata,
  spec: z.object({ storageClassName: text }),
  status: z.object({ phase: text, conditions }).prefault({}),
});
export type Claim = z.output<typeof claimObject>;

export const jobObject = z.object({
  metadata,
  status: z.object({ active: count, succeeded: count, failed: count, conditions }).prefault({}),
});
export type Job = z.output<typeof jobObject>;

export const cronJobObject = z.object({
  metadata,
  spec: z.object({ schedule: text, suspend: z.boolean().nullish() }),
  status: z.object({ lastScheduleTime: maybeInstant, lastSuccessfulTime: maybeInstant }).prefault({}),
});
export type CronJob = z.output<typeof cronJobObject>;

export const nodeObject = z.object({
  metadata,
  spec: z.object({ unschedulable: z.boolean().nullish() }).prefault({}),
  status: z.object({ conditions }).prefault({}),
});
export type Node = z.output<typeof nodeObject>;

/** An event with its two ways of counting joined: client-go's `count` and the newer `series`. */
export type ClusterEvent = {
  readonly kind: string;
  readonly name: string;
  readonly container: string | null;
  readonly reason: string;
  readonly message: string;
  readonly warning: boolean;
  readonly count: number;
  readonly firstMs: number | null;
  readonly lastMs: number | null;
};

export function readEvent(event: EventObject): ClusterEvent {
  const born = event.eventTime ?? event.metadata.creationTimestamp;
  return {
    kind: event.involvedObject.kind,
    name: event.involvedObject.name,
    container: /\{([^}]+)\}/u.exec(event.involvedObject.fieldPath)?.[1] ?? null,
    reason: event.reason,
    message: event.message,
    warning: event.type === 'Warning',
    count: event.series?.count ?? event.count ?? 1,
    firstMs: event.firstTimestamp ?? born,
    lastMs: event.series?.lastObservedTime ?? event.lastTimestamp ?? born,
  };
}

export const conditionOf = (list: readonly Condition[], type: string): Condition | null =>
  list.find((one) => one.type === type) ?? null;
