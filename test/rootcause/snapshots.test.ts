import { describe, expect, it } from 'vitest';
import { rank } from '../../src/rootcause/rank.ts';
import type { InstanceState, Point, Telemetry } from '../../src/rootcause/telemetry.ts';

const nothing: Telemetry = {
  alert: null,
  window: { fromMs: 0, toMs: 20 * 60_000 },
  services: [],
  edges: [],
  series: [],
  logs: [],
  edgeStats: [],
  changes: [],
};
const pod = (more: Partial<InstanceState>): InstanceState => ({
  service: 'ledger',
  instance: 'ledger-1',
  ready: false,
  leaving: false,
  restarts: 0,
  says: [],
  ...more,
});
const standing = (metric: string, values: readonly number[]): Telemetry => ({
  ...nothing,
  series: [{ service: 'store', metric, points: values.map((value, at): Point => [at * 60_000, value]) }],
});

describe('what a platform says of its instances', () => {
  it.each([
    ['resource-exhaustion', ['CrashLoopBackOff', 'last terminated: OOMKilled, exit code 137']],
    ['resource-exhaustion', ['0/3 nodes are available: 3 Insufficient memory.']],
    ['config-change', ["0/3 nodes are available: 3 node(s) didn't match Pod's node affinity/selector."]],
    ['config-change', ['ImagePullBackOff', 'manifest unknown']],
    ['config-change', ['CreateContainerConfigError', 'secret "ledger-db" not found']],
    ['config-change', ['Liveness probe failed: HTTP probe failed with statuscode: 500']],
    ['infrastructure', ['NodeNotReady']],
    ['dependency-failure', ['CrashLoopBackOff', 'dial tcp 10.0.0.9:5432: connection refused']],
    ['bad-deploy', ['CrashLoopBackOff', 'panic: index out of range', 'exit code 2']],
  ])('is %s: %s', (kind, says) => {
    const { outcome, causes } = rank({ ...nothing, instances: [pod({ says }), pod({ instance: 'b', ready: true })] });

    expect(outcome).toBe('ranked');
    expect(causes[0]).toMatchObject({ kind, entity: 'ledger' });
  });

  it('is nothing wrong when the only unready instance is being removed', () => {
    const old = pod({ leaving: true, says: ['CrashLoopBackOff'], restarts: 2 });

    expect(rank({ ...nothing, instances: [old, pod({ instance: 'b', ready: true })] }).outcome).toBe('nothing-wrong');
  });

  it('cites the evidence it came from', () => {
    const { causes } = rank({ ...nothing, instances: [pod({ says: ['OOMKilled'], evidence: 'E7' })] });

    expect(causes[0]?.reasons[0]).toMatchObject({ channel: 'instances', evidence: ['E7'] });
  });
});

describe('a snapshot without a past', () => {
  const steady = (value: number): number[] => Array.from({ length: 15 }, () => value);

  it.each([
    ['a processor at its limit', 'cpu_ratio', steady(0.95)],
    ['storage that is being used up', 'free_storage_space', Array.from({ length: 15 }, (_, at) => 5e10 - at * 3e9)],
    ['a replica that falls behind', 'replica_lag', Array.from({ length: 15 }, (_, at) => 2 + at * 40)],
  ])('is resource exhaustion for %s', (_, metric, values) => {
    expect(rank(standing(metric, values)).causes[0]).toMatchObject({ kind: 'resource-exhaustion', entity: 'store' });
  });

  it('names no cause for a busy processor below its limit', () => {
    expect(rank(standing('cpu_ratio', steady(0.65))).causes).toEqual([]);
  });
});
