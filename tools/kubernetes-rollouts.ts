import { z } from 'zod';
import type { Window } from '../src/core/evidence.ts';
import { type Tainted, taint } from '../src/core/tainted.ts';
import { defineTool, type Finding, type ToolContext } from '../src/tool.ts';
import { isNamedAfter } from './kubernetes/belonging.ts';
import { type KubernetesClient, kubernetesClient } from './kubernetes/client.ts';
import { kubernetesEnvironment } from './kubernetes/environment.ts';
import { podObject, replicaSetObject, revisionObject } from './kubernetes/objects.ts';
import type { Workplace } from './kubernetes/place.ts';
import { pathOf } from './kubernetes/read-cluster.ts';
import { readPlace } from './kubernetes/read-place.ts';
import { readWorkload, selectorParameters } from './kubernetes/read-workload.ts';
import { changeOf, fromControllerRevisions, fromReplicaSets, type Step, stepsOf } from './kubernetes/revisions.ts';
import { fitView } from './reading/fit-view.ts';
import { serviceInput } from './reading/scope.ts';
import { isoTime, readWindow, sayWindow, shortTime, windowInput } from './reading/window.ts';

const input = z.object({ service: serviceInput, ...windowInput });

const blocks = 'which versions ran when, and which pods run which';

export const tool = defineTool({
  name: 'kubernetes_rollouts',
  source: 'kubernetes',
  description:
    'The revisions of one service in Kubernetes: images, commit where the image tells it, when each began, which pods ' +
    'run it now, and what was rolled out in the window. A workload keeps its last ten or so.',
  environment: kubernetesEnvironment,
  input,
  // Deployments are read from where they are made; this says what became of them.
  probes: () => [],
  connect(environment) {
    const client = kubernetesClient(environment);
    return (asked, context) => {
      const needs = 'get, list on deployments, statefulsets, daemonsets, replicasets, controllerrevisions and pods';
      const reading = { service: asked.service, context, things: 'revisions', blocks, needs };
      const window = readWindow(asked, context.nowMs);
      return readPlace(reading, (place) => readRollouts(client, { ...place, window }, context));
    };
  },
});

type Asked = Workplace & { readonly window: Window };

async function readRollouts(client: KubernetesClient, asked: Asked, { signal }: ToolContext): Promise<Finding> {
  const { namespace, workload, service, window } = asked;
  const { kind, object } = await readWorkload(client, { namespace, workload, signal });
  const parameters = selectorParameters(object);
  const pods = client.list({ path: pathOf(namespace, 'pods'), parameters, item: podObject, signal });
  const own = <Item extends { metadata: { name: string } }>(items: readonly Item[]) =>
    items.filter(({ metadata }) => isNamedAfter(metadata.name, workload));
  const resource = kind === 'Deployment' ? 'replicasets' : 'controllerrevisions';
  const path = pathOf(namespace, resource);
  const steps =
    kind === 'Deployment'
      ? client
          .list({ path, parameters, item: replicaSetObject, signal })
          .then(async ({ items }) => stepsOf(fromReplicaSets(own(items), (await pods).items)))
      : client
          .list({ path, parameters, item: revisionObject, signal })
          .then(async ({ items }) => stepsOf(fromControllerRevisions(own(items), (await pods).items)));
  const [read, { truncated }] = await Promise.all([steps, pods]);
  const query = `kubectl -n ${namespace} rollout history ${kind.toLowerCase()}/${workload}; kubectl -n ${namespace} get ${resource},pods`;
  const asking = { query, window, link: client.link({ namespace, workload, path }) };
  if (read.length === 0) return { kind: 'empty', searched: `revisions of ${namespace}/${workload}`, ...asking };
  const place = `${namespace}/${workload}`;
  const changes = rolledOut(read, window).flatMap((step) =>
    changeOf(step, { service: service.id, repository: service.repository, place }),
  );
  return {
    ...rolloutsFinding(read, { service: service.id, place, kind, window }),
    ...asking,
    signals: { changes },
    truncated,
  };
}

const rolledOut = (steps: readonly Step[], { fromMs, toMs }: Window): readonly Step[] =>
  steps.filter(({ revision }) => revision.atMs >= fromMs && revision.atMs < toMs);

type About = { readonly service: string; readonly place: string; readonly kind: string; readonly window: Window };

/** Provenance A: the control plane made every revision. */
function rolloutsFinding(steps: readonly Step[], about: About) {
  return {
    kind: 'found',
    result: {
      service: about.service,
      workload: `${about.kind} ${about.place}`,
      rolledOut: rolledOut(steps, about.window).length,
      revisions: steps.map(resultOf),
    },
    provenance: 'A',
    headline: headlineOf(steps, about),
    chart: null,
    view: fitView({
      head: [
        `revisions of ${about.kind} ${about.place}, newest first; rolled out ${sayWindow(about.window)}: ${rolledOut(steps, about.window).length}`,
        'revision / since / changed / ready pods of its pods / commit / images / change cause',
      ],
      rows: steps.map(rowOf),
      things: 'revisions',
    }),
  } as const satisfies Partial<Finding>;
}

const resultOf = ({ revision, what }: Step) => ({
  revision: revision.revision,
  name: revision.name,
  at: isoTime(revision.atMs),
  changed: what,
  wentBack: revision.wentBack,
  images: revision.images,
  sha: revision.sha,
  cause: revision.cause.slice(0, 200),
  pods: revision.pods,
  readyPods: revision.readyPods,
});

const changeWords = { images: 'new image', restart: 'restart', template: 'same image', first: 'first known' } as const;

function headlineOf(steps: readonly Step[], { service, window }: About): readonly (string | Tainted)[] {
  const count = rolledOut(steps, window).length;
  const says =
    count === 0
      ? 'not rolled out in the window'
      : `rolled out ${count === 1 ? 'once' : `${count} times`} in the window`;
  const [newest] = steps;
  if (newest === undefined) return [`${service}: ${says}.`];
  const { revision, atMs, pods, readyPods, images } = newest.revision;
  const stands = `revision ${revision} since ${shortTime(atMs)} UTC, ${readyPods} of its ${pods.length} pods ready`;
  return [`${service}: ${says}; ${stands}: `, taint(images.join(', ').slice(0, 160))];
}

function rowOf({ revision, what }: Step): string {
  const { atMs, wentBack, pods, readyPods, sha, images, cause } = revision;
  const changed = wentBack ? `back to an earlier one, ${changeWords[what]}` : changeWords[what];
  return [
    revision.revision,
    shortTime(atMs),
    changed,
    `${readyPods} of ${pods.length}`,
    sha ?? '-',
    images.join(' ').slice(0, 240),
    cause.slice(0, 120),
  ].join(' / ');
}
