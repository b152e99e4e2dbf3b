/**
 * ChangeRCA (Yu et al. 2024): up to six rollouts at a time, old and new pods per call edge, and what an upstream ranking
 * says. Read twice: with that hint as the alerting service, and without it.
 */
import { join } from 'node:path';
import type { Telemetry } from '../../src/rootcause/telemetry.ts';
import { answerEntities } from './answer-entities.ts';
import { type ChangercaCase, parseChangercaCase } from './changerca-case.ts';
import type { Case, Dataset, ReadRequest } from './dataset.ts';
import { listFolder, readJson } from './read-files.ts';

export const changerca: Dataset = changercaSet('changerca', true);
export const changercaWithoutHint: Dataset = changercaSet('changerca-nohint', false);

function changercaSet(name: string, withHint: boolean): Dataset {
  return {
    name,
    members: [],
    baselineName: 'latest-change',
    read: (request) => readCases(request, withHint),
    answer: (ranking, { rollouts = [] }) => {
      const rolledOut = new Set(rollouts.map(({ service }) => service));
      return answerEntities(ranking, (entity) => (rolledOut.has(entity) ? entity : null));
    },
  };
}

function* readCases({ dataDir, split }: ReadRequest, withHint: boolean): Generator<Case> {
  const folder = join(dataDir, 'changerca', split);
  for (const file of listFolder(folder).filter((name) => /\.json(?:\.gz)?$/u.test(name))) {
    const path = join(folder, file);
    const read = (): ChangercaCase => parseChangercaCase(readJson(path), path);
    yield {
      id: file.replace(/\.json(?:\.gz)?$/u, ''),
      telemetry: () => telemetryOf(read(), withHint),
      baseline: () => rankLatest(read()),
    };
  }
}

/** The rollout that began last before the alert first, then the earlier ones, then those that began after it. */
function rankLatest({ detectedMs, rollouts }: ChangercaCase): readonly string[] {
  const age = (startedMs: number): number =>
    startedMs <= detectedMs ? detectedMs - startedMs : Number.MAX_SAFE_INTEGER / 2 + startedMs;
  return rollouts.toSorted((a, b) => age(a.startedMs) - age(b.startedMs)).map(({ service }) => service);
}

function telemetryOf({ detectedMs, hint, rollouts, edgeStats }: ChangercaCase, withHint: boolean): Telemetry {
  const alert = {
    service: hint,
    metric: 'error_ratio',
    comparator: '>',
    threshold: 0,
    triggeredAtMs: detectedMs,
  } as const;
  const times = rollouts.flatMap(({ pods }) => pods.flatMap(({ points }) => points.map(([atMs]) => atMs)));
  return {
    alert: withHint ? alert : null,
    window: { fromMs: detectedMs, toMs: times.reduce((last, atMs) => Math.max(last, atMs), detectedMs) },
    services: [],
    edges: edgeStats.map(({ from, to }) => ({ from, to })),
    series: [],
    logs: [],
    edgeStats,
    changes: rollouts.map(({ id, service, startedMs }) => ({
      id,
      kind: 'deploy',
      service,
      atMs: startedMs,
      title: `Roll out ${service}`,
      repository: null,
      sha: null,
      pullNumber: null,
      paths: [],
      diff: '',
    })),
    rollouts,
  };
}
