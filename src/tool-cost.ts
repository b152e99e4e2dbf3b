/**
 * What one tool call costs its vendor. Transports count where the bytes are; nobody hands a counter down to them. The
 * count belongs to the asynchronous call it was made in, so that calls which run at once do not mix.
 */
import { AsyncLocalStorage } from 'node:async_hooks';

export type CallCost = {
  /** HTTP requests sent, retries among them. */
  readonly requests: number;
  /** Characters of the answers read. */
  readonly charactersRead: number;
  /** Bytes the vendor says it scanned, where it charges for them (CloudWatch Logs Insights). */
  readonly bytesScanned: number;
};

const counters = new AsyncLocalStorage<{ requests: number; charactersRead: number; bytesScanned: number }>();

/** Adds to the cost of the tool call this runs in; outside of one it counts nothing. */
export function countCost(cost: Partial<CallCost>): void {
  const counter = counters.getStore();
  if (counter === undefined) return;
  counter.requests += cost.requests ?? 0;
  counter.charactersRead += cost.charactersRead ?? 0;
  counter.bytesScanned += cost.bytesScanned ?? 0;
}

/** Runs one tool call and tells its cost. Rejects with what `run` rejects with. */
export async function withCost<Value>(run: () => Promise<Value>): Promise<{ value: Value; cost: CallCost }> {
  const counter = { requests: 0, charactersRead: 0, bytesScanned: 0 };
  const value = await counters.run(counter, run);
  return { value, cost: { ...counter } };
}
