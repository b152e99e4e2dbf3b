/** Lets one holder at a time use the single backend session, first come first served. */
export type Gate = {
  /** Resolves true once `holder` has the session; false when it waited too long. */
  enter(holder: symbol): Promise<boolean>;
  /** Ignored unless `holder` has it. */
  leave(holder: symbol): void;
  holds(holder: symbol): boolean;
};

type Waiting = { readonly holder: symbol; readonly admit: (admitted: boolean) => void };

export function createGate(waitLimitMs: number): Gate {
  let current: symbol | null = null;
  const queue: Waiting[] = [];

  const wait = (holder: symbol): Promise<boolean> =>
    new Promise((resolve) => {
      const timer = setTimeout(() => {
        queue.splice(queue.indexOf(waiting), 1);
        resolve(false);
      }, waitLimitMs);
      const waiting: Waiting = {
        holder,
        admit: (admitted) => {
          clearTimeout(timer);
          resolve(admitted);
        },
      };
      queue.push(waiting);
    });

  return {
    async enter(holder) {
      if (current === holder) return true;
      if (current !== null) return wait(holder);
      current = holder;
      return true;
    },
    leave(holder) {
      if (current !== holder) return;
      const next = queue.shift();
      current = next?.holder ?? null;
      next?.admit(true);
    },
    holds: (holder) => current === holder,
  };
}
