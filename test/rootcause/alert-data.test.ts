import { describe, expect, it } from 'vitest';
import type { Case, Dataset } from '../../bench/rca/dataset.ts';
import { changerca, changercaWithoutHint } from '../../bench/rca/load-changerca.ts';
import { openrcaAlerts } from '../../bench/rca/load-openrca-alerts.ts';
import { readCauses } from '../../bench/rca/past-incidents.ts';
import { rank } from '../../src/rootcause/rank.ts';
import { optionalData } from '../support/optional-data.ts';

const data = optionalData('rca');

type Asked = {
  readonly member: string | null;
  readonly labels: string;
  readonly field: string;
  readonly learn: boolean;
  /** How many of the five folds. */
  readonly folds: number;
};

/** How many cases of the dev split the engine gets right first. */
async function countRight(
  dataset: Dataset,
  { member, labels, field, learn, folds }: Asked,
): Promise<readonly [number, number]> {
  const dataDir = data ?? '';
  const causes = readCauses(`${dataDir}/${labels}`, field);
  const cases: Case[] = [];
  for await (const one of dataset.read({
    dataDir,
    split: 'dev',
    member,
    shiftMs: 0,
    trainDir: learn ? dataDir : null,
  })) {
    cases.push(one);
  }
  const asked = cases.filter((_, place) => place % 5 < folds);
  const right = asked.filter((one) => {
    const telemetry = one.telemetry();
    return dataset.answer(rank(telemetry), telemetry).ranking[0] === causes.get(one.id);
  });
  return [right.length, asked.length];
}

describe.skipIf(data === null)('on recorded incidents', () => {
  const rollouts = {
    member: null,
    labels: 'changerca/labels.dev.jsonl',
    field: 'root_cause_service',
    learn: false,
    folds: 5,
  };

  it('finds the faulty rollout in at least nine of ten cases, and in eight of ten without the upstream hint', async () => {
    const [hinted, cases] = await countRight(changerca, rollouts);
    const [unhinted] = await countRight(changercaWithoutHint, rollouts);

    expect(hinted / cases).toBeGreaterThanOrEqual(0.9);
    expect(unhinted / cases).toBeGreaterThanOrEqual(0.8);
  });

  it('finds the entity behind time-stamped alerts in most cases by memory that has not seen the case', async () => {
    const [right, cases] = await countRight(openrcaAlerts, {
      member: 'ob1',
      labels: 'openrca-alerts/labels.ob1.dev.jsonl',
      field: 'root_cause_entity',
      learn: true,
      folds: 1,
    });

    expect(right / cases).toBeGreaterThan(0.5);
  });
});
