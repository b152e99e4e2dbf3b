import type { CallGap } from './call-gaps.ts';

/** What the gaps around one service say of its network. */
export type NetworkLift = {
  readonly service: string;
  /** Milliseconds a call through it lost. */
  readonly liftMs: number;
  /** The edge that shows it best. */
  readonly worst: CallGap;
};

/**
 * A slow network at a service stretches all calls into it and out of it, while its neighbours have other calls that are
 * well: the mean over all its edges tells it from them. Calls out count half, because their far ends may be to blame.
 */
export function findNetworkLifts(gaps: readonly CallGap[]): readonly NetworkLift[] {
  const services = new Set(gaps.flatMap(({ from, to }) => [from, to]));
  return [...services].flatMap((service) => {
    const into = gaps.filter((gap) => gap.to === service);
    const out = gaps.filter((gap) => gap.from === service);
    const worst = [...into, ...out].toSorted((a, b) => excess(b) - excess(a))[0];
    const liftMs = meanExcess(into) + 0.5 * meanExcess(out);
    return worst === undefined || liftMs <= 0 ? [] : [{ service, liftMs, worst }];
  });
}

const excess = ({ beforeMs, afterMs, trust }: CallGap): number => Math.max(0, afterMs - 1.25 * beforeMs) * trust;

function meanExcess(gaps: readonly CallGap[]): number {
  const weight = gaps.reduce((sum, { trust }) => sum + trust, 0);
  return weight > 0 ? gaps.reduce((sum, gap) => sum + excess(gap), 0) / Math.max(weight, 0.5) : 0;
}
