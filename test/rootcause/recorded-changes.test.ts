import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Dataset } from '../../bench/rca/dataset.ts';
import { opensreSynthetic } from '../../bench/rca/load-opensre-synthetic.ts';
import { rootcausebench } from '../../bench/rca/load-rootcausebench.ts';
import { rank } from '../../src/rootcause/rank.ts';
import { optionalData } from '../support/optional-data.ts';

const root = optionalData('rca');

type Judged = { readonly truth: string; readonly first: string | null; readonly baseline: string | null };

async function judge(dataset: Dataset, field: string): Promise<readonly Judged[]> {
  const labels = readFileSync(`${root}/${dataset.name}/labels.dev.jsonl`, 'utf8').trim().split('\n');
  const truths = new Map(
    labels.map((line): { [name: string]: string } => JSON.parse(line)).map((label) => [label['id'], label[field]]),
  );
  const judged: Judged[] = [];
  const request = { dataDir: root ?? '', split: 'dev', member: null, shiftMs: 0, trainDir: null };
  for await (const one of dataset.read(request)) {
    const telemetry = one.telemetry();
    const [first = null] = dataset.answer(rank(telemetry), telemetry).ranking;
    judged.push({ truth: truths.get(one.id) ?? '', first, baseline: one.baseline()[0] ?? null });
  }
  return judged;
}

const share = (judged: readonly Judged[], holds: (one: Judged) => boolean): number =>
  judged.filter(holds).length / judged.length;

describe.skipIf(root === null)('on recorded incidents, where they are at hand', () => {
  it('finds the guilty commit or says none far more often than blaming the latest deploy, and seldom blames wrongly', async () => {
    const judged = await judge(rootcausebench, 'root_cause_commit');

    expect(share(judged, ({ truth, first }) => truth === first)).toBeGreaterThanOrEqual(0.6);
    expect(share(judged, ({ truth, first }) => first !== 'none' && first !== truth)).toBeLessThanOrEqual(0.15);
    expect(share(judged, ({ truth, baseline }) => truth === baseline)).toBeLessThan(0.2);
  });

  it('tells the category of a snapshot, and calls every healthy one healthy', async () => {
    const judged = await judge(opensreSynthetic, 'root_cause_category');
    const healthy = judged.filter(({ truth }) => truth === 'healthy');

    expect(share(judged, ({ truth, first }) => truth === first)).toBeGreaterThanOrEqual(0.85);
    expect(share(healthy, ({ first }) => first === 'healthy')).toBe(1);
  });
});
