import type { World } from '../world.ts';
import { nodeNames } from './names.ts';

/** Pods are evicted one after the other and start again elsewhere. */
const emptyAfterMs = 45_000;

/** Nodes that nothing runs on because people drained them, and since when. One node at least stays open. */
export function drainedNodes(world: World, nowMs: number): ReadonlyMap<string, number> {
  const drained = new Map<string, number>();
  for (const intervention of world.interventions()) {
    if (intervention.kind !== 'workflow' || intervention.workflow !== 'drain-node.yml') continue;
    const { node = '', mode } = intervention.inputs;
    const sinceMs = intervention.atMs + emptyAfterMs;
    if (!nodeNames.includes(node) || sinceMs > nowMs) continue;
    if (mode === 'return') drained.delete(node);
    else if (drained.size < nodeNames.length - 1) drained.set(node, Math.floor(sinceMs / 1_000) * 1_000);
  }
  return drained;
}
