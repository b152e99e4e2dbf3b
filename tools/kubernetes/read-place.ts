import type { Finding, ToolContext } from '../../src/tool.ts';
import { orFailure } from '../reading/failure.ts';
import { kubernetesRefusal } from './client.ts';
import { type Workplace, workplaceOf } from './place.ts';

type PlaceRead = {
  /** Catalogue id. */
  readonly service: string;
  readonly context: ToolContext;
  /** What is read, such as `events`. */
  readonly things: string;
  readonly blocks: string;
  /** What the token must be allowed, such as `list on events`. */
  readonly needs: string;
};

/** A read of one workload; its refusals are told with the grant that would allow it. */
export async function readPlace(
  { service, context, things, blocks, needs }: PlaceRead,
  read: (place: Workplace) => Promise<Finding>,
): Promise<Finding> {
  const place = workplaceOf(service, context.catalogue, blocks);
  if (!place.ok) return place.failure;
  const { namespace, workload } = place.value;
  const attempt = {
    vendor: 'Kubernetes',
    asked: `${things} of ${namespace}/${workload}`,
    nowMs: context.nowMs,
    blocks,
    grant: `${needs} in namespace ${namespace}`,
  };
  return orFailure({ attempt, signal: context.signal, refusal: kubernetesRefusal }, () => read(place.value));
}
