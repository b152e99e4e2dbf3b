import { describe, expect, test } from 'vitest';
import type { Transaction } from '../../src/ports.ts';
import { createSimulatedEngine, type SimulatedEngine } from '../support/simulated-engine.ts';
import { type EngineHouse, engineContract } from './engine-contract.ts';
import { fastClock } from './fast-clock.ts';

/** Transactions that hold what they would do until they commit. */
function simulatedHouse(): EngineHouse {
  const pending = new Map<Transaction, (() => void)[]>();
  let current = fastClock(1);
  const engine = createSimulatedEngine({
    clock: {
      nowMs: () => current.nowMs(),
      realMs: (durationMs) => current.realMs(durationMs),
      waitUntil: (untilMs, signal) => current.waitUntil(untilMs, signal),
    },
    onCommit: (transaction, apply) => void pending.get(transaction)?.push(apply),
  });
  return {
    build(clock) {
      current = clock;
      return engine;
    },
    async transact(work) {
      const transaction = {} as Transaction;
      const effects: (() => void)[] = [];
      pending.set(transaction, effects);
      await work(transaction);
      for (const effect of effects) effect();
    },
  };
}

describe('engine, simulated', () => {
  const house = simulatedHouse();
  engineContract(() => house);

  test('crashed at every moment of every step, a workflow still ends, and each step ran once or twice', async () => {
    const moments: string[] = [];
    const play = async (crashAt: number): Promise<SimulatedEngine> => {
      let count = 0;
      const engine = createSimulatedEngine({
        clock: fastClock(1),
        at: async ({ step, when }) => {
          count += 1;
          if (crashAt === 0) moments.push(`${step} ${when}`);
          return count === crashAt ? 'crash' : 'go';
        },
      });
      engine.register('flow', async (durable) => {
        const one = await durable.step('one', async () => 1);
        await durable.step('two', async () => one + 1);
        await durable.step('three', async () => 3);
      });
      await engine.launch();
      await engine.start({} as Transaction, { name: 'flow', id: 'w', input: null, queueKey: null });
      await engine.finished('w');
      return engine;
    };
    await play(0);
    expect(moments).toHaveLength(9);
    for (const [index, moment] of moments.entries()) {
      const { runs } = await play(index + 1);
      const again = moment.endsWith('ran') ? 2 : 1;
      const total = [...runs.values()].reduce((sum, count) => sum + count, 0);
      expect([moment, total]).toEqual([moment, 2 + again]);
    }
  });
});
