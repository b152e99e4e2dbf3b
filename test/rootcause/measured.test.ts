import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { labTelemetry } from '../../bench/lab-telemetry.ts';
import { buildWorld } from '../../src/lab/build-world.ts';
import { faultNames } from '../../src/lab/fault-list.ts';
import { scoreAnswer } from '../../src/lab/score.ts';
import { rank } from '../../src/rootcause/rank.ts';
import type { Point, Series } from '../../src/rootcause/telemetry.ts';
import { optionalData } from '../support/optional-data.ts';

describe('on the lab, from telemetry alone, seconds after the alert', () => {
  it('is right on every fault of two seeds', () => {
    const misses = faultNames.flatMap((fault) =>
      [7001, 7002].flatMap((seed) => {
        const built = buildWorld({ fault, seed });
        const ranking = rank(labTelemetry(built, built.startAtMs + 10_000));
        return scoreAnswer(built.truth, ranking).right ? [] : [`${fault} ${seed}`];
      }),
    );

    expect(misses).toEqual([]);
  });

  it('says that nothing is wrong when a monitor complains about a healthy day', () => {
    const wrong = [7003, 7004, 7005, 7006].flatMap((seed) => {
      const built = buildWorld({ fault: 'bad-deploy', seed });
      const triggeredAtMs = built.truth.onsetMs - 30 * 3_600_000;
      const world = { ...built.world, alert: { ...built.world.alert, triggeredAtMs } };
      const { outcome } = rank(labTelemetry({ ...built, world }, triggeredAtMs + 10_000));
      return outcome === 'nothing-wrong' ? [] : [`${seed} ${outcome}`];
    });

    expect(wrong).toEqual([]);
  });
});

const recorded = optionalData('rca/rcd-sockshop');
describe.skipIf(recorded === null)('on recorded resource faults of a real system (absent: skipped)', () => {
  const labels = recorded === null ? [] : readLines(`${recorded}/labels.dev.jsonl`);

  it.each([
    ['the boundary exact', 0, 1],
    ['the boundary a minute late', 60, 1],
    ['another unit', 0, 1e6],
  ])('ranks the service at fault first in 98 of 100 cases: %s', (_, lateSamples, factor) => {
    const right = labels.filter(({ id, service }) => {
      const series = recordedSeries(`${recorded}/dev/${id}.json.gz`, lateSamples, factor);
      const ranking = rank({
        alert: null,
        window: { fromMs: boundaryMs, toMs: boundaryMs + 300_000 },
        services: [],
        edges: [],
        series,
        logs: [],
        edgeStats: [],
        changes: [],
      });
      return ranking.causes[0]?.entity === service;
    });

    expect(labels.length).toBeGreaterThan(0);
    expect(right.length / labels.length).toBeGreaterThanOrEqual(0.98);
  });
});

const boundaryMs = Date.UTC(2026, 0, 1);

type Label = { readonly id: string; readonly service: string };

function readLines(path: string): readonly Label[] {
  const lines = readFileSync(path, 'utf8').trim().split('\n');
  return lines.map((line) => {
    const label = JSON.parse(line) as { id: string; root_cause_service: string };
    return { id: label.id, service: label.root_cause_service };
  });
}

type Half = { readonly metrics: { readonly [name: string]: readonly (number | string | null)[] } };

/** The published protocol: 300 s before and after, without `_lat_50` and `_lat_99`; a store counts as its service. */
function recordedSeries(path: string, lateSamples: number, factor: number): readonly Series[] {
  const found = JSON.parse(gunzipSync(readFileSync(path)).toString()) as { normal: Half; abnormal: Half };
  return Object.keys(found.abnormal.metrics)
    .filter((name) => !/_lat_(?:50|99)$/u.test(name) && found.normal.metrics[name] !== undefined)
    .map((name) => {
      const before = found.normal.metrics[name] ?? [];
      const values = [...before, ...(found.abnormal.metrics[name] ?? [])];
      const cut = before.length + lateSamples;
      const points = values.flatMap((value, at): Point[] => {
        const seconds = at - cut;
        const inSight = seconds >= -300 && seconds < 300 && value !== null && Number.isFinite(Number(value));
        return inSight ? [[boundaryMs + seconds * 1_000, Number(value) * factor]] : [];
      });
      return { service: (name.split('_')[0] ?? name).replace('-db', ''), metric: name, points };
    });
}
