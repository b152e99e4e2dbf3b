import type { Span } from '../telemetry.ts';

/** One span among its relatives. */
export type SpanNode = {
  readonly span: Span;
  /** Service and operation; the same text object for all spans of the operation. */
  readonly label: string;
  readonly isPast: boolean;
  parent: SpanNode | null;
  readonly children: SpanNode[];
  /** Callers above it in its trace. */
  depth: number;
};

/**
 * Spans with their parents, told into past and present by `boundaryMs`. Durations are compared, never clocks of two
 * machines, so skew between them does not matter. Parents that were not recorded make a span a root.
 */
export function growTrees(spans: readonly Span[], boundaryMs: number): readonly SpanNode[] {
  const labels = new Map<string, Map<string, string>>();
  const nodes = spans.filter(isTimed).map((span): SpanNode => {
    const label = labelOf(labels, span);
    return { span, label, isPast: span.startMs < boundaryMs, parent: null, children: [], depth: 0 };
  });
  const traces = new Map<string, Map<string, SpanNode>>();
  for (const node of nodes) remember(traces, node);
  for (const node of nodes) {
    const parent = node.span.parent === null ? undefined : traces.get(node.span.trace)?.get(node.span.parent);
    if (parent === undefined || parent === node) continue;
    node.parent = parent;
    parent.children.push(node);
  }
  for (const node of nodes) if (node.parent === null) setDepths(node);
  return nodes;
}

const isTimed = ({ durationMs, startMs }: Span): boolean =>
  Number.isFinite(durationMs) && durationMs >= 0 && Number.isFinite(startMs);

function labelOf(labels: Map<string, Map<string, string>>, { service, operation }: Span): string {
  const known = labels.get(service) ?? new Map<string, string>();
  labels.set(service, known);
  const label = known.get(operation) ?? `${service} ${operation}`;
  known.set(operation, label);
  return label;
}

function remember(traces: Map<string, Map<string, SpanNode>>, node: SpanNode): void {
  const known = traces.get(node.span.trace);
  if (known === undefined) traces.set(node.span.trace, new Map([[node.span.span, node]]));
  else known.set(node.span.span, node);
}

/** Without recursion: a trace may be thousands deep. A ring of parents is never reached and stays at depth 0. */
function setDepths(root: SpanNode): void {
  const queue = [root];
  for (let node = queue.pop(); node !== undefined; node = queue.pop()) {
    for (const child of node.children) {
      child.depth = node.depth + 1;
      queue.push(child);
    }
  }
}
