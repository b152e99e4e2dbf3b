/** Generated ledgers: nested results with awkward names, numbers of every size, lines as telemetry writes them. */
import type { Evidence, EvidenceId } from '../../src/core/evidence.ts';
import type { Json } from '../../src/core/json.ts';
import { draw, keyOf } from '../../src/lab/dice.ts';

export type Dice = {
  readonly real: () => number;
  readonly below: (n: number) => number;
  readonly pick: <T>(of: readonly T[]) => T;
};

export function diceOf(seed: number): Dice {
  const key = keyOf('claims', seed);
  let drawn = 0;
  const real = (): number => {
    drawn += 1;
    return draw(key, drawn);
  };
  const below = (n: number): number => Math.floor(real() * n);
  return {
    real,
    below,
    pick: (of) => {
      const chosen = of[below(of.length)];
      if (chosen === undefined) throw new Error('nothing to pick from');
      return chosen;
    },
  };
}

export const services = ['payments', 'checkout', 'catalog'] as const;
const keys = ['count', 'p95', 'before', 'after', 'a/b', 'm~n', '', 'Ω', '0', 'error rate', 'constructor'] as const;
const lines = [
  'TimeoutError: pool exhausted after 30 s',
  'connection refused by 10.2.3.4:5432, attempt 3 of 5',
  'GET /api/v2/orders 503 in 1204 ms',
  'deploy v42 of payments (#41) by ci, commit 3f9ac2b',
  'heap 1,048,576 of 2,097,152 kB, gc pause 0.35 s',
  'Ünïcödé naïve façade — 12 % of requests',
  'us-east-1 lost quorum; leader is node-7',
] as const;

function numberFrom({ below, real, pick }: Dice): number {
  const kind = below(7);
  if (kind === 0) return below(10);
  if (kind === 1) return below(1_000);
  if (kind === 2) return below(5_000_000);
  if (kind === 3) return Number((real() * 1_000).toFixed(1 + below(4)));
  if (kind === 4) return Number(real().toFixed(2 + below(4)));
  if (kind === 5) return -Number((real() * 500).toFixed(below(3)));
  return pick([1e-7, 1.5e21, 962.4, 0.1449, 2.446, 0.995, 99.95, 1_000_000]);
}

function resultFrom(dice: Dice, depth = 0): Json {
  const size = 2 + dice.below(3);
  const entries = Array.from({ length: size }, (): readonly [string, Json] => {
    const key = dice.pick(keys);
    const kind = dice.below(depth < 2 ? 5 : 3);
    if (kind <= 1) return [key, numberFrom(dice)];
    if (kind === 2) return [key, dice.pick(lines)];
    if (kind === 3) return [key, resultFrom(dice, depth + 1)];
    return [key, [numberFrom(dice), dice.pick(lines), numberFrom(dice)]];
  });
  return Object.fromEntries(entries);
}

export function evidenceFrom(dice: Dice, number: number): Evidence {
  return {
    id: `E${number}`,
    incident: 'INC-1',
    tool: `tool_${number}`,
    source: dice.pick(['datadog', 'github', 'kubernetes']),
    input: {},
    query: 'query',
    window: { fromMs: 1_000, toMs: 2_000 },
    provenance: dice.pick(['A', 'B', 'C']),
    result: { lead: numberFrom(dice), line: dice.pick(lines), more: resultFrom(dice) },
    sha256: '0'.repeat(64),
    bytes: 1,
    redactions: 0,
    link: 'https://ours.test/',
    headline: ['One reading'],
    chart: null,
    truncated: false,
    takenAtMs: 2_000,
  };
}

export type Place = { readonly id: EvidenceId; readonly pointer: string; readonly value: number };
export type Saying = { readonly id: EvidenceId; readonly text: string };

export function numbersOf(ledger: readonly Evidence[]): readonly Place[] {
  const inside = (id: EvidenceId, value: Json, pointer: string): readonly Place[] => {
    if (typeof value === 'number') return [{ id, pointer, value }];
    if (value === null || typeof value !== 'object') return [];
    return Object.entries<Json>(value as Record<string, Json>).flatMap(([key, each]) =>
      inside(id, each, `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`),
    );
  };
  return ledger.flatMap(({ id, result }) => inside(id, result, ''));
}

export function sayingsOf(ledger: readonly Evidence[]): readonly Saying[] {
  const inside = (id: EvidenceId, value: Json): readonly Saying[] => {
    if (typeof value === 'string') return [{ id, text: value }];
    if (value === null || typeof value !== 'object') return [];
    return (Object.values(value) as Json[]).flatMap((each) => inside(id, each));
  };
  return ledger.flatMap(({ id, result }) => inside(id, result));
}
