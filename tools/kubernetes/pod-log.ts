/** The log of one container: https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/ (read log). */
import { HttpError } from '../reading/http-error.ts';
import { levelOfMessage, type ReadLine } from '../reading/log-line.ts';
import type { KubernetesClient } from './client.ts';
import type { Pod } from './objects.ts';
import { isReady, restartsOf } from './pods.ts';
import { pathOf } from './read-cluster.ts';

export type LogSource = {
  readonly pod: string;
  readonly container: string;
  /** When the run that is read began; null where the platform does not tell. */
  readonly begunMs: number | null;
};

const sourcesMax = 6;

type Wanted = { readonly container?: string | undefined; readonly previous: boolean };

/** Pods in trouble first; for previous runs only containers that have one. */
export function sourcesOf(pods: readonly Pod[], { container, previous }: Wanted) {
  const trouble = (pod: Pod): number => (isReady(pod) ? 0 : 1_000) + restartsOf(pod);
  const sources = pods
    .toSorted((one, other) => trouble(other) - trouble(one) || one.metadata.name.localeCompare(other.metadata.name))
    .flatMap((pod) =>
      pod.status.containerStatuses
        .filter(({ name }) => container === undefined || name === container)
        .filter(({ restartCount }) => !previous || restartCount > 0)
        .map(({ name, state, lastState }) => ({
          pod: pod.metadata.name,
          container: name,
          begunMs: (previous ? lastState?.terminated?.startedAt : state?.running?.startedAt) ?? null,
        })),
    );
  return { sources: sources.slice(0, sourcesMax), more: sources.length > sourcesMax };
}

const linesMax = 2_000;
const bytesMax = 1_000_000;

export type PodLogRequest = Omit<LogSource, 'begunMs'> & {
  readonly namespace: string;
  readonly previous: boolean;
  readonly sinceMs: number;
  readonly signal: AbortSignal;
};

/** Cut where `tailLines` or `limitBytes` was reached; `limitBytes` cuts the end and may cut inside a line. */
export async function readPodLog(client: KubernetesClient, request: PodLogRequest) {
  const { namespace, pod, container, previous, sinceMs, signal } = request;
  const path = `${pathOf(namespace, 'pods')}/${encodeURIComponent(pod)}/log`;
  const parameters = {
    container,
    timestamps: 'true',
    sinceTime: new Date(sinceMs).toISOString(),
    tailLines: String(linesMax),
    limitBytes: String(bytesMax),
    ...(previous ? { previous: 'true' } : {}),
  };
  const text = await client.text(path, parameters, signal).catch((error: unknown) => {
    // 400: this container has no such run, or has not started. 404: the pod went while we read.
    if (error instanceof HttpError && (error.status === 400 || error.status === 404)) return '';
    throw error;
  });
  const full = Buffer.byteLength(text) >= bytesMax;
  const rows = text.split('\n').filter((row) => row !== '');
  const lines = (full ? rows.slice(0, -1) : rows).flatMap(readRow);
  return { lines, cut: full || rows.length >= linesMax };
}

/** `2026-11-18T09:30:00.123456789Z message`: kubelet writes the time, so nobody forges it. */
function readRow(row: string): readonly ReadLine[] {
  const [, time = '', message = ''] = /^(\S+Z|\S+[+-]\d\d:\d\d) (.*)$/su.exec(row) ?? [];
  const atMs = Date.parse(time);
  return Number.isNaN(atMs) ? [] : [{ atMs, level: levelOfMessage(message), message }];
}
