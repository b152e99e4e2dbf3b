/** A flow world whose process dies right before one chosen write, whichever it is, and starts again at once. */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Json } from '../../src/core/json.ts';
import type { ConnectedAction, World } from '../../src/flow/world.ts';
import type { ChatPlatform, Engine, Store, Workflow } from '../../src/ports.ts';
import type { SimulatedEngine } from './simulated-engine.ts';

export type Death = {
  /** How many writes to the store and the chat began while armed. */
  writes(): number;
  /** From now on writes count. */
  arm(): void;
  /** Ties everything a workflow does to the life it began in. */
  living<Input extends Json>(workflow: Workflow<Input>): Workflow<Input>;
  readonly world: World;
};

/** `moment` counts from 1; beyond the last write nothing dies. */
export function dyingWorld(world: World, engine: SimulatedEngine, moment: number): Death {
  let armed = false;
  let writes = 0;
  let life = 1;
  const lives = new AsyncLocalStorage<number>();
  const pass = async (): Promise<void> => {
    // What the dead process still had under way ends here, as it would with the process.
    if ((lives.getStore() ?? life) !== life) await new Promise(() => undefined);
    if (!armed) return;
    writes += 1;
    if (writes !== moment) return;
    life += 1;
    engine.crash();
    await engine.launch();
    await new Promise(() => undefined);
  };
  const committed: (() => Promise<void>)[] = [];
  const outgoing: Pick<Engine, 'start' | 'send'> = {
    start: async (transaction, request) => void committed.push(() => engine.start(transaction, request)),
    send: async (transaction, message) => void committed.push(() => engine.send(transaction, message)),
  };
  const store: Store = {
    ...world.store,
    transact: async (work) => {
      await pass();
      const value = await world.store.transact(work);
      // The simulated engine knows no transactions: what they start and send goes out after the commit.
      for (const send of committed.splice(0)) await send();
      return value;
    },
    audit: async (transaction, entry) => {
      // Inside a transaction nothing can be half done.
      if (transaction === null) await pass();
      return world.store.audit(transaction, entry);
    },
    intend: async (...given) => {
      await pass();
      return world.store.intend(...given);
    },
    settleEffect: async (...given) => {
      await pass();
      return world.store.settleEffect(...given);
    },
  };
  return {
    writes: () => writes,
    arm: () => {
      armed = true;
    },
    living: (workflow) => (durable, input) => lives.run(life, () => workflow(durable, input)),
    world: {
      ...world,
      store,
      actions: world.actions.map((each) => dyingAction(each, pass)),
      engine: { ...engine, ...outgoing },
      platform: (name) => dyingPlatform(world.platform(name), pass),
    },
  };
}

const dyingAction = (each: ConnectedAction, pass: () => Promise<void>): ConnectedAction => ({
  ...each,
  connected: {
    ...each.connected,
    execute: async (...given) => {
      await pass();
      return each.connected.execute(...given);
    },
  },
});

const dyingPlatform = (platform: ChatPlatform, pass: () => Promise<void>): ChatPlatform => ({
  ...platform,
  post: async (...given) => {
    await pass();
    return platform.post(...given);
  },
  update: async (...given) => {
    await pass();
    return platform.update(...given);
  },
  whisper: async (...given) => {
    await pass();
    return platform.whisper(...given);
  },
});
