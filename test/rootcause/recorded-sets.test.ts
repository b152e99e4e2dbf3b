import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Dataset } from '../../bench/rca/dataset.ts';
import { petshop, petshopWindows } from '../../bench/rca/load-petshop.ts';
import { rcdSockshop } from '../../bench/rca/load-rcd-sockshop.ts';
import { rank } from '../../src/rootcause/rank.ts';
import type { Point, Telemetry } from '../../src/rootcause/telemetry.ts';
import { optionalData } from '../support/optional-data.ts';

const root = optionalData('rca');

type Given = { readonly labels: string; readonly field: string; readonly every: number; readonly shiftMs: number };

/** Share of every n-th development case whose labelled truth is among the first `limit`. */
async function shares(dataset: Dataset, { labels, field, every, shiftMs }: Given, change = (one: Telemetry) => one) {
  const truths = new Map(
    readFileSync(`${root}/${labels}`, 'utf8')
      .trim()
      .split('\n')
      .map((line): { [name: string]: string } => JSON.parse(line))
      .map((label) => [label['id'], label[field]]),
  );
  const places: number[] = [];
  let at = 0;
  for await (const one of dataset.read({ dataDir: root ?? '', split: 'dev', member: null, shiftMs, trainDir: null })) {
    at += 1;
    if (at % every !== 0) continue;
    const telemetry = change(one.telemetry());
    places.push(dataset.answer(rank(telemetry), telemetry).ranking.indexOf(truths.get(one.id) ?? ''));
  }
  const within = (limit: number): number => places.filter((p) => p >= 0 && p < limit).length / places.length;
  return { first: within(1), three: within(3) };
}

const sockshop = { labels: 'rcd-sockshop/labels.dev.jsonl', field: 'root_cause_service', every: 5, shiftMs: 0 };
const petshopCases = { labels: 'petshop/labels.dev.jsonl', field: 'root_cause_node', every: 3, shiftMs: 0 };

describe.skipIf(root === null)('on recorded incidents, where they are at hand', () => {
  it('names every sock-shop service with the boundary exact, a minute late and half a minute early', async () => {
    for (const shiftMs of [0, 60_000, -30_000]) {
      expect((await shares(rcdSockshop, { ...sockshop, shiftMs })).first).toBe(1);
    }
  });

  it('names them with every third series a million times larger', async () => {
    const larger = (telemetry: Telemetry): Telemetry => ({
      ...telemetry,
      series: telemetry.series.map((one, at) =>
        at % 3 === 0 ? { ...one, points: one.points.map(([atMs, value]): Point => [atMs, value * 1e6]) } : one,
      ),
    });

    expect((await shares(rcdSockshop, sockshop, larger)).first).toBe(1);
  });

  it('names PetShop nodes with the alert given and with the window alone', async () => {
    for (const dataset of [petshop, petshopWindows]) {
      const { first, three } = await shares(dataset, petshopCases);

      expect(first).toBeGreaterThanOrEqual(0.7);
      expect(three).toBeGreaterThanOrEqual(0.9);
    }
  });
});
