import { z } from 'zod';
import { defineTool, type Finding, type ToolContext } from '../src/tool.ts';
import { isNamedAfter } from './kubernetes/belonging.ts';
import { type KubernetesClient, kubernetesClient } from './kubernetes/client.ts';
import { kubernetesEnvironment } from './kubernetes/environment.ts';
import { podObject } from './kubernetes/objects.ts';
import { objectName, type Workplace } from './kubernetes/place.ts';
import { type LogSource, readPodLog, sourcesOf } from './kubernetes/pod-log.ts';
import { pathOf } from './kubernetes/read-cluster.ts';
import { readPlace } from './kubernetes/read-place.ts';
import { readWorkload, selectorParameters } from './kubernetes/read-workload.ts';
import { logFinding } from './reading/log-finding.ts';
import { serviceInput } from './reading/scope.ts';
import { baselineBefore, readWindow, windowInput } from './reading/window.ts';

const input = z.object({
  service: serviceInput,
  ...windowInput,
  pod: z
    .string()
    .regex(objectName)
    .optional()
    .describe('Only this pod; default: up to 6 pods, those that are not ready or were restarted first'),
  container: z.string().regex(objectName).optional().describe('Only this container; default: every one'),
  previous: z
    .boolean()
    .default(false)
    .describe('The run of each container before its last restart, for why it ended; without it the current run'),
});

const blocks = 'what the pods wrote to their logs';

export const tool = defineTool({
  name: 'kubernetes_pod_logs',
  source: 'kubernetes',
  description:
    'Logs of the pods of one service straight from Kubernetes, as templates with counts in the window and in an equally ' +
    'long baseline before it. One call reads either the current run of each container or the previous one, never both, ' +
    'and only the last 2,000 lines of each. Deleted pods have no logs here.',
  environment: kubernetesEnvironment,
  input,
  probes: () => [],
  connect(environment) {
    const client = kubernetesClient(environment);
    return (asked, context) => {
      const needs = 'get, list on pods, get on pods/log';
      const reading = { service: asked.service, context, things: 'pods and logs', blocks, needs };
      return readPlace(reading, (place) => readLogs(client, { ...asked, ...place }, context));
    };
  },
});

type Asked = Omit<z.output<typeof input>, 'service'> & Workplace;

/** `sinceTime` has no counterpart for the end: what is younger than the window is read too, and dropped. */
async function readLogs(client: KubernetesClient, asked: Asked, { nowMs, signal }: ToolContext): Promise<Finding> {
  const window = readWindow(asked, nowMs);
  const chosen = await chooseSources(client, asked, signal);
  const sinceMs = baselineBefore(window).fromMs;
  const logs = await Promise.all(
    chosen.sources.map((source) => readPodLog(client, { ...asked, ...source, sinceMs, signal })),
  );
  const lines = logs
    .flatMap((log) => log.lines)
    .filter(({ atMs }) => atMs >= sinceMs && atMs < window.toMs)
    .toSorted((one, other) => one.atMs - other.atMs);
  const names = chosen.sources.map(({ pod, container }) => `${pod} -c ${container}`);
  const flags = `--since-time=${new Date(sinceMs).toISOString()} --timestamps${asked.previous ? ' --previous' : ''}`;
  return logFinding({
    service: asked.service.id,
    window,
    lines,
    query: names.map((name) => `kubectl -n ${asked.namespace} logs ${name} ${flags}`).join('; ') || 'kubectl logs',
    link: client.link({ namespace: asked.namespace, workload: asked.workload, path: pathOf(asked.namespace, 'pods') }),
    // A run that began later has no lines of the whole baseline: counts before and during do not compare.
    truncated:
      chosen.more || logs.some(({ cut }) => cut) || chosen.sources.some(({ begunMs }) => (begunMs ?? 0) > sinceMs),
  });
}

type Chosen = { readonly sources: readonly LogSource[]; readonly more: boolean };

/** By the selector of the workload itself, whatever its kind; one of expressions only selects by name. */
async function chooseSources(client: KubernetesClient, asked: Asked, signal: AbortSignal): Promise<Chosen> {
  const { namespace, workload } = asked;
  if (asked.pod !== undefined) {
    const pod = await client.get(`${pathOf(namespace, 'pods')}/${asked.pod}`, podObject, signal);
    return sourcesOf([pod], asked);
  }
  const found = await readWorkload(client, { namespace, workload, signal });
  const parameters = selectorParameters(found.object);
  const listed = await client.list({ path: pathOf(namespace, 'pods'), parameters, item: podObject, signal });
  const own = listed.items.filter(({ metadata }) => isNamedAfter(metadata.name, workload));
  const { sources, more } = sourcesOf(own, asked);
  return { sources, more: more || listed.truncated };
}
