/** `GET .../pods/NAME/log`: the lines the shop's log has of this pod, cut as kubelet cuts them. */
import { z } from 'zod';
import type { World } from '../world.ts';
import type { Cluster, LabWorkload } from './cluster.ts';
import type { LabPod } from './pods.ts';

const hourMs = 3_600_000;
const count = z.coerce.number().int().positive().optional();
const query = z.object({
  container: z.string().optional(),
  previous: z.enum(['true', 'false']).optional(),
  timestamps: z.enum(['true', 'false']).optional(),
  sinceTime: z.iso.datetime({ offset: true }).optional(),
  sinceSeconds: count,
  tailLines: count,
  limitBytes: count,
});

export type LogAnswer = { readonly status: 200 | 400 | 404; readonly text: string };
type Asked = { readonly name: string; readonly query: URLSearchParams; readonly nowMs: number };

export function readLabLog(world: World, cluster: Cluster, asked: Asked): LogAnswer {
  const parsed = query.safeParse(Object.fromEntries(asked.query));
  if (!parsed.success) return { status: 400, text: 'a parameter is not valid' };
  const home = findPod(cluster, asked.name);
  if (home === null) return { status: 404, text: `pods "${asked.name}" not found` };
  const { workload, pod } = home;
  const run = runOf(pod, { previous: parsed.data.previous === 'true', nowMs: asked.nowMs });
  if (run === null) return { status: 400, text: `previous terminated container "${workload.service.id}" not found` };
  const { sinceTime, sinceSeconds = 6 * 3_600 } = parsed.data;
  const sinceMs = sinceTime === undefined ? asked.nowMs - sinceSeconds * 1_000 : Date.parse(sinceTime);
  const fromMs = Math.max(run.fromMs, sinceMs, asked.nowMs - 6 * hourMs);
  const lines = world
    .logs(workload.service.id, fromMs, run.toMs)
    // A line says which of the replicas wrote it, counted from 1, at the end of its pod's name.
    .filter((line) => (Number(/\d+$/u.exec(line.pod)?.[0] ?? 1) - 1) % workload.replicas === pod.index)
    .map(
      ({ atMs, message }) =>
        `${parsed.data.timestamps === 'true' ? `${new Date(atMs).toISOString()} ` : ''}${message}\n`,
    );
  const { tailLines, limitBytes } = parsed.data;
  const text = (tailLines === undefined ? lines : lines.slice(-tailLines)).join('');
  return { status: 200, text: limitBytes === undefined ? text : Buffer.from(text).subarray(0, limitBytes).toString() };
}

function findPod({ workloads }: Cluster, name: string): { workload: LabWorkload; pod: LabPod } | null {
  for (const workload of workloads) {
    const pod = [...workload.pods, ...(workload.evicted ? [workload.evicted] : [])].find((one) => one.name === name);
    if (pod !== undefined) return { workload, pod };
  }
  return null;
}

/** When this run of the container wrote; null when there was none before. */
function runOf(pod: LabPod, { previous, nowMs }: { previous: boolean; nowMs: number }) {
  if (pod.state === 'evicted') return { fromMs: 0, toMs: 0 };
  const last = pod.endings.at(-1);
  if (!previous) return { fromMs: last?.atMs ?? pod.createdMs, toMs: nowMs };
  if (last === undefined) return null;
  return { fromMs: pod.endings.at(-2)?.atMs ?? pod.createdMs, toMs: last.atMs };
}
