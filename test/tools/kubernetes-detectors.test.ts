/** Every detector on objects as an API server answers them: what it must see, and what it must leave alone. */
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { serviceById } from '../../src/core/catalogue.ts';
import { findProblems } from '../../tools/kubernetes/find-problems.ts';
import {
  autoscalerObject,
  claimObject,
  cronJobObject,
  eventObject,
  jobObject,
  nodeObject,
  podObject,
  readEvent,
  replicaSetObject,
  serviceObject,
  sliceObject,
  workloadObject,
} from '../../tools/kubernetes/objects.ts';
import { sceneOf } from '../../tools/kubernetes/scene.ts';
import {
  about,
  autoscaler,
  condition,
  container,
  deployment,
  ended,
  event,
  healthy,
  illPod,
  node,
  type Objects,
  pod,
  podName,
  replicaSet,
  service,
  slice,
  waiting,
} from './kubernetes-cluster.ts';
import { at, catalogue, nowMs } from './shop.ts';

function problemsOf(more: Objects) {
  const given = { ...healthy, ...more };
  const read = <Item extends z.ZodType>(resource: string, item: Item) => z.array(item).parse(given[resource] ?? []);
  const checkout = serviceById(catalogue, 'checkout');
  if (checkout === undefined) throw new Error('the shop has no checkout');
  const objects = {
    namespace: 'shop',
    pods: read('pods', podObject),
    workloads: [
      ...read('deployments', workloadObject).map((object) => ({ kind: 'Deployment' as const, object })),
      ...read('statefulsets', workloadObject).map((object) => ({ kind: 'StatefulSet' as const, object })),
      ...read('daemonsets', workloadObject).map((object) => ({ kind: 'DaemonSet' as const, object })),
    ],
    replicaSets: read('replicasets', replicaSetObject),
    events: read('events', eventObject).map(readEvent),
    autoscalers: read('horizontalpodautoscalers', autoscalerObject),
    services: read('services', serviceObject),
    slices: read('endpointslices', sliceObject),
    claims: read('persistentvolumeclaims', claimObject),
    jobs: read('jobs', jobObject),
    cronJobs: read('cronjobs', cronJobObject),
    unread: [],
  };
  return findProblems(sceneOf(checkout, 'checkout', { objects, nodes: read('nodes', nodeObject), nowMs }));
}

const pods = (...list: readonly unknown[]): Objects => ({ pods: list });
const running = (more: object) => pod({ status: { containerStatuses: [container({ ...more })] } });
const pending = (more: object) => illPod({ phase: 'Pending', containerStatuses: [], ...more });
const pull = waiting('ImagePullBackOff', 'Back-off pulling image "registry.test/shop/checkout:nope": manifest unknown');
const claim = (phase: string, conditions: readonly object[] = []) => ({
  metadata: { name: 'data-checkout-0', creationTimestamp: at(30) },
  spec: { storageClassName: 'fast' },
  status: { phase, conditions },
});
const claiming = (phase: string) =>
  pod({
    metadata: { name: 'checkout-0', ownerReferences: [{ kind: 'StatefulSet', name: 'checkout' }] },
    spec: { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data-checkout-0' } }] },
    status: { phase },
  });
const job = (status: object, metadata: object = {}) => ({
  metadata: { name: 'checkout-28391820', creationTimestamp: at(40), ...metadata },
  status,
});
const cron = (spec: object = {}) => ({
  metadata: { name: 'checkout' },
  spec: { schedule: '*/10 * * * *', ...spec },
  status: { lastScheduleTime: at(90) },
});
const quota =
  'pods "checkout-5d4f8c7b9-" is forbidden: exceeded quota: compute, requested: limits.memory=512Mi, used: limits.memory=4Gi, limited: limits.memory=4Gi';
const unschedulable =
  '0/5 nodes are available: 3 Insufficient cpu, 2 node(s) had untolerated taint {dedicated: batch}.';
const limited = (status: string, reason: string) =>
  condition('ScalingLimited', status, { reason, message: 'the desired count is more than the maximum' });

describe.each<{ problem: string; objects: Objects; says: RegExp; severity: number }>([
  {
    problem: 'crash-loop',
    objects: pods(
      illPod({ containerStatuses: [waiting('CrashLoopBackOff', 'back-off 5m0s', { lastState: ended('Error', 1) })] }),
    ),
    says: /container checkout keeps ending soon.*CrashLoopBackOff: back-off 5m0s; last end: Error, exit code 1/u,
    severity: 3,
  },
  {
    problem: 'out-of-memory',
    objects: pods(running({ restartCount: 1, lastState: ended('OOMKilled', 137) })),
    says: /killed at its memory limit: OOMKilled, exit code 137, restarts 1/u,
    severity: 3,
  },
  {
    problem: 'image-pull',
    objects: pods(illPod({ containerStatuses: [pull] })),
    says: /cannot get its image: ImagePullBackOff.*manifest unknown/u,
    severity: 3,
  },
  {
    problem: 'image-pull',
    objects: pods(illPod({ initContainerStatuses: [waiting('ErrImagePull', 'i/o timeout', { name: 'migrate' })] })),
    says: /container migrate cannot get/u,
    severity: 3,
  },
  {
    problem: 'container-config',
    objects: pods(
      illPod({ containerStatuses: [waiting('CreateContainerConfigError', 'secret "card-keys" not found')] }),
    ),
    says: /cannot be started as configured: CreateContainerConfigError: secret "card-keys" not found/u,
    severity: 3,
  },
  {
    problem: 'restarts',
    objects: pods(running({ restartCount: 3, lastState: ended('Error', 1) })),
    says: /restarted 3 times; last end: Error, exit code 1/u,
    severity: 2,
  },
  {
    problem: 'init-failing',
    objects: pods(
      illPod({ initContainerStatuses: [container({ name: 'migrate', ready: false, state: ended('Error', 2) })] }),
    ),
    says: /init container migrate fails.*exit code 2 Error/u,
    severity: 3,
  },
  {
    problem: 'unschedulable',
    objects: pods(
      pending({
        conditions: [condition('PodScheduled', 'False', { reason: 'Unschedulable', message: unschedulable })],
      }),
    ),
    says: /finds no node to run on: Unschedulable: 0\/5 nodes.*3 Insufficient cpu, 2 node\(s\) had untolerated taint/u,
    severity: 3,
  },
  {
    problem: 'evicted',
    objects: pods(
      pod({
        status: {
          phase: 'Failed',
          reason: 'Evicted',
          message: 'The node was low on resource: memory.',
          conditions: [condition('DisruptionTarget', 'True')],
          containerStatuses: [],
        },
      }),
    ),
    says: /was evicted from its node: The node was low on resource: memory/u,
    severity: 2,
  },
  {
    problem: 'evicted',
    objects: {
      events: [
        event('Evicted', 'The node had condition: [DiskPressure].', {
          involvedObject: about('Pod', 'checkout-5d4f8c7b9-gg77q'),
        }),
      ],
    },
    says: /DiskPressure/u,
    severity: 2,
  },
  {
    problem: 'quota-exceeded',
    objects: {
      replicasets: [
        replicaSet(
          {},
          { status: { conditions: [condition('ReplicaFailure', 'True', { reason: 'FailedCreate', message: quota })] } },
        ),
      ],
    },
    says: /quota of the namespace is used up:.*limits.memory=4Gi/u,
    severity: 3,
  },
  {
    problem: 'cannot-create',
    objects: {
      events: [
        event('FailedCreate', 'serviceaccount "checkout" not found', {
          involvedObject: about('ReplicaSet', 'checkout-5d4f8c7b9'),
        }),
      ],
    },
    says: /serviceaccount "checkout" not found/u,
    severity: 3,
  },
  {
    problem: 'liveness-failing',
    objects: { events: [event('Unhealthy', 'Liveness probe failed: HTTP probe failed with statuscode: 500')] },
    says: /\(8 times\): Liveness probe failed: HTTP probe failed with statuscode: 500/u,
    severity: 1,
  },
  {
    problem: 'readiness-failing',
    objects: { ...pods(illPod({})), events: [event('Unhealthy', 'Readiness probe failed: context deadline exceeded')] },
    says: /gets no traffic/u,
    severity: 3,
  },
  {
    problem: 'startup-failing',
    objects: { ...pods(illPod({})), events: [event('Unhealthy', 'Startup probe failed: connection refused')] },
    says: /fails its startup probe/u,
    severity: 3,
  },
  {
    problem: 'node-not-ready',
    objects: {
      nodes: [
        node(
          condition('Ready', 'Unknown', {
            reason: 'NodeStatusUnknown',
            message: 'Kubelet stopped posting node status.',
          }),
        ),
      ],
    },
    says: /Ready is Unknown.*Kubelet stopped posting/u,
    severity: 3,
  },
  {
    problem: 'node-pressure',
    objects: {
      nodes: [
        node(condition('Ready', 'True'), condition('DiskPressure', 'True', { reason: 'KubeletHasDiskPressure' })),
      ],
    },
    says: /DiskPressure is True/u,
    severity: 2,
  },
  {
    problem: 'claim-not-bound',
    objects: {
      ...pods(claiming('Pending')),
      persistentvolumeclaims: [claim('Pending')],
      events: [
        event('ProvisioningFailed', 'quota of volumes used up', {
          involvedObject: about('PersistentVolumeClaim', 'data-checkout-0'),
        }),
      ],
    },
    says: /is Pending \(storage class fast\).*ProvisioningFailed: quota of volumes/u,
    severity: 3,
  },
  {
    problem: 'claim-not-grown',
    objects: {
      ...pods(claiming('Running')),
      persistentvolumeclaims: [
        claim('Bound', [
          condition('FileSystemResizePending', 'True', { message: 'waiting for user to restart a pod' }),
        ]),
      ],
    },
    says: /was to grow and has not: FileSystemResizePending/u,
    severity: 2,
  },
  {
    problem: 'mount-failing',
    objects: {
      ...pods(pending({})),
      events: [event('FailedMount', 'MountVolume.SetUp failed for volume "keys": secret "card-keys" not found')],
    },
    says: /cannot be mounted \(8 times\): FailedMount/u,
    severity: 3,
  },
  {
    problem: 'rollout-stuck',
    objects: {
      deployments: [
        deployment({
          status: {
            updatedReplicas: 1,
            conditions: [
              condition('Progressing', 'False', {
                reason: 'ProgressDeadlineExceeded',
                message: 'ReplicaSet "checkout-5d4f8c7b9" has timed out progressing.',
              }),
            ],
          },
        }),
      ],
    },
    says: /does not end, 1 of 4 pods have the new version: ProgressDeadlineExceeded/u,
    severity: 3,
  },
  {
    problem: 'replicas-missing',
    objects: { deployments: [deployment({ status: { readyReplicas: 3 } })] },
    says: /^3 of 4 pods are ready$/u,
    severity: 2,
  },
  {
    problem: 'replicas-missing',
    objects: { deployments: [deployment({ status: { readyReplicas: 0 } })] },
    says: /^0 of 4/u,
    severity: 3,
  },
  {
    problem: 'replicas-missing',
    objects: {
      deployments: [],
      daemonsets: [
        {
          ...deployment(),
          spec: { ...deployment().spec, replicas: undefined },
          status: { desiredNumberScheduled: 5, numberReady: 4, updatedNumberScheduled: 5 },
        },
      ],
    },
    says: /^4 of 5/u,
    severity: 2,
  },
  {
    problem: 'terminating-stuck',
    objects: pods(pod({ metadata: { deletionTimestamp: at(20), finalizers: ['example.test/drain'] } })),
    says: /should be gone and is not \(finalisers example\.test\/drain, node node-a\)/u,
    severity: 2,
  },
  {
    problem: 'rollout-paused',
    objects: { deployments: [deployment({ spec: { paused: true } })] },
    says: /rollout is paused/u,
    severity: 1,
  },
  {
    problem: 'autoscaler-at-maximum',
    objects: { horizontalpodautoscalers: [autoscaler([limited('True', 'TooManyReplicas')])] },
    says: /wants more than its maximum of 4 replicas/u,
    severity: 2,
  },
  {
    problem: 'autoscaler-blind',
    objects: {
      horizontalpodautoscalers: [
        autoscaler([
          condition('ScalingActive', 'False', {
            reason: 'FailedGetResourceMetric',
            message: 'unable to get metrics for resource cpu',
          }),
        ]),
      ],
    },
    says: /does not scale: FailedGetResourceMetric/u,
    severity: 2,
  },
  {
    problem: 'bad-selector',
    objects: { services: [service({ app: 'chekout' })], endpointslices: [slice([])] },
    says: /selects app=chekout, and Deployment checkout gives its pods app=checkout/u,
    severity: 3,
  },
  {
    problem: 'no-ready-endpoints',
    objects: { endpointslices: [slice([false, false])] },
    says: /no endpoint that is ready \(0 of 2\)/u,
    severity: 3,
  },
  {
    problem: 'job-failed',
    objects: {
      jobs: [
        job({
          failed: 7,
          conditions: [
            condition('Failed', 'True', {
              reason: 'BackoffLimitExceeded',
              message: 'Job has reached the specified backoff limit',
            }),
          ],
        }),
      ],
    },
    says: /gave up after 7 failed pods: BackoffLimitExceeded/u,
    severity: 2,
  },
  {
    problem: 'job-failing',
    objects: { jobs: [job({ active: 1, failed: 2 })] },
    says: /^2 of its pods failed so far/u,
    severity: 2,
  },
  {
    problem: 'cron-suspended',
    objects: { cronjobs: [cron({ suspend: true })] },
    says: /suspended: nothing runs at \*\/10/u,
    severity: 1,
  },
  {
    problem: 'cron-missed',
    objects: {
      cronjobs: [cron()],
      events: [
        event('TooManyMissedTimes', 'too many missed start times: 101', {
          involvedObject: about('CronJob', 'checkout'),
        }),
      ],
    },
    says: /missed its time: TooManyMissedTimes/u,
    severity: 2,
  },
  {
    problem: 'no-such-workload',
    objects: { pods: [], deployments: [], replicasets: [] },
    says: /no Deployment, StatefulSet or DaemonSet of this name in namespace shop/u,
    severity: 1,
  },
])('$problem', ({ problem, objects, says, severity }) => {
  it(`is found and says why (${says.source.slice(0, 40)})`, () => {
    const found = problemsOf(objects).filter((one) => one.problem === problem);

    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ severity, says: expect.stringMatching(says) });
    expect(found[0]?.object).toMatch(/^[A-Z]\w+ [a-z]/u);
  });
});

describe.each<{ what: string; objects: Objects; never: string }>([
  {
    what: 'a container that was killed for memory yesterday',
    objects: pods(running({ restartCount: 1, lastState: ended('OOMKilled', 137, 1_500) })),
    never: 'out-of-memory',
  },
  {
    what: 'exit code 137 without the word: any SIGKILL',
    objects: pods(running({ restartCount: 1, lastState: ended('Error', 137) })),
    never: 'out-of-memory',
  },
  { what: 'one restart', objects: pods(running({ restartCount: 1, lastState: ended('Error', 1) })), never: 'restarts' },
  {
    what: 'restarts of last week',
    objects: pods(running({ restartCount: 9, lastState: ended('Error', 1, 10_000) })),
    never: 'restarts',
  },
  {
    what: 'a container that is being made',
    objects: pods(pending({ containerStatuses: [waiting('ContainerCreating')] })),
    never: 'container-config',
  },
  {
    what: 'an init container that is done',
    objects: pods(
      pod({ status: { initContainerStatuses: [container({ name: 'migrate', state: ended('Completed', 0) })] } }),
    ),
    never: 'init-failing',
  },
  { what: 'a job pod that finished', objects: pods(pod({ status: { phase: 'Succeeded' } })), never: 'crash-loop' },
  {
    what: 'a pod that was evicted yesterday and replaced since',
    objects: pods(
      pod({
        metadata: { creationTimestamp: at(4_000) },
        status: {
          phase: 'Failed',
          reason: 'Evicted',
          message: 'memory',
          conditions: [condition('DisruptionTarget', 'True', { lastTransitionTime: at(1_500) })],
        },
      }),
    ),
    never: 'evicted',
  },
  {
    what: 'a probe that failed once',
    objects: { events: [event('Unhealthy', 'Readiness probe failed: starting', { count: 1 })] },
    never: 'readiness-failing',
  },
  {
    what: 'a probe that failed an hour ago',
    objects: { events: [event('Unhealthy', 'Readiness probe failed: x', { lastTimestamp: at(55) })] },
    never: 'readiness-failing',
  },
  {
    what: 'a probe of a pod that is gone',
    objects: {
      events: [
        event('Unhealthy', 'Readiness probe failed: x', { involvedObject: about('Pod', 'checkout-5d4f8c7b9-gg77q') }),
      ],
    },
    never: 'readiness-failing',
  },
  {
    what: 'a healthy node',
    objects: { nodes: [node(condition('Ready', 'True'), condition('DiskPressure', 'False'))] },
    never: 'node-pressure',
  },
  {
    what: 'a node that no pod of it runs on',
    objects: { nodes: [{ ...node(condition('Ready', 'False')), metadata: { name: 'node-z' } }] },
    never: 'node-not-ready',
  },
  {
    what: 'a claim that is bound',
    objects: { ...pods(claiming('Running')), persistentvolumeclaims: [claim('Bound')] },
    never: 'claim-not-bound',
  },
  {
    what: 'a mount that worked in the end',
    objects: { events: [event('FailedMount', 'timed out waiting for the condition')] },
    never: 'mount-failing',
  },
  {
    what: 'a rollout that goes on',
    objects: {
      deployments: [
        deployment({ status: { conditions: [condition('Progressing', 'True', { reason: 'ReplicaSetUpdated' })] } }),
      ],
    },
    never: 'rollout-stuck',
  },
  {
    what: 'a workload that people set to zero',
    objects: {
      deployments: [deployment({ spec: { replicas: 0 }, status: { readyReplicas: 0 } })],
      endpointslices: [slice([])],
    },
    never: 'no-ready-endpoints',
  },
  {
    what: 'a pod that drains',
    objects: pods(pod({ metadata: { deletionTimestamp: at(0.2) } })),
    never: 'terminating-stuck',
  },
  {
    what: 'an autoscaler at its maximum that wants no more',
    objects: { horizontalpodautoscalers: [autoscaler([limited('False', 'DesiredWithinRange')])] },
    never: 'autoscaler-at-maximum',
  },
  {
    what: 'an autoscaler held at its minimum',
    objects: { horizontalpodautoscalers: [autoscaler([limited('True', 'TooFewReplicas')], 2)] },
    never: 'autoscaler-at-maximum',
  },
  {
    what: 'an autoscaler that somebody switched off',
    objects: {
      horizontalpodautoscalers: [autoscaler([condition('ScalingActive', 'False', { reason: 'ScalingDisabled' })])],
    },
    never: 'autoscaler-blind',
  },
  {
    what: 'an autoscaler of another workload',
    objects: {
      horizontalpodautoscalers: [
        {
          ...autoscaler([limited('True', 'TooManyReplicas')]),
          spec: { scaleTargetRef: { kind: 'Deployment', name: 'cart' }, maxReplicas: 4 },
        },
      ],
    },
    never: 'autoscaler-at-maximum',
  },
  {
    what: 'a Service that leads to the pods of a sibling on purpose',
    objects: { services: [service({ app: 'checkout-green' })], endpointslices: [slice([true])] },
    never: 'bad-selector',
  },
  {
    what: 'a Service without a selector: its endpoints are written by hand',
    objects: { services: [service({})], endpointslices: [slice([])] },
    never: 'bad-selector',
  },
  {
    what: 'endpoints whose state is not known',
    objects: { endpointslices: [{ ...slice([]), endpoints: [{ conditions: {} }] }] },
    never: 'no-ready-endpoints',
  },
  { what: 'slices that could not be read', objects: { endpointslices: [] }, never: 'no-ready-endpoints' },
  {
    what: 'a job that is done',
    objects: { jobs: [job({ succeeded: 1, failed: 1, conditions: [condition('Complete', 'True')] })] },
    never: 'job-failing',
  },
  {
    what: 'a job that failed two days ago',
    objects: {
      jobs: [job({ failed: 7, conditions: [condition('Failed', 'True', { lastTransitionTime: at(2_900) })] })],
    },
    never: 'job-failed',
  },
  {
    what: 'a job of another workload',
    objects: { jobs: [job({ failed: 2 }, { name: 'checkout-worker-nightly', labels: { app: 'checkout-worker' } })] },
    never: 'job-failing',
  },
  { what: 'a schedule that runs', objects: { cronjobs: [cron()] }, never: 'cron-missed' },
])('$what', ({ objects, never }) => {
  it(`is no ${never}`, () => {
    expect(problemsOf(objects).map(({ problem }) => problem)).not.toContain(never);
  });
});

it('finds nothing in a healthy cluster', () => {
  expect(problemsOf({})).toEqual([]);
});

it('puts the worst first, and what ends a process before what follows from it', () => {
  const found = problemsOf({
    ...pods(running({ restartCount: 4, lastState: ended('OOMKilled', 137) }), illPod({ containerStatuses: [pull] }, 1)),
    deployments: [deployment({ spec: { paused: true }, status: { readyReplicas: 2 } })],
    endpointslices: [slice([false])],
  });

  expect(found.map(({ problem }) => problem)).toEqual([
    'out-of-memory',
    'image-pull',
    'no-ready-endpoints',
    'replicas-missing',
    'rollout-paused',
  ]);
  expect(found[0]?.object).toBe(`Pod ${podName(0)}`);
});
