/** Scenes as a finding: what is wrong first, then how each workload stands. */
import type { Json } from '../../src/core/json.ts';
import { taint } from '../../src/core/tainted.ts';
import type { Finding } from '../../src/tool.ts';
import { fitView } from '../reading/fit-view.ts';
import { isoTime, minuteMs, shortTime } from '../reading/window.ts';
import { findProblems } from './find-problems.ts';
import { instancesOf } from './instances.ts';
import { isReady, isStarting, restartsOf } from './pods.ts';
import type { Problem } from './problem.ts';
import type { Unread } from './read-cluster.ts';
import type { Scene } from './scene.ts';

export type HealthRead = {
  readonly scenes: readonly Scene[];
  readonly unread: readonly Unread[];
  readonly link: string;
  readonly nowMs: number;
};

type Found = Problem & { readonly service: string };

const problemsMax = 80;
const podsMax = 60;

/** Provenance A: statuses and events are written by the control plane and the kubelets. */
export function healthFinding({ scenes, unread, link, nowMs }: HealthRead): Finding {
  const query = queryOf(scenes);
  const window = { fromMs: nowMs - minuteMs, toMs: nowMs };
  if (scenes.every((scene) => scene.workload === null && scene.pods.length === 0 && scene.jobs.length === 0)) {
    const searched = scenes.map(({ namespace, name }) => `${namespace}/${name}`).join(', ');
    return { kind: 'empty', searched: `workloads and pods of ${searched}`, query, window, link };
  }
  const problems = scenes
    .flatMap((scene): readonly Found[] => findProblems(scene).map((one) => ({ ...one, service: scene.service })))
    .toSorted((one, other) => other.severity - one.severity);
  const unhealthy = scenes.flatMap(podRows);
  const worst = worstOf(scenes, problems);
  return {
    kind: 'found',
    result: {
      services: scenes.map(standingOf),
      workloads: scenes.filter(({ workload }) => workload !== null).length,
      ...countsOf(scenes),
      problemCount: problems.length,
      worst,
      problems: problems.slice(0, problemsMax).map(resultOf),
      pods: unhealthy.slice(0, podsMax),
      notRead: unread.map(({ resource, why }) => `${resource}: ${why}`),
    },
    provenance: 'A',
    query,
    window,
    link,
    headline: worst === null ? quietHeadline(scenes, unread) : worstHeadline(worst),
    chart: null,
    view: viewOf(scenes, problems, unread),
    signals: { instances: scenes.flatMap(instancesOf) },
    truncated:
      problems.length > problemsMax || unhealthy.length > podsMax || unread.some(({ why }) => why.startsWith('only')),
  };
}

const kinds =
  'deployments,statefulsets,daemonsets,replicasets,pods,hpa,services,endpointslices,pvc,jobs,cronjobs,events';

const queryOf = (scenes: readonly Scene[]): string =>
  [...new Set(scenes.map(({ namespace }) => namespace))]
    .map((namespace) => `kubectl -n ${namespace} get ${kinds}`)
    .join('; ');

const standingOf = ({ service, namespace, name, workload, pods }: Scene) => ({
  service,
  namespace,
  workload: name,
  kind: workload?.kind ?? null,
  desired: workload?.desired ?? null,
  ready: workload?.ready ?? null,
  updated: workload?.updated ?? null,
  pods: pods.length,
  restarts: pods.reduce((sum, pod) => sum + restartsOf(pod), 0),
});

const resultOf = ({ service, problem, severity, object, says, sinceMs }: Found) => ({
  service,
  problem,
  severity,
  object,
  says,
  since: sinceMs === null ? null : isoTime(sinceMs),
});

/** Only pods that are not ready or were restarted: a healthy one is in the counts. */
function podRows(scene: Scene): readonly { readonly [name: string]: Json }[] {
  return scene.pods
    .filter((pod) => !isReady(pod) || restartsOf(pod) > 0)
    .map((pod) => ({
      service: scene.service,
      pod: pod.metadata.name,
      node: pod.spec.nodeName,
      phase: pod.status.phase,
      ready: isReady(pod),
      starting: isStarting(pod, scene.nowMs),
      restarts: restartsOf(pod),
      created: pod.metadata.creationTimestamp === null ? null : isoTime(pod.metadata.creationTimestamp),
    }));
}

/** What the headline says, so that its numbers are in the result. */
function worstOf(scenes: readonly Scene[], problems: readonly Found[]) {
  const [first] = problems;
  if (first === undefined) return null;
  const { service, problem, object, says } = first;
  const times = problems.filter((one) => one.service === service && one.problem === problem).length;
  const workload = scenes.find((scene) => scene.service === service)?.workload ?? null;
  return { service, problem, times, object, says, ready: workload?.ready ?? null, desired: workload?.desired ?? null };
}
type Worst = NonNullable<ReturnType<typeof worstOf>>;

type Headline = Extract<Finding, { kind: 'found' }>['headline'];

/** "All" is said of pods that exist and were read, by their number. */
function quietHeadline(scenes: readonly Scene[], unread: readonly Unread[]): Headline {
  const names = scenes.filter(({ workload }) => workload !== null).map((scene) => scene.service);
  const what = names.length === 1 ? names.join() : `${names.length} workloads`;
  const { ready, desired } = countsOf(scenes);
  const found = unread.length === 0 ? 'no detector found anything' : 'no detector found anything in what could be read';
  if (desired === 0) return [`No pod of ${what} is wanted; ${found}.`];
  const said = ready === desired ? `All ${desired}` : `${ready} of ${desired}`;
  return [`${said} pods of ${what} are ready; ${found}.`];
}

const countsOf = (scenes: readonly Scene[]): { readonly ready: number; readonly desired: number } => ({
  ready: scenes.reduce((sum, { workload }) => sum + (workload?.ready ?? 0), 0),
  desired: scenes.reduce((sum, { workload }) => sum + (workload?.desired ?? 0), 0),
});

function worstHeadline(worst: Worst): Headline {
  const { service, problem, times, ready, desired } = worst;
  const stands = ready === null ? '' : `${ready} of ${desired} pods ready; `;
  const says = taint(`${worst.object} ${worst.says}`.slice(0, 200));
  return [`${service}: ${stands}${times > 1 ? `${problem}, ${times} times` : problem}: `, says, '.'];
}

function viewOf(scenes: readonly Scene[], problems: readonly Found[], unread: readonly Unread[]) {
  const standing = scenes.map(standingOf).map((one) => {
    const counts =
      one.kind === null
        ? 'no workload of this name'
        : `${one.kind}, ready ${one.ready}/${one.desired}, up to date ${one.updated}`;
    return `${one.service} (${one.namespace}/${one.workload}): ${counts}, restarts ${one.restarts}`;
  });
  const [first, ...rest] = unread;
  return fitView({
    head: [
      `Kubernetes now: ${problems.length} problems`,
      ...standing,
      ...(first === undefined
        ? []
        : [`not read: ${[first, ...rest].map(({ resource, why }) => `${resource} (${why})`).join('; ')}`]),
      'severity / service / problem / since / object says',
    ],
    rows: problems.map(({ severity, service, problem, sinceMs, object, says }) => {
      const since = sinceMs === null ? '?' : shortTime(sinceMs);
      return `${severity} / ${service} / ${problem} / ${since} / ${object} ${says}`;
    }),
    things: 'problems',
  });
}
