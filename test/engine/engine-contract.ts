import { expect, test } from 'vitest';
import type { Json } from '../../src/core/json.ts';
import type { Clock, Durable, Engine, Transaction } from '../../src/ports.ts';
import { fastClock } from './fast-clock.ts';

/** One database and the engines that run on it, one after the other. */
export type EngineHouse = {
  /** A new engine on the same rows, not launched. */
  build(clock: Clock): Engine;
  transact(work: (transaction: Transaction) => Promise<void>): Promise<void>;
};

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function until(condition: () => boolean): Promise<void> {
  const limitMs = performance.now() + 10_000;
  while (!condition()) {
    if (performance.now() > limitMs) throw new Error('it did not happen within 10 seconds');
    await sleep(10);
  }
}

type Flow = (durable: Durable, input: Json) => Promise<void>;

/** What every engine must do. */
export function engineContract(house: () => EngineHouse): void {
  let names = 0;
  const fresh = (word: string): string => {
    names += 1;
    return `${word}-${names}`;
  };

  const launched = async (flow: Flow, clock: Clock = fastClock(1)): Promise<Engine> => {
    const engine = house().build(clock);
    engine.register('flow', flow);
    await engine.launch();
    return engine;
  };

  const start = (engine: Engine, id: string, queueKey: string | null = null): Promise<void> =>
    house().transact((tx) => engine.start(tx, { name: 'flow', id, input: { id }, queueKey }));

  const send = (engine: Engine, workflow: string, { by, key }: { by: string; key: string }): Promise<void> =>
    house().transact((tx) => engine.send(tx, { workflow, topic: 'approval', body: { by }, key }));

  test('a workflow starts once per id, with its input', async () => {
    const inputs: Json[] = [];
    const engine = await launched(async (_durable, input) => void inputs.push(input));
    const id = fresh('once');
    await Promise.all([start(engine, id), start(engine, id), start(engine, id)]);
    await engine.finished(id);
    await start(engine, id);
    const after = fresh('after');
    await start(engine, after);
    await engine.finished(after);
    await engine.shutdown();
    expect(inputs).toEqual([{ id }, { id: after }]);
  });

  test('a workflow whose transaction fails never starts', async () => {
    const inputs: Json[] = [];
    const engine = await launched(async (_durable, input) => void inputs.push(input));
    const id = fresh('rolled-back');
    const failing = house().transact(async (tx) => {
      await engine.start(tx, { name: 'flow', id, input: { id }, queueKey: null });
      throw new Error('crash');
    });
    await expect(failing).rejects.toThrow('crash');
    const after = fresh('after');
    await start(engine, after);
    await engine.finished(after);
    await engine.shutdown();
    expect(inputs).toEqual([{ id: after }]);
  });

  test('workflows of one queue key take turns in order, others run meanwhile', async () => {
    const events: string[] = [];
    const engine = await launched(async (durable, input) => {
      const { id } = input as { id: string };
      events.push(`+${id}`);
      await durable.step('work', () => sleep(id.endsWith('other') ? 900 : 50));
      events.push(`-${id}`);
    });
    const [a, b, c] = [fresh('a'), fresh('b'), fresh('c')];
    const other = `${fresh('x')}-other`;
    await start(engine, other, fresh('key'));
    const key = fresh('key');
    for (const id of [a, b, c]) await start(engine, id, key);
    await Promise.all([a, b, c, other].map((id) => engine.finished(id)));
    await engine.shutdown();
    expect(events.filter((event) => !event.includes('other'))).toEqual([
      `+${a}`,
      `-${a}`,
      `+${b}`,
      `-${b}`,
      `+${c}`,
      `-${c}`,
    ]);
    expect(events.indexOf(`+${a}`)).toBeLessThan(events.indexOf(`-${other}`));
  });

  test('a waiting workflow gets the first message of a key, even one sent before it waits', async () => {
    const received: Json[] = [];
    const engine = await launched(async (durable) => {
      await durable.step('before', () => sleep(100));
      received.push(await durable.waitFor('approval', 20_000), await durable.waitFor('approval', 20_000));
      received.push(await durable.waitFor('approval', 50));
    });
    const id = fresh('wait');
    await start(engine, id);
    await send(engine, id, { by: 'ana', key: 'click-1' });
    await send(engine, id, { by: 'eve', key: 'click-1' });
    await send(engine, id, { by: 'ben', key: 'click-2' });
    await engine.finished(id);
    await send(engine, id, { by: 'late', key: 'click-3' });
    await engine.shutdown();
    expect(received).toEqual([{ by: 'ana' }, { by: 'ben' }, null]);
  });

  test('waiting ends by the clock of the story, not the machine’s', async () => {
    const received: Json[] = [];
    const fast = fastClock(6_000);
    const engine = await launched(async (durable) => {
      received.push(await durable.waitFor('approval', 15 * 60_000));
      await durable.pauseUntil(await durable.step('later', async () => fast.nowMs() + 15 * 60_000));
    }, fast);
    const id = fresh('timeout');
    const startedMs = performance.now();
    await start(engine, id);
    await engine.finished(id);
    await engine.shutdown();
    expect(received).toEqual([null]);
    expect(performance.now() - startedMs).toBeLessThan(8_000);
  });

  test('after a restart recorded steps are not run again, and a wait goes on', async () => {
    const ran: string[] = [];
    const received: Json[] = [];
    const flow: Flow = async (durable) => {
      const first = await durable.step('first', async () => {
        ran.push('first');
        return { n: 1 };
      });
      const message = await durable.waitFor<{ by: string }>('approval', 60_000);
      await durable.pauseUntil(await durable.step('soon', async () => clock.nowMs() + 20));
      await durable.step('second', async () => void ran.push(`second ${first.n} ${message?.by}`));
      received.push(message);
    };
    const clock = fastClock(1);
    const id = fresh('restart');
    const before = await launched(flow, clock);
    await start(before, id);
    await until(() => ran.length === 1);
    await sleep(100);
    await before.shutdown();
    const after = await launched(flow, clock);
    await send(after, id, { by: 'ana', key: 'click' });
    await after.finished(id);
    await after.shutdown();
    expect(ran).toEqual(['first', 'second 1 ana']);
    expect(received).toEqual([{ by: 'ana' }]);
  });

  test('a step that throws every time is recorded as that: the story may go on without it, also after a restart', async () => {
    let tries = 0;
    const said: string[] = [];
    const flow: Flow = async (durable) => {
      try {
        await durable.step('unlucky', async () => {
          tries += 1;
          throw new Error('refused');
        });
      } catch (error) {
        said.push(error instanceof Error ? error.message : 'not an error');
      }
      await durable.waitFor('approval', 60_000);
    };
    const id = fresh('unlucky');
    const before = await launched(flow);
    await start(before, id);
    await until(() => said.length === 1);
    await before.shutdown();
    const after = await launched(flow);
    await send(after, id, { by: 'ana', key: 'go' });
    await after.finished(id);
    await after.shutdown();
    expect([tries, said]).toEqual([3, ['refused', 'refused']]);
  });

  test('a step that throws while the world is away is done once the world is back', async () => {
    let tries = 0;
    const said: number[] = [];
    const flow: Flow = async (durable) => {
      const value = await durable.step('away', async () => {
        tries += 1;
        if (tries < 3) throw new Error('unreachable');
        return tries;
      });
      said.push(value);
    };
    const id = fresh('away');
    const engine = await launched(flow);
    await start(engine, id);
    await engine.finished(id);
    await engine.shutdown();
    expect(said).toEqual([3]);
  });

  test('what a stopped engine left running does nothing more, and the next one finishes it', async () => {
    const ran: string[] = [];
    const flow: Flow = async (durable) => {
      await durable.step('slow', async () => {
        ran.push('slow');
        await sleep(300);
      });
      ran.push('after');
      await durable.step('next', async () => void ran.push('next'));
    };
    const id = fresh('zombie');
    const before = await launched(flow);
    await start(before, id);
    await until(() => ran.length === 1);
    await before.shutdown();
    await sleep(500);
    expect(ran).toEqual(['slow']);
    const after = await launched(flow);
    await after.finished(id);
    await after.shutdown();
    expect(ran.filter((word) => word === 'next')).toHaveLength(1);
    expect(ran.filter((word) => word === 'after')).toHaveLength(1);
  });

  test('a workflow that throws has failed for good, and holds nothing up', async () => {
    let runs = 0;
    const flow: Flow = async (_durable, input) => {
      if (!JSON.stringify(input).includes('bad')) return;
      runs += 1;
      throw new Error('a bug');
    };
    const [bad, good, key] = [fresh('bad'), fresh('good'), fresh('key')];
    const before = await launched(flow);
    await start(before, bad, key);
    await start(before, good, key);
    await expect(before.finished(bad)).rejects.toThrow('a bug');
    await before.finished(good);
    await before.shutdown();
    const after = await launched(flow);
    await sleep(300);
    await after.shutdown();
    expect(runs).toBe(1);
  });
}
