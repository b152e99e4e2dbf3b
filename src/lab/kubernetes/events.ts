/** What controllers and kubelets said about one workload in the last hour; older events are gone. */
import type { LabWorkload } from './cluster.ts';
import { generatedName, namespace } from './names.ts';
import { type LabObject, stamp } from './object-parts.ts';
import { evictionMessage } from './pod-object.ts';
import type { LabPod } from './pods.ts';

const keptMs = 3_600_000;

type Said = {
  readonly kind: 'Pod' | 'Deployment' | 'HorizontalPodAutoscaler';
  readonly name: string;
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
  readonly component: string;
  readonly firstMs: number;
  readonly lastMs: number;
  readonly count: number;
};

export function eventsOf(workload: LabWorkload, nowMs: number): readonly LabObject[] {
  const { service, pods, evicted } = workload;
  const said = [
    ...scalings(workload),
    ...pods.flatMap((pod) => podEvents(service.id, pod)),
    ...(evicted === null
      ? []
      : [
          once({
            name: evicted.name,
            reason: 'Evicted',
            message: evictionMessage(service),
            atMs: evicted.sinceMs,
            type: 'Warning',
          }),
        ]),
  ];
  return said
    .filter(({ firstMs, lastMs }) => firstMs <= nowMs && lastMs > nowMs - keptMs)
    .map((event) => eventJson({ ...event, lastMs: Math.min(event.lastMs, nowMs) }));
}

type Once = {
  readonly name: string;
  readonly reason: string;
  readonly message: string;
  readonly atMs: number;
  readonly type?: Said['type'];
  readonly component?: string;
  readonly kind?: Said['kind'];
};

const once = ({ atMs, type = 'Normal', component = 'kubelet', kind = 'Pod', ...said }: Once): Said => ({
  ...said,
  kind,
  type,
  component,
  firstMs: atMs,
  lastMs: atMs,
  count: 1,
});

function scalings({ service, revisions, replicas }: LabWorkload): readonly Said[] {
  return revisions.flatMap((revision, index) => {
    const before = revisions[index - 1];
    const says = (message: string, atMs: number) =>
      once({
        name: service.id,
        kind: 'Deployment',
        component: 'deployment-controller',
        reason: 'ScalingReplicaSet',
        message,
        atMs,
      });
    return [
      says(`Scaled up replica set ${revision.replicaSet} from 0 to ${replicas}`, revision.startedMs),
      ...(before ? [says(`Scaled down replica set ${before.replicaSet} from ${replicas} to 0`, revision.liveMs)] : []),
    ];
  });
}

function podEvents(container: string, pod: LabPod): readonly Said[] {
  const { name, createdMs, endings, revision, node } = pod;
  const backing = endings.slice(1);
  const first = backing[0];
  return [
    once({
      name,
      reason: 'Scheduled',
      message: `Successfully assigned ${namespace}/${name} to ${node}`,
      atMs: createdMs,
      component: 'default-scheduler',
    }),
    once({
      name,
      reason: 'Pulled',
      message: `Successfully pulled image "${revision.image}" in 1.9s`,
      atMs: createdMs + 2_000,
    }),
    {
      ...once({ name, reason: 'Started', message: `Started container ${container}`, atMs: createdMs + 3_000 }),
      lastMs: (endings.at(-1)?.atMs ?? createdMs) + 3_000,
      count: endings.length + 1,
    },
    ...(first === undefined
      ? []
      : [
          {
            ...once({
              name,
              type: 'Warning',
              reason: 'BackOff',
              message: `Back-off restarting failed container ${container} in pod ${name}_${namespace}`,
              atMs: first.atMs + 1_000,
            }),
            lastMs: (backing.at(-1)?.atMs ?? first.atMs) + 5_000,
            count: backing.length * 3,
          },
        ]),
  ];
}

const eventJson = ({ kind, name, firstMs, lastMs, component, ...said }: Said): LabObject => ({
  metadata: {
    name: `${name}.${generatedName(16, name, said.reason, firstMs)}`,
    namespace,
    creationTimestamp: stamp(firstMs),
  },
  involvedObject: { kind, namespace, name },
  ...said,
  firstTimestamp: stamp(firstMs),
  lastTimestamp: stamp(lastMs),
  source: { component },
  reportingComponent: component,
});
