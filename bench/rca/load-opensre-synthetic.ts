/**
 * Evidence snapshots of a managed database or of a workload on Kubernetes (opensre's synthetic set): which category of
 * cause it is, or that all is well. The alert's text is not read: it often tells.
 */
import { join } from 'node:path';
import type { CauseKind } from '../../src/core/hypothesis.ts';
import type { Ranking } from '../../src/rootcause/ranking.ts';
import type { Answer, Case, Dataset, ReadRequest } from './dataset.ts';
import { readSnapshot } from './opensre-case.ts';
import { listFolder } from './read-files.ts';

export const opensreSynthetic: Dataset = {
  name: 'opensre-synthetic',
  members: [],
  baselineName: 'always-resource-exhaustion',
  read: readCases,
  answer,
};

function* readCases(request: ReadRequest): Generator<Case> {
  const root = join(request.dataDir, 'opensre-synthetic', request.split);
  for (const id of listFolder(root)) {
    const folder = join(root, id);
    yield {
      id,
      telemetry: () => readSnapshot(folder),
      baseline: () => ['resource_exhaustion'],
      otherBaselines: { 'always-healthy': () => ['healthy'] },
    };
  }
}

const categories: { readonly [kind in CauseKind]: string } = {
  'bad-deploy': 'code_defect',
  'config-change': 'configuration_error',
  'feature-flag': 'configuration_error',
  'resource-exhaustion': 'resource_exhaustion',
  'dependency-failure': 'dependency_failure',
  infrastructure: 'infrastructure',
  'traffic-surge': 'resource_exhaustion',
  data: 'data_quality',
  certificate: 'configuration_error',
  quota: 'resource_exhaustion',
  network: 'dependency_failure',
  'monitor-fault': 'healthy',
  unknown: 'unknown',
};

function answer(ranking: Ranking): Answer {
  const best = new Map<string, number>();
  if (ranking.outcome === 'nothing-wrong') best.set('healthy', 1);
  for (const { kind, score } of ranking.causes) {
    const category = categories[kind];
    if (!best.has(category)) best.set(category, score);
  }
  if (ranking.outcome === 'cannot-tell' && !best.has('unknown')) best.set('unknown', 0);
  return { ranking: [...best.keys()], scores: [...best.values()] };
}
