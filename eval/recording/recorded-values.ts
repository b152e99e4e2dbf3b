/** Series of a recording, looked up by minute. Where two pieces cover a minute, the finer one counts. */
type Piece<Value> = {
  readonly from: number;
  readonly every: number;
  readonly count: number;
  at(index: number): Value | null;
};

export type Lookup<Value> = (name: string, minute: number) => Value | null;

export function lookupOf<Value>(
  named: readonly { readonly name: string; readonly piece: Piece<Value> }[],
): Lookup<Value> {
  const pieces = Map.groupBy(named, ({ name }) => name);
  const sorted = new Map(
    [...pieces].map(([name, own]) => [
      name,
      own.map(({ piece }) => piece).toSorted((one, other) => one.every - other.every),
    ]),
  );
  return (name, minute) => {
    for (const { from, every, count, at } of sorted.get(name) ?? []) {
      const index = Math.floor((minute - from) / every);
      if (index >= 0 && index < count) return at(index);
    }
    return null;
  };
}
