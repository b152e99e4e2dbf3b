/** What a workload ran, revision by revision: ReplicaSets of a Deployment, ControllerRevisions of the others. */
import type { ChangeEvent } from '../../src/rootcause/telemetry.ts';
import type { Pod, ReplicaSet, Revision as RevisionObject } from './objects.ts';
import { isLeaving, isReady } from './pods.ts';

export type Revision = {
  readonly revision: number;
  /** Of the ReplicaSet or ControllerRevision. */
  readonly name: string;
  readonly atMs: number;
  /** An older revision that was taken up again: its time is that of its oldest pod. */
  readonly wentBack: boolean;
  readonly images: readonly string[];
  readonly sha: string | null;
  /** Free text that somebody wrote. */
  readonly cause: string;
  readonly restartedAt: string | null;
  readonly pods: readonly string[];
  readonly readyPods: number;
};

type Template = ReplicaSet['spec']['template'];
type Draft = {
  readonly revision: number;
  readonly name: string;
  readonly createdMs: number;
  readonly annotations: ReplicaSet['metadata']['annotations'];
  readonly template: Template | null;
  readonly pods: readonly Pod[];
};

export const fromReplicaSets = (sets: readonly ReplicaSet[], pods: readonly Pod[]): readonly Revision[] =>
  dated(
    sets.map(({ metadata, spec }) => ({
      revision: Number(metadata.annotations['deployment.kubernetes.io/revision'] ?? 0),
      name: metadata.name,
      createdMs: metadata.creationTimestamp ?? 0,
      annotations: metadata.annotations,
      template: spec.template,
      pods: pods.filter((pod) => pod.metadata.ownerReferences.some(({ name }) => name === metadata.name)),
    })),
  );

/** Pods carry the revision's name (StatefulSet) or the hash at its end (DaemonSet). */
export const fromControllerRevisions = (
  revisions: readonly RevisionObject[],
  pods: readonly Pod[],
): readonly Revision[] =>
  dated(
    revisions.map(({ metadata, revision, data }) => ({
      revision,
      name: metadata.name,
      createdMs: metadata.creationTimestamp ?? 0,
      annotations: metadata.annotations,
      template: data?.spec?.template ?? null,
      pods: pods.filter((pod) => {
        const hash = pod.metadata.labels['controller-revision-hash'] ?? '';
        return hash !== '' && (hash === metadata.name || metadata.name.endsWith(`-${hash}`));
      }),
    })),
  );

/** Newest first. */
function dated(drafts: readonly Draft[]): readonly Revision[] {
  const ordered = drafts.toSorted((one, other) => other.revision - one.revision);
  return ordered.map((draft, index) => {
    const earlier = ordered.slice(index + 1);
    const wentBack = earlier.some(({ createdMs }) => createdMs > draft.createdMs);
    const current = draft.pods.filter((pod) => !isLeaving(pod));
    const births = current.flatMap(({ metadata }) => metadata.creationTimestamp ?? []);
    const images = draft.template?.spec.containers.map(({ image }) => image) ?? [];
    return {
      revision: draft.revision,
      name: draft.name,
      atMs: wentBack && births.length > 0 ? Math.min(...births) : draft.createdMs,
      wentBack,
      images,
      sha: shaOf(draft),
      cause: draft.annotations['kubernetes.io/change-cause'] ?? '',
      restartedAt: draft.template?.metadata?.annotations['kubectl.kubernetes.io/restartedAt'] ?? null,
      pods: current.map(({ metadata }) => metadata.name),
      readyPods: current.filter(isReady).length,
    };
  });
}

const commit = /(?:^|[-_.])([0-9a-f]{40}|[0-9a-f]{7,12})$/u;

/** The commit, where an annotation, the version label or the end of an image's tag is one. */
function shaOf({ annotations, template }: Draft): string | null {
  const { labels = {}, annotations: own = {} } = template?.metadata ?? {};
  const tags = template?.spec.containers.map(({ image }) => tagOf(image)) ?? [];
  const candidates = [
    own['org.opencontainers.image.revision'] ?? annotations['org.opencontainers.image.revision'] ?? '',
    labels['app.kubernetes.io/version'] ?? '',
    ...tags,
  ];
  const found = candidates.flatMap((text) => commit.exec(text)?.[1] ?? []);
  // Digits alone are a build number or a date.
  return found.find((text) => /[a-f]/u.test(text)) ?? null;
}

/** `registry:5000/shop/web:1.2@sha256:...` has the tag `1.2`. */
const tagOf = (image: string): string => /:([\w.-]+)$/u.exec(image.replace(/@.*$/u, ''))?.[1] ?? '';

export type Step = { readonly revision: Revision; readonly what: 'images' | 'restart' | 'template' | 'first' };

/** What each revision changed against the one before it, newest first. */
export const stepsOf = (revisions: readonly Revision[]): readonly Step[] =>
  revisions.map((revision, index) => ({ revision, what: whatChanged(revision, revisions[index + 1]) }));

function whatChanged(revision: Revision, before: Revision | undefined): Step['what'] {
  if (before === undefined) return 'first';
  if (revision.images.join() !== before.images.join()) return 'images';
  return revision.restartedAt !== before.restartedAt ? 'restart' : 'template';
}

type Owner = { readonly service: string; readonly repository: string | null; readonly place: string };

/** A restart changes nothing; the first revision known may be older than what it would be compared with. */
export function changeOf({ revision, what }: Step, { service, repository, place }: Owner): readonly ChangeEvent[] {
  if (what === 'restart') return [];
  const verb = revision.wentBack ? 'Roll back' : 'Deploy';
  const images = revision.images.join(', ').slice(0, 160);
  return [
    {
      id: `kubernetes:${place}@${revision.revision}`,
      kind: what === 'template' ? 'config' : 'deploy',
      service,
      atMs: revision.atMs,
      title:
        what === 'template'
          ? `Change how ${service} runs, revision ${revision.revision}, same image`
          : `${verb} ${service}, revision ${revision.revision}: ${images}`,
      repository,
      sha: revision.sha,
      pullNumber: null,
      paths: [],
      diff: '',
      // Not ready may have another reason; ready means it went live.
      ...(revision.pods.length > 0 && revision.readyPods === revision.pods.length ? { outcome: 'succeeded' } : {}),
    },
  ];
}
